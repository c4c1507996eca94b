from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from chargers import assignments
from chargers.models import Assignment, Charger
from groups import people
from groups.models import AuditEntry, Role
from tests.factories import (
    assign,
    make_charger,
    make_group,
    make_member,
    make_subgroup,
    membership_of,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def group():
    return make_group(name="Harbour Housing")


@pytest.fixture
def admin(group, client):
    admin = make_member(group=group, role=Role.ADMINISTRATOR)
    client.force_login(admin)
    return admin


def tick(client, group, person, *, shown=(), ticked=(), headers=None, **groups):
    data = {
        "shown": [each.pk for each in shown],
        "charger": [each.pk for each in ticked],
        **{name: [each.pk for each in chosen] for name, chosen in groups.items()},
    }
    url = reverse("chargers:assign", args=[group.pk, person.pk])
    return client.post(url, data, headers=headers)


def tick_subgroup(client, group, person, subgroup, *, on, headers=None):
    url = reverse("chargers:assign_subgroup", args=[group.pk, person.pk])
    data = {"place": subgroup.pk, **({"subgroup": subgroup.pk} if on else {})}
    return client.post(url, data, headers=headers)


def chargers_of(person):
    return set(Charger.objects.filter(assignments__user=person))


def test_a_tick_assigns_the_charger_and_says_why(client, group, admin):
    person, charger = make_member(group=group), make_charger(group=group)

    response = tick(
        client, group, person, shown=[charger], ticked=[charger], headers=HTMX
    )

    assert chargers_of(person) == {charger}
    assert "Assigned" in response.text
    assert "1 of 1 assigned" in response.text


def test_taking_a_tick_away_unassigns(client, group, admin):
    person, charger = make_member(group=group), make_charger(group=group)
    assign(charger, person)

    response = tick(client, group, person, shown=[charger], headers=HTMX)

    assert chargers_of(person) == set()
    assert "Not assigned" in response.text


def test_a_tick_is_written_to_the_audit_trail_once(client, group, admin):
    person, charger = make_member(group=group), make_charger(group=group)

    for _ in range(2):
        tick(client, group, person, shown=[charger], ticked=[charger])
    for _ in range(2):
        tick(client, group, person, shown=[charger])

    written = AuditEntry.objects.filter(event__startswith="charger ").order_by("pk")
    assert list(written.values_list("event", "actor", "subject", "details")) == [
        ("charger assigned", admin.pk, person.name, charger.name),
        ("charger unassigned", admin.pk, person.name, charger.name),
    ]


def test_save_changes_only_what_was_shown(client, group, admin):
    person = make_member(group=group)
    one, two, hidden, other = [make_charger(group=group) for _ in range(4)]
    assign(one, person)
    assign(hidden, person)

    response = tick(client, group, person, shown=[one, two], ticked=[two, other])

    assert chargers_of(person) == {two, hidden}
    assert response.status_code == 302


def test_save_goes_back_to_where_one_was(client, group, admin):
    person, charger = make_member(group=group), make_charger(group=group)
    url = reverse("chargers:assign", args=[group.pk, person.pk])

    response = client.post(f"{url}?q=SN&page=2", {"shown": charger.pk}, follow=True)

    assert response.redirect_chain[0][0].endswith("?q=SN&page=2#assigned")
    assert "The assigned chargers are saved." in response.text


def test_a_subgroup_tick_assigns_all_in_it_and_below(client, group, admin):
    site = make_subgroup(parent=group)
    floor = make_subgroup(parent=site)
    person = make_member(group=group)
    inside = {make_charger(group=site), make_charger(group=floor)}
    make_charger(group=group)

    response = tick_subgroup(client, group, person, site, on=True, headers=HTMX)

    assert chargers_of(person) == inside
    assert "2 of 2 assigned" in response.text
    assert "2 of 3 assigned" in response.text


def test_a_subgroup_tick_does_not_reach_the_future(client, group, admin):
    site = make_subgroup(parent=group)
    person = make_member(group=group)
    charger = make_charger(group=site)
    tick_subgroup(client, group, person, site, on=True)

    make_charger(group=site)

    assert chargers_of(person) == {charger}


def test_taking_a_subgroup_tick_away_unassigns_all_in_it(client, group, admin):
    site = make_subgroup(parent=group)
    person = make_member(group=group)
    outside = make_charger(group=group, assigned_to=(person,))
    make_charger(group=site, assigned_to=(person,))

    tick_subgroup(client, group, person, site, on=False)

    assert chargers_of(person) == {outside}


def test_save_without_javascript_takes_subgroup_ticks_too(client, group, admin):
    full, empty = make_subgroup(parent=group), make_subgroup(parent=group)
    person = make_member(group=group)
    had = make_charger(group=full, assigned_to=(person,))
    new = make_charger(group=empty)

    tick(
        client,
        group,
        person,
        shown=[had, new],
        ticked=[had],
        shown_subgroup=[full, empty],
        full=[full],
        subgroup=[empty],
    )

    assert chargers_of(person) == {new}


def test_an_untouched_subgroup_tick_gives_nothing_new(client, group, admin):
    site = make_subgroup(parent=group)
    person = make_member(group=group)
    shown = make_charger(group=site, assigned_to=(person,))
    make_charger(group=site)

    tick(
        client,
        group,
        person,
        shown=[shown],
        ticked=[shown],
        shown_subgroup=[site],
        full=[site],
        subgroup=[site],
    )

    assert chargers_of(person) == {shown}


def retired_charger(group):
    charger = make_charger(group=group)
    charger.retired_at = charger.added_at
    charger.save()
    return charger


def test_a_retired_charger_is_left_out_and_that_is_said(client, group, admin):
    person, there = make_member(group=group), make_charger(group=group)
    both = [there, retired_charger(group)]

    response = tick(client, group, person, shown=both, ticked=both)

    assert chargers_of(person) == {there}
    page = client.get(response.url).text
    assert "Some chargers are no longer here; they were left out." in page


def test_a_tick_on_a_retired_charger_is_a_conflict(client, group, admin):
    person, charger = make_member(group=group), retired_charger(group)

    response = tick(
        client, group, person, shown=[charger], ticked=[charger], headers=HTMX
    )

    assert response.status_code == 409
    assert chargers_of(person) == set()


def test_a_tick_on_a_charger_of_another_subgroup_is_a_conflict(client, group, admin):
    site, sibling = make_subgroup(parent=group), make_subgroup(parent=group)
    person, outside = make_member(group=site), make_charger(group=sibling)

    response = tick(
        client, site, person, shown=[outside], ticked=[outside], headers=HTMX
    )

    assert response.status_code == 409
    assert chargers_of(person) == set()


def test_who_charges_everywhere_is_given_nothing_by_a_subgroup_tick(client, group):
    client.force_login(group.owner)
    site = make_subgroup(parent=group)
    person = make_member(group=group)
    make_member(group=site, user=person, role=Role.ADMINISTRATOR)
    outside = make_charger(group=group)
    make_charger(group=site)

    tick_subgroup(client, group, person, group, on=True)

    assert chargers_of(person) == {outside}


def test_a_charger_that_needs_no_tick_is_passed_over(client, group):
    client.force_login(group.owner)
    site = make_subgroup(parent=group)
    person = make_member(group=group)
    make_member(group=site, user=person, role=Role.ADMINISTRATOR)
    charger = make_charger(group=site)

    tick(client, group, person, shown=[charger], ticked=[charger])

    assert chargers_of(person) == set()


def test_a_charger_of_strangers_cannot_be_assigned(client, group, admin):
    person = make_member(group=group)
    mine, foreign = make_charger(group=group), make_charger(group=make_group())

    response = tick(
        client, group, person, shown=[mine, foreign], ticked=[mine, foreign]
    )

    assert response.status_code == 404
    assert not Assignment.objects.exists()


def test_a_subgroup_of_strangers_cannot_be_ticked(client, group, admin):
    person, foreign = make_member(group=group), make_group()
    make_charger(group=foreign)

    response = tick_subgroup(client, group, person, foreign, on=True)

    assert response.status_code == 404
    assert not Assignment.objects.exists()


def test_an_administrator_of_a_subgroup_gives_what_is_in_it_only(client, group):
    site, sibling = make_subgroup(parent=group), make_subgroup(parent=group)
    client.force_login(make_member(group=site, role=Role.ADMINISTRATOR))
    person = make_member(group=site)
    make_member(group=sibling, user=person)
    inside, outside = make_charger(group=site), make_charger(group=sibling)

    allowed = tick(client, site, person, shown=[inside], ticked=[inside])
    refused = tick(client, site, person, shown=[outside], ticked=[outside])

    assert (allowed.status_code, refused.status_code) == (302, 404)
    assert chargers_of(person) == {inside}


def test_a_user_assigns_nothing_to_themselves(client, group):
    person, charger = make_member(group=group), make_charger(group=group)
    client.force_login(person)

    response = tick(client, group, person, shown=[charger], ticked=[charger])

    assert response.status_code == 403
    assert "This needs the role Administrator here." in response.text
    assert not Assignment.objects.exists()


def test_an_administrator_gives_nothing_to_administrators(client, group, admin):
    other = make_member(group=group, role=Role.ADMINISTRATOR)
    charger = make_charger(group=group)

    response = tick(client, group, other, shown=[charger], ticked=[charger])

    assert response.status_code == 403
    assert "This needs the role Super-administrator here." in response.text


def test_strangers_find_nobody(client, group):
    person, charger = make_member(group=group), make_charger(group=group)
    client.force_login(make_group().owner)

    response = tick(client, group, person, shown=[charger], ticked=[charger])

    assert response.status_code == 404
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("name", ["assign", "assign_subgroup"])
def test_looking_assigns_nothing(client, group, admin, name):
    person = make_member(group=group)

    response = client.get(reverse(f"chargers:{name}", args=[group.pk, person.pk]))

    assert response.status_code == 405


def test_nonsense_is_a_bad_request(client, group, admin):
    person = make_member(group=group)
    url = reverse("chargers:assign", args=[group.pk, person.pk])

    response = client.post(url, {"shown": "1; DROP TABLE"})

    assert response.status_code == 400


def test_somebody_who_does_not_exist_is_not_found(client, group, admin):
    url = reverse("chargers:assign", args=[group.pk, uuid.uuid4()])

    assert client.post(url).status_code == 404


def test_who_was_removed_a_moment_ago_gets_nothing(group):
    person, charger = make_member(group=group), make_charger(group=group)
    people.remove(membership_of(person, group), by=group.owner)

    given = assignments.assign(
        Charger.objects.all(), to=person, within=group, by=group.owner
    )

    assert given == []
    assert not Assignment.objects.exists()
    assert charger.assignments.count() == 0


def test_a_thousand_chargers_are_assigned_in_few_queries(
    group, django_assert_max_num_queries
):
    person = make_member(group=group)
    model = make_charger(group=group).model
    Charger.objects.bulk_create(
        Charger(
            organisation=group,
            group=group,
            model=model,
            name=f"Bay {number:04}",
            serial_number=f"T{number}",
        )
        for number in range(999)
    )

    with django_assert_max_num_queries(20):
        given = assignments.assign(
            Charger.objects.all(), to=person, within=group, by=group.owner
        )

    assert len(given) == 1000
    assert AuditEntry.objects.filter(event="charger assigned").count() == 1000
