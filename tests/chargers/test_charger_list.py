from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from chargers.models import Charger, Connector
from groups.models import Group
from tests import factories


@pytest.fixture(autouse=True)
def signed_in(client, cast):
    client.force_login(cast.administrator)


def list_url(group: Group, query: str = "") -> str:
    return reverse("chargers:list", args=[group.pk]) + query


def names(client, url: str) -> list[str]:
    return [row.charger.name for row in client.get(url).context["rows"]]


def connect(charger: Charger, status: str = "available") -> Charger:
    charger.connected_at = charger.last_seen_at = timezone.now()
    charger.save()
    Connector.objects.create(charger=charger, number=1, status=status)
    return charger


def test_administrator_sees_the_chargers_of_the_group_and_below(client, cast):
    factories.make_charger(group=cast.organisation, name="Gate")
    factories.make_charger(group=cast.sibling, name="Pier")

    page = client.get(list_url(cast.organisation)).content.decode()

    for word in ("Bay 1", "Gate", "Pier", "North Quay", "Wallbox Commander 2"):
        assert word in page
    assert names(client, list_url(cast.site)) == ["Bay 1"]


def test_user_sees_only_what_is_assigned(client, cast):
    factories.make_charger(group=cast.site, name="Bay 2")
    client.force_login(cast.user)

    page = client.get(list_url(cast.site)).content.decode()

    assert "Bay 1" in page
    assert "Bay 2" not in page
    assert "Add charger" not in page


def test_user_does_not_read_who_else_is_charging(client, cast):
    connect(cast.charger, "charging")
    factories.make_session(charger=cast.charger, user=cast.administrator, hours=None)

    assert "Adam Admin" in client.get(list_url(cast.site)).content.decode()
    client.force_login(cast.user)
    page = client.get(list_url(cast.site)).content.decode()
    assert "Charging" in page
    assert "Adam Admin" not in page


def test_a_session_of_nobody_is_of_an_unknown_person(client, cast):
    factories.make_session(charger=cast.charger, user=None, hours=None)

    assert "Unknown person" in client.get(list_url(cast.site)).content.decode()


def test_stranger_gets_404_and_a_wrong_method_405(client, cast):
    assert client.post(list_url(cast.site)).status_code == 405
    client.force_login(cast.stranger)
    assert client.get(list_url(cast.site)).status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Alpha", "Bay 1", "Omega"]),
        ("?q=omeg", ["Omega"]),
        ("?q=SN-OMEGA", ["Omega"]),
        ("?state=charging", ["Alpha"]),
        ("?state=offline", ["Bay 1", "Omega"]),
        ("?state=retired", ["Zombie"]),
        ("?family=pulsar", ["Omega"]),
        ("?sort=-name", ["Omega", "Bay 1", "Alpha"]),
        ("?sort=nonsense&page=nonsense&unknown=1", ["Alpha", "Bay 1", "Omega"]),
        ("?state=nonsense", []),
    ],
)
def test_the_list_is_searched_filtered_and_sorted(client, cast, query, expected):
    connect(factories.make_charger(group=cast.sibling, name="Alpha"), "charging")
    factories.make_charger(
        group=cast.organisation,
        name="Omega",
        serial_number="SN-omega",
        model="Wallbox Pulsar Plus",
    )
    Charger.objects.filter(
        pk=factories.make_charger(group=cast.site, name="Zombie").pk
    ).update(retired_at=timezone.now())

    assert names(client, list_url(cast.organisation, query)) == expected


def test_the_list_is_narrowed_to_a_subgroup_and_below(client, cast):
    floor = factories.make_subgroup(parent=cast.site)
    factories.make_charger(group=floor, name="Deep")
    factories.make_charger(group=cast.sibling, name="Pier")

    found = names(client, list_url(cast.organisation, f"?subgroup={cast.site.pk}"))

    assert found == ["Bay 1", "Deep"]


def test_a_subgroup_of_another_organisation_is_no_choice(client, cast):
    elsewhere = factories.make_subgroup(parent=factories.make_group())

    found = names(client, list_url(cast.organisation, f"?subgroup={elsewhere.pk}"))

    assert found == []


def test_fifty_are_on_a_page(client, cast):
    for number in range(51):
        factories.make_charger(group=cast.sibling, name=f"Pier {number:02}")

    page = client.get(list_url(cast.sibling)).content.decode()

    assert "1–50 of 51" in page
    assert names(client, list_url(cast.sibling, "?page=2")) == ["Pier 50"]


def test_empty_lists_say_what_to_do_next(client, cast):
    page = client.get(list_url(cast.sibling)).content.decode()
    assert "No chargers here yet" in page
    assert reverse("chargers:add", args=[cast.sibling.pk]) in page

    page = client.get(list_url(cast.site, "?q=nothing")).content.decode()
    assert "No charger found" in page

    lonely = factories.make_member(group=cast.sibling)
    client.force_login(lonely)
    page = client.get(list_url(cast.sibling)).content.decode()
    assert "Ask an administrator" in page


def test_the_csv_holds_what_is_filtered_and_runs_no_formula(client, cast):
    factories.make_charger(group=cast.sibling, name="=1+1")
    factories.make_charger(group=cast.sibling, name="Pier", serial_number="SN")

    response = client.get(list_url(cast.organisation, "?q=1&format=csv"))

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:3] == ["Name", "Serial number", "Model"]
    assert [row[0] for row in rows[1:]] == ["'=1+1", "Bay 1"]


@pytest.mark.parametrize("number", [1, 60])
def test_a_page_takes_ten_queries_whatever_its_length(
    client, cast, number, django_assert_max_num_queries
):
    for _ in range(number):
        connect(factories.make_charger(group=cast.site))
    client.get(list_url(cast.organisation))

    with django_assert_max_num_queries(10):
        client.get(list_url(cast.organisation))
