from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from chargers.models import Charger
from groups import people, pins
from groups.models import AuditEntry, PinClaim, Role
from tests.factories import (
    make_charger,
    make_group,
    make_member,
    make_subgroup,
    membership_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_group(name="Harbour Housing")


@pytest.fixture
def owner(group, client):
    client.force_login(group.owner)
    return group.owner


def url_of(group, person, name="user"):
    return reverse(f"chargers:{name}", args=[group.pk, person.pk])


def show(client, group, person, **query):
    response = client.get(url_of(group, person), query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.text)


def test_the_page_says_who_and_where(client, group, owner):
    person = make_member(
        group=group,
        name="Ada Lovelace",
        email="ada@example.org",
        last_seen_at=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
    )
    make_member(group=make_subgroup(parent=group, name="North Quay"), user=person)

    text = show(client, group, person)

    assert "<h1>Ada Lovelace</h1>" in text
    assert "ada@example.org" in text
    assert "1 Mar 2026, 08:30" in text
    assert "Harbour Housing, North Quay" in text


def test_clicking_the_groups_name_opens_user_type_and_chargers(client, group, owner):
    person = make_member(group=group)
    make_charger(group=group, name="Bay 02")

    text = show(client, group, person)

    details = text[text.index('<details class="disclosure"') :].split("</details>")[0]
    summary, opened = details.split("</summary>")
    assert "Harbour Housing" in summary
    assert 'name="role"' in opened
    assert reverse("groups:change_role", args=[membership_of(person, group).pk]) in (
        opened
    )
    assert "Bay 02" in opened


def test_a_changed_role_is_shown(client, group, owner):
    person = make_member(group=group)
    membership = membership_of(person, group)
    url = reverse("groups:change_role", args=[membership.pk])

    response = client.post(url, {"role": "administrator"}, follow=True)

    assert "May charge on all chargers here as Administrator." in response.text


def test_an_administrator_is_offered_no_user_type(client, group):
    client.force_login(make_member(group=group, role=Role.ADMINISTRATOR))
    person = make_member(group=group)

    text = show(client, group, person)

    assert 'name="role"' not in text
    assert reverse("groups:remove", args=[membership_of(person, group).pk]) in text


def test_the_owner_can_be_neither_changed_nor_removed(client, group):
    client.force_login(make_member(group=group, role=Role.SUPERADMINISTRATOR))

    text = show(client, group, group.owner)

    assert 'name="role"' not in text
    assert "/remove/" not in text
    assert "Owner" in text


def test_ticks_show_what_is_assigned_and_why_one_may_charge(client, group, owner):
    site = make_subgroup(parent=group, name="North Quay")
    person = make_member(group=group)
    make_charger(group=site, name="Bay 02", assigned_to=(person,))
    make_charger(group=site, name="Bay 03")

    text = show(client, group, person)

    bay_two = text[text.index("Bay 02") :]
    assert "checked" in tick_of(text, "Bay 02")
    assert "checked" not in tick_of(text, "Bay 03")
    assert bay_two.index("Assigned") < bay_two.index("Bay 03")
    assert "Not assigned" in text
    assert text.count("1 of 2 assigned") == 2
    assert "data-partial" in tick_of(text, "North Quay")


def tick_of(text, name):
    """The last input before `name` in the list of chargers."""
    before = text[text.index('id="ticks"') :]
    before = before[: before.index(f'tick__text">{name}')]
    return before[before.rindex("<input") :]


def test_chargers_stand_in_the_order_of_the_tree(client, group, owner):
    zoo, attic = (make_subgroup(parent=group, name=name) for name in ("Zoo", "Attic"))
    cellar = make_subgroup(parent=zoo, name="Cellar")
    person = make_member(group=group)
    for name, place in (("D", cellar), ("C", zoo), ("B", attic), ("A", group)):
        make_charger(group=place, name=f"Charger {name}")

    text = show(client, group, person)

    ticks = text[text.index('id="ticks"') :]
    found = re.findall(r"tick__text\">([\w ]+)", ticks)
    assert found == [
        "Harbour Housing",
        "Charger A",
        "Attic",
        "Charger B",
        "Zoo",
        "Charger C",
        "Cellar",
        "Charger D",
    ]


def test_who_charges_everywhere_needs_no_ticks(client, group, owner):
    person = make_member(group=group, role=Role.ADMINISTRATOR)
    make_charger(group=group, name="Bay 02")

    text = show(client, group, person)

    assert "May charge on all chargers here as Administrator." in text
    assert "Administrator of Harbour Housing" in text
    assert 'name="charger"' not in text


def test_a_suspended_person_may_not_charge(client, group, owner):
    person = make_member(group=group, suspended=True)
    make_charger(group=group, assigned_to=(person,))

    text = show(client, group, person)

    assert "Suspended: may not charge here." in text
    assert "Suspended in Harbour Housing" in text
    assert "Reinstate" in text


def test_chargers_out_of_a_persons_places_are_listed_on_demand(client, group, owner):
    site = make_subgroup(parent=group, name="North Quay")
    person = make_member(group=site)
    make_charger(group=site, name="Inside")
    make_charger(group=group, name="Outside")

    at_first = show(client, group, person)
    everywhere = show(client, group, person, show="everywhere")

    assert "Inside" in at_first
    assert "Outside" not in at_first
    assert "Outside" in everywhere
    assert "Not a member of Harbour Housing" in everywhere
    assert everywhere.count('name="charger"') == 1


def test_a_subgroup_administrator_sees_their_part_only(client, group):
    site, sibling = make_subgroup(parent=group), make_subgroup(parent=group)
    client.force_login(make_member(group=site, role=Role.ADMINISTRATOR))
    person = make_member(group=site)
    make_member(group=sibling, user=person)
    make_charger(group=site, name="Inside")
    make_charger(group=sibling, name="Outside")

    text = show(client, site, person, show="everywhere")

    assert "Inside" in text
    assert "Outside" not in text
    assert sibling.name not in text


def test_a_user_sees_their_own_page_and_changes_nothing(client, group):
    person = make_member(group=group)
    client.force_login(person)
    make_charger(group=group, name="Bay 02", assigned_to=(person,))
    make_charger(group=group, name="Bay 03")

    text = show(client, group, person)

    assert "Bay 02" in text
    assert "Bay 03" not in text
    for forbidden in ('name="role"', 'name="charger"', "/suspend/", "/remove/"):
        assert forbidden not in text
    assert reverse("chargers:pin") in text


def test_a_user_of_a_group_has_a_page_in_its_subgroups_too(client, group):
    site = make_subgroup(parent=group)
    person = make_member(group=group)
    client.force_login(person)

    assert "Harbour Housing" in show(client, site, person)


def test_a_user_does_not_find_others(client, group):
    client.force_login(make_member(group=group))

    assert client.get(url_of(group, make_member(group=group))).status_code == 404


@pytest.mark.parametrize("role", Role.values)
def test_strangers_find_nobody(client, group, role):
    client.force_login(make_member(group=make_group(), role=role))

    assert client.get(url_of(group, make_member(group=group))).status_code == 404


def test_a_stranger_is_not_found_in_ones_own_group(client, group, owner):
    assert client.get(url_of(group, make_group().owner)).status_code == 404
    assert (
        client.get(reverse("chargers:user", args=[group.pk, uuid.uuid4()])).status_code
        == 404
    )


def test_a_search_finds_chargers_and_offers_no_tick_for_what_it_hides(
    client, group, owner
):
    person = make_member(group=group)
    make_charger(group=group, name="Bay 02")
    make_charger(group=group, name="Roof 01")

    text = show(client, group, person, q="roof")

    assert "Roof 01" in text
    assert "Bay 02" not in text
    assert 'name="subgroup"' not in text


def test_a_fruitless_search_says_so(client, group, owner):
    make_charger(group=group)

    text = show(client, group, make_member(group=group), q="nowhere")

    assert "No charger found" in text


def add_chargers(group, count):
    model = make_charger(group=group, name="Bay 0000").model
    Charger.objects.bulk_create(
        Charger(
            organisation_id=group.organisation_id,
            group=group,
            model=model,
            name=f"Bay {number:04}",
            serial_number=f"{group.name}-{number}",
        )
        for number in range(1, count)
    )


def test_a_thousand_chargers_come_fifty_at_a_time(client, group, owner):
    person = make_member(group=group)
    for name in ("North", "South"):
        add_chargers(make_subgroup(parent=group, name=name), 60)

    pages = [show(client, group, person, page=number) for number in (1, 2, 3, 99)]

    shown = [re.findall(r"tick__text\">(Bay \d+)", page) for page in pages]
    assert [len(page) for page in shown] == [50, 50, 20, 20]
    assert shown[1][9:11] == ["Bay 0059", "Bay 0000"]
    assert 'rel="next"' in pages[0]
    assert 'rel="next"' not in pages[2]


def test_the_page_costs_the_same_for_one_charger_and_for_many(
    client, group, owner, django_assert_max_num_queries
):
    person = make_member(group=group)
    few = make_subgroup(parent=group, name="Few")
    make_charger(group=few)
    show(client, group, person)
    with django_assert_max_num_queries(40) as first:
        show(client, group, person)
    for number in range(20):
        add_chargers(make_subgroup(parent=few, name=f"Floor {number}"), 10)

    with django_assert_max_num_queries(len(first)):
        show(client, group, person)


def test_an_administrator_removes_a_users_pin_without_seeing_it(client, group):
    client.force_login(make_member(group=group, role=Role.ADMINISTRATOR))
    person = make_member(group=group, pin="4071")
    url = url_of(group, person, "remove_pin")

    assert url in show(client, group, person)
    question = client.get(url)
    response = client.post(url, follow=True)

    assert "Remove the Commander PIN of" in question.text
    assert not PinClaim.objects.filter(holder=person.pk).exists()
    assert AuditEntry.objects.filter(event="pin removed", subject=person.name).exists()
    assert "4071" not in question.text + response.text
    assert "Not set" in response.text


def test_an_administrator_does_not_remove_an_administrators_pin(client, group):
    client.force_login(make_member(group=group, role=Role.ADMINISTRATOR))
    other = make_member(group=group, role=Role.ADMINISTRATOR, pin="4071")

    assert "Remove PIN" not in show(client, group, other)
    assert client.post(url_of(group, other, "remove_pin")).status_code == 403
    assert PinClaim.objects.filter(holder=other.pk).exists()


def test_a_role_elsewhere_in_the_organisation_protects_a_pin(client, group):
    site, sibling = make_subgroup(parent=group), make_subgroup(parent=group)
    client.force_login(make_member(group=site, role=Role.ADMINISTRATOR))
    person = make_member(group=site, pin="4071")
    make_member(group=sibling, user=person, role=Role.ADMINISTRATOR)

    assert client.post(url_of(site, person, "remove_pin")).status_code == 403


def test_the_page_tells_that_a_new_pin_is_needed(client, group, owner):
    make_member(group=group, pin="4071")
    person = make_member(group=make_group(), pin="4071")
    people.join(person, group=group, role=Role.USER, by=owner)

    text = show(client, group, person)

    assert "Needs a new one" in text
    assert "does not count in Harbour Housing" in text


def test_no_page_of_a_person_shows_a_pin(client, group, owner):
    person = make_member(group=group, pin="4071")
    suggested = pins.suggest(person)

    text = show(client, group, person)

    assert "4071" not in text
    assert f">{suggested}<" not in text


def test_names_are_text_and_nothing_else(client, group, owner):
    person = make_member(group=group, name="<script>alert(1)</script>")
    make_charger(group=group, name='"><img src=x onerror=alert(1)>')

    text = show(client, group, person)

    assert "<script>alert" not in text
    assert "<img src=x" not in text
