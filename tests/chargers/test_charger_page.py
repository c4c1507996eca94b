from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from chargers.models import Connector
from groups.models import Role
from tests import factories


@pytest.fixture(autouse=True)
def signed_in(client, cast):
    client.force_login(cast.administrator)


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_administrator_reads_details_connection_people_and_sessions(client, cast):
    charger = cast.charger
    charger.firmware_version = "6.4.12"
    charger.save()

    page = words(client.get(charger.get_absolute_url()))

    for word in (
        charger.serial_number,
        charger.identity,
        "ws://testserver/ocpp/",
        "6.4.12",
        "Administrator of Harbour",
        "Administrator of North Quay",
        "Uma User",
        "Assigned",
        "7.40 kWh",
    ):
        assert word in page
    assert "Sibling Admin" not in page
    assert "It has not connected yet" in page


def test_people_who_are_suspended_are_named_as_such(client, cast):
    factories.assign(cast.charger, cast.suspended)

    page = words(client.get(cast.charger.get_absolute_url()))

    assert "Sam Suspended" in page
    assert "Suspended in North Quay" in page


def test_user_reads_only_their_own_reason_and_sessions(client, cast):
    factories.make_session(charger=cast.charger, user=cast.administrator)
    client.force_login(cast.user)

    page = words(client.get(cast.charger.get_absolute_url()))

    assert "You may charge here" in page
    assert "Assigned" in page
    assert "7.40 kWh" in page
    for word in ("Adam Admin", cast.charger.identity, "New password", "Retire"):
        assert word not in page


def test_state_and_trouble_of_every_connector_are_shown(client, cast):
    cast.charger.connected_at = timezone.now()
    cast.charger.save()
    Connector.objects.create(
        charger=cast.charger, number=1, status="faulted", error_code="GroundFailure"
    )

    page = words(client.get(reverse("chargers:state", args=[cast.charger.pk])))

    assert "Connector 1" in page
    assert "Fault" in page
    assert "GroundFailure" in page
    assert "Online since" in page


def test_connectors_of_an_offline_charger_are_not_shown_as_available(client, cast):
    Connector.objects.create(charger=cast.charger, number=1, status="available")

    page = words(client.get(reverse("chargers:state", args=[cast.charger.pk])))

    assert "Connector 1" in page
    assert "Available" not in page
    assert "badge--available" not in page


def test_everybody_who_may_charge_is_listed_on_a_page_of_their_own(client, cast):
    for number in range(12):
        factories.assign(
            cast.charger,
            factories.make_member(group=cast.site, name=f"Driver {number:02}"),
        )
    url = reverse("chargers:people", args=[cast.charger.pk])

    assert url in words(client.get(cast.charger.get_absolute_url()))
    page = words(client.get(url))
    assert "Driver 11" in page
    assert "Site Admin" in page

    client.force_login(cast.user)
    assert client.get(url).status_code == 403


@pytest.mark.parametrize("name", ["detail", "state", "people"])
def test_stranger_gets_404_and_a_wrong_method_405(client, cast, name):
    url = reverse(f"chargers:{name}", args=[cast.charger.pk])

    assert client.post(url).status_code == 405
    client.force_login(cast.stranger)
    assert client.get(url).status_code == 404
    client.force_login(cast.sibling_administrator)
    assert client.get(url).status_code == 404


def test_a_retired_charger_keeps_its_page_without_actions(client, cast):
    cast.charger.retired_at = timezone.now()
    cast.charger.save()

    page = words(client.get(cast.charger.get_absolute_url()))

    assert "Retired since" in page
    assert "7.40 kWh" in page
    for name in ("edit", "move", "retire", "new_password"):
        assert reverse(f"chargers:{name}", args=[cast.charger.pk]) not in page


def test_the_page_takes_the_same_queries_for_one_person_and_many(
    client, cast, django_assert_max_num_queries
):
    for _ in range(20):
        member = factories.make_member(group=cast.site, role=Role.ADMINISTRATOR)
        factories.make_session(charger=cast.charger, user=member)
    client.get(cast.charger.get_absolute_url())

    with django_assert_max_num_queries(20):
        client.get(cast.charger.get_absolute_url())
