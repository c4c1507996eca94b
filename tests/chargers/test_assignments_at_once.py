from __future__ import annotations

import itertools
from collections.abc import Iterator
from uuid import UUID

import pytest

from accounts.models import User
from chargers import assignments
from chargers.models import Assignment, Charger
from groups import people
from groups.models import AuditEntry, Group, Membership
from tests.factories import make_charger, make_group, make_member, membership_of
from tests.racing import Call, Racers, racers

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

ROUNDS = 40


@pytest.fixture(scope="module")
def processes(django_db_setup: None) -> Iterator[Racers]:
    with racers(4) as ready:
        yield ready


def assign(group_id: UUID, user_id: UUID) -> None:
    group, user = Group.objects.get(pk=group_id), User.objects.get(pk=user_id)
    assignments.assign(Charger.objects.all(), to=user, within=group, by=user)


def unassign(group_id: UUID, user_id: UUID) -> None:
    group, user = Group.objects.get(pk=group_id), User.objects.get(pk=user_id)
    assignments.unassign(Charger.objects.all(), of=user, within=group, by=user)


def remove(membership_id: UUID) -> None:
    membership = Membership.objects.get(pk=membership_id)
    people.remove(membership, by=membership.user)


def call(function, *args: object) -> Call:
    return f"{__name__}.{function.__name__}", args


def test_four_clicks_at_once_assign_once(processes):
    for _ in range(ROUNDS):
        group = make_group()
        person = make_member(group=group)
        make_charger(group=group)

        outcomes = processes.race(*[call(assign, group.pk, person.pk)] * 4)

        assert outcomes == ["done"] * 4
        assert Assignment.objects.filter(user=person).count() == 1
        lines = AuditEntry.objects.filter(organisation=group, event="charger assigned")
        assert lines.count() == 1


def test_giving_and_taking_at_once_agree_with_the_audit_trail(processes):
    for _ in range(ROUNDS):
        group = make_group()
        person = make_member(group=group)
        make_charger(group=group)

        outcomes = processes.race(
            *[call(assign, group.pk, person.pk), call(unassign, group.pk, person.pk)]
            * 2
        )

        assert outcomes == ["done"] * 4
        written = AuditEntry.objects.filter(
            organisation=group, event__startswith="charger "
        ).order_by("pk")
        events = list(written.values_list("event", flat=True))
        assert all(first != second for first, second in itertools.pairwise(events))
        is_assigned = Assignment.objects.filter(user=person).exists()
        assert is_assigned == (events[-1] == "charger assigned")


def test_nothing_is_assigned_to_who_is_removed_at_once(processes):
    for _ in range(ROUNDS):
        group = make_group()
        person = make_member(group=group)
        make_charger(group=group)

        outcomes = processes.race(
            call(assign, group.pk, person.pk),
            call(remove, membership_of(person, group).pk),
        )

        assert outcomes == ["done", "done"]
        assert not Assignment.objects.filter(user=person).exists()
