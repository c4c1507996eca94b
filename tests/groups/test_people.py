from __future__ import annotations

import pytest

from groups import people
from groups.models import AuditEntry, Membership, OrganisationMember, Role
from tests.factories import (
    assign,
    make_charger,
    make_group,
    make_member,
    make_subgroup,
    make_user,
    membership_of,
)

pytestmark = pytest.mark.django_db


def trail(group):
    entries = AuditEntry.objects.filter(organisation=group).order_by("pk")
    return [
        (entry.event, entry.subject, entry.details)
        for entry in entries
        if entry.event.startswith(("member", "role"))
    ]


@pytest.fixture
def group():
    return make_group()


def test_a_person_joins_once(group):
    person = make_member(group=group, name="Ada")

    with pytest.raises(people.AlreadyMember, match="a member here already"):
        people.join(person, group=group, role=Role.USER, by=group.owner)

    assert Membership.objects.filter(user=person).count() == 1
    assert trail(group) == [("member joined", "Ada", "User")]


def test_a_change_of_role_is_written_down_once(group):
    person = make_member(group=group, name="Ada")
    membership = membership_of(person, group)

    for _ in range(2):
        people.change_role(membership, role=Role.ADMINISTRATOR, by=group.owner)

    assert membership_of(person, group).role == Role.ADMINISTRATOR
    assert trail(group)[1:] == [("role changed", "Ada", "User → Administrator")]


def test_suspending_and_reinstating_are_written_down_once(group):
    person = make_member(group=group, name="Ada")
    membership = membership_of(person, group)

    for _ in range(2):
        people.suspend(membership, by=group.owner)
    since = membership_of(person, group).suspended_at
    for _ in range(2):
        people.reinstate(membership, by=group.owner)

    assert since is not None
    assert membership_of(person, group).suspended_at is None
    assert [event for event, _subject, _details in trail(group)[1:]] == [
        "member suspended",
        "member reinstated",
    ]


@pytest.mark.parametrize(
    "act",
    [
        people.remove,
        people.suspend,
        people.reinstate,
        lambda membership, by: people.change_role(
            membership, role=Role.ADMINISTRATOR, by=by
        ),
    ],
)
def test_who_is_gone_already_is_said(group, act):
    person = make_member(group=group)
    membership, stale = membership_of(person, group), membership_of(person, group)
    people.remove(membership, by=group.owner)

    with pytest.raises(people.NoLongerMember, match="no longer a member"):
        act(stale, by=group.owner)


def test_who_leaves_a_subgroup_loses_what_is_assigned_there(group):
    site, sibling = make_subgroup(parent=group), make_subgroup(parent=group)
    floor = make_subgroup(parent=site)
    person = make_member(group=site)
    make_member(group=sibling, user=person)
    lost, kept = make_charger(group=floor), make_charger(group=sibling)
    for charger in (lost, kept):
        assign(charger, person)

    people.remove(membership_of(person, site), by=group.owner)

    assert [each.charger for each in person.assignments.all()] == [kept]
    assert OrganisationMember.objects.filter(user=person).exists()


def test_who_leaves_the_last_place_leaves_the_organisation(group):
    person = make_member(group=group)
    assign(make_charger(group=group), person)

    people.remove(membership_of(person, group), by=group.owner)

    assert not OrganisationMember.objects.filter(user=person).exists()
    assert not person.assignments.exists()


def test_the_owner_may_have_an_ordinary_place_in_a_subgroup_removed(group):
    site = make_subgroup(parent=group)
    owner = group.owner
    make_member(group=site, user=owner)

    people.remove(membership_of(owner, site), by=owner)

    assert membership_of(owner, group).role == Role.SUPERADMINISTRATOR


def test_two_organisations_do_not_touch_each_other(group):
    person = make_user()
    other = make_group()
    for each in (group, other):
        make_member(group=each, user=person)

    people.remove(membership_of(person, group), by=group.owner)

    assert membership_of(person, other).role == Role.USER
