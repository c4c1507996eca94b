from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from chargers.models import Charger, Connector
from groups.models import Group
from tests import factories


def words(response) -> str:
    return " ".join(response.content.decode().split())


def home_of(group: Group) -> str:
    return reverse("chargers:group_home", args=[group.pk])


def connect(charger: Charger, status: str) -> None:
    charger.connected_at = timezone.now()
    charger.save()
    Connector.objects.create(charger=charger, number=1, status=status)


def test_home_leads_to_the_group_one_was_in_last(client, cast):
    client.force_login(cast.administrator)
    assert client.get("/").url == home_of(cast.organisation)

    client.get(home_of(cast.sibling))

    assert client.get("/").url == home_of(cast.sibling)


def test_somebody_without_a_group_is_told_what_to_do(client, db):
    client.force_login(factories.make_user(email="lone@example.org"))

    page = words(client.get("/"))

    assert "You are in no group yet" in page
    assert "lone@example.org" in page


def test_somebody_suspended_is_told_so(client, cast):
    client.force_login(cast.suspended)

    assert "Your access to North Quay is suspended" in words(client.get("/"))


@pytest.mark.parametrize(
    ("pin", "words_shown"),
    [("", "Set your Commander PIN"), ("8305", "Your Commander PIN")],
)
def test_home_tells_how_ones_pin_stands(client, cast, pin, words_shown):
    client.force_login(factories.make_member(group=cast.site, pin=pin))

    page = words(client.get(home_of(cast.site)))

    assert words_shown in page
    assert reverse("chargers:pin") in page
    assert "8305" not in page


def test_user_sees_own_chargers_own_charge_and_own_sessions(client, cast):
    connect(cast.charger, "available")
    factories.make_charger(group=cast.site, name="Bay 2")
    busy = factories.make_charger(
        group=cast.site, name="Bay 3", assigned_to=(cast.user,)
    )
    connect(busy, "charging")
    factories.make_session(charger=busy, user=cast.user, hours=None, energy_wh=4560)
    factories.make_session(charger=cast.charger, user=cast.administrator, energy_wh=999)
    client.force_login(cast.user)

    page = words(client.get(home_of(cast.site)))

    for word in ("Bay 1", "Available", "Bay 3", "My charge", "4.56", "7.40 kWh"):
        assert word in page
    for word in ("Bay 2", "1.00 kWh", "Offline", "Needs a look"):
        assert word not in page


def test_user_without_chargers_is_told_whom_to_ask(client, cast):
    client.force_login(factories.make_member(group=cast.site))

    assert "Ask an administrator" in words(client.get(home_of(cast.site)))


def test_administrator_sees_who_charges_and_what_needs_a_look(client, cast):
    connect(cast.charger, "charging")
    factories.make_session(charger=cast.charger, user=cast.user, hours=None)
    connect(factories.make_charger(group=cast.site, name="Bay 2"), "faulted")
    factories.make_charger(group=cast.sibling, name="Bay 3")
    client.force_login(cast.administrator)

    page = words(client.get(home_of(cast.organisation)))

    look = page[page.index("Needs a look") :]
    assert "Uma User" in page[: page.index("Needs a look")]
    assert look.index("Bay 2") < look.index("Bay 3")
    assert "Bay 1" not in look


def test_a_group_without_chargers_invites_to_add_one(client, cast):
    client.force_login(cast.administrator)

    page = words(client.get(home_of(cast.sibling)))

    assert "No chargers here yet" in page
    assert reverse("chargers:add", args=[cast.sibling.pk]) in page


def test_stranger_gets_404_and_a_wrong_method_405(client, cast):
    client.force_login(cast.stranger)
    assert client.get(home_of(cast.site)).status_code == 404
    assert client.post(home_of(cast.site)).status_code == 405
    assert client.post("/").status_code == 405


def test_home_takes_the_same_queries_for_few_chargers_and_many(
    client, cast, django_assert_max_num_queries
):
    for _ in range(20):
        charger = factories.make_charger(group=cast.site, assigned_to=(cast.user,))
        connect(charger, "faulted")
        factories.make_session(charger=charger, user=cast.user, hours=None)
    client.force_login(cast.administrator)
    client.get(home_of(cast.organisation))

    with django_assert_max_num_queries(23):
        client.get(home_of(cast.organisation))
