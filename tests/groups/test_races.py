from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import User
from groups import people, pins
from groups.models import (
    AuditEntry,
    Group,
    Membership,
    OrganisationMember,
    PinClaim,
    Role,
)
from tests.factories import (
    make_group,
    make_member,
    make_subgroup,
    make_user,
    membership_of,
)
from tests.racing import Call, Racers, racers

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

ROUNDS = 40
PINS = [pin for pin in pins.ALL_PINS if not pins.is_trivial(pin)]


@pytest.fixture(scope="module")
def processes(django_db_setup: None) -> Iterator[Racers]:
    with racers(4) as ready:
        yield ready


def choose(user_id: UUID, pin: str, at: datetime) -> None:
    pins.choose(User.objects.get(pk=user_id), pin, at=at)


def join(user_id: UUID, group_id: UUID) -> None:
    group = Group.objects.get(pk=group_id)
    people.join(User.objects.get(pk=user_id), group=group, role=Role.USER, by=None)


def remove(membership_id: UUID) -> None:
    membership = Membership.objects.get(pk=membership_id)
    people.remove(membership, by=membership.user)


def suspend(membership_id: UUID) -> None:
    membership = Membership.objects.get(pk=membership_id)
    people.suspend(membership, by=membership.user)


def demote(membership_id: UUID) -> None:
    membership = Membership.objects.get(pk=membership_id)
    people.change_role(membership, role=Role.USER, by=membership.user)


def transfer(group_id: UUID, user_id: UUID) -> None:
    user = User.objects.get(pk=user_id)
    people.transfer_ownership(Group.objects.get(pk=group_id), to=user, by=user)


def set_owner_by_orm(group_id: UUID, user_id: UUID) -> None:
    Group.objects.filter(pk=group_id).update(owner=user_id)


def delete_by_orm(membership_id: UUID) -> None:
    Membership.objects.filter(pk=membership_id).delete()


def demote_by_orm(membership_id: UUID) -> None:
    Membership.objects.filter(pk=membership_id).update(role=Role.ADMINISTRATOR)


def suspend_by_orm(membership_id: UUID) -> None:
    Membership.objects.filter(pk=membership_id).update(suspended_at=timezone.now())


def delete_user_by_orm(user_id: UUID) -> None:
    User.objects.filter(pk=user_id).delete()


def call(function, *args: object) -> Call:
    return f"tests.groups.test_races.{function.__name__}", args


def test_of_four_people_exactly_one_gets_the_pin(processes):
    group = make_group()
    others = [make_member(group=group) for _ in range(4)]
    start = timezone.now()
    for number in range(ROUNDS):
        pin, at = PINS[number], start + timedelta(days=2 * number)

        outcomes = processes.race(*[call(choose, each.pk, pin, at) for each in others])

        assert sorted(outcomes) == ["PinUnavailable"] * 3 + ["done"], number
        digest = pins.digest(group.pk, pin)
        winner = others[outcomes.index("done")]
        assert PinClaim.objects.get(digest=digest).holder == winner.pk


def test_a_newcomer_and_a_member_never_share_a_pin(processes):
    for number in range(ROUNDS):
        pin = PINS[number]
        home, depot = make_group(), make_group()
        newcomer, member = make_member(group=home, pin=pin), make_member(group=depot)

        outcomes = processes.race(
            call(join, newcomer.pk, depot.pk),
            call(choose, member.pk, pin, timezone.now()),
        )

        claims = PinClaim.objects.filter(
            organisation=depot, digest=pins.digest(depot.pk, pin)
        )
        assert outcomes[0] == "done"
        winner = member if outcomes[1] == "done" else newcomer
        assert claims.get().holder == winner.pk, outcomes


def test_a_double_click_claims_once(processes):
    for number in range(ROUNDS):
        group = make_group()
        person = make_member(group=group)
        at = timezone.now()

        outcomes = processes.race(*[call(choose, person.pk, PINS[number], at)] * 2)

        assert outcomes == ["done", "done"]
        assert PinClaim.objects.filter(organisation=group).count() == 1
        pin_set = AuditEntry.objects.filter(organisation=group, event="pin set")
        assert pin_set.count() == 1


def test_two_choices_at_once_leave_one_pin_everywhere(processes):
    for number in range(ROUNDS):
        groups = [make_group(), make_group()]
        person = make_member(group=groups[0])
        make_member(group=groups[1], user=person)
        choices = PINS[2 * number : 2 * number + 2]

        outcomes = processes.race(
            *[call(choose, person.pk, pin, timezone.now()) for pin in choices]
        )

        assert outcomes == ["done", "done"]
        assert len(held_pins(person, *choices)) == 1
        assert PinClaim.objects.filter(holder=person.pk).count() == 2


def test_who_chooses_while_joining_has_one_pin(processes):
    for number in range(ROUNDS):
        home, depot = make_group(), make_group()
        person = make_member(group=home, pin=PINS[number])

        outcomes = processes.race(
            call(join, person.pk, depot.pk),
            call(choose, person.pk, PINS[-1 - number], timezone.now()),
        )

        assert outcomes == ["done", "done"]
        assert held_pins(person, PINS[number], PINS[-1 - number]) == {PINS[-1 - number]}
        assert person.pin_claims.filter(released_at=None).count() == 2


def test_who_chooses_while_leaving_holds_no_pin_there(processes):
    for number in range(ROUNDS):
        home, depot = make_group(), make_group()
        person = make_member(group=home)
        make_member(group=depot, user=person)

        outcomes = processes.race(
            call(remove, membership_of(person, depot).pk),
            call(choose, person.pk, PINS[number], timezone.now()),
        )

        assert outcomes == ["done", "done"]
        assert not PinClaim.objects.filter(organisation=depot, holder=person.pk)
        assert held_pins(person, PINS[number]) == {PINS[number]}


def test_five_tries_are_not_more_when_made_at_once(processes):
    group = make_group()
    for _ in range(10):
        person = make_member(group=group)

        tries = call(choose, person.pk, "1234", timezone.now())
        outcomes = processes.race(*[tries] * 4) + processes.race(*[tries] * 4)

        assert outcomes.count("PinUnavailable") == pins.REFUSALS_A_DAY
        assert outcomes.count("TooManyRefusals") == 3


def test_of_four_joins_of_one_person_one_counts(processes):
    for _ in range(ROUNDS):
        group, person = make_group(), make_user()

        outcomes = processes.race(*[call(join, person.pk, group.pk)] * 4)

        assert sorted(outcomes) == ["AlreadyMember"] * 3 + ["done"]
        assert Membership.objects.filter(user=person).count() == 1
        joined = AuditEntry.objects.filter(organisation=group, event="member joined")
        assert joined.count() == 1


def test_joining_two_subgroups_at_once_makes_one_member(processes):
    for _ in range(ROUNDS):
        group, person = make_group(), make_user()
        floors = [make_subgroup(parent=group), make_subgroup(parent=group)]

        outcomes = processes.race(
            *[call(join, person.pk, floor.pk) for floor in floors]
        )

        assert outcomes == ["done", "done"]
        assert Membership.objects.filter(user=person).count() == 2
        assert OrganisationMember.objects.filter(user=person).count() == 1


def test_leaving_one_subgroup_while_joining_another_keeps_the_member(processes):
    for _ in range(ROUNDS):
        group = make_group()
        first, second = make_subgroup(parent=group), make_subgroup(parent=group)
        person = make_member(group=first)

        outcomes = processes.race(
            call(remove, membership_of(person, first).pk),
            call(join, person.pk, second.pk),
        )

        assert outcomes == ["done", "done"]
        assert Membership.objects.get(user=person).group == second
        assert OrganisationMember.objects.filter(user=person).count() == 1


def test_two_removals_of_one_person_end_in_words(processes):
    for _ in range(ROUNDS):
        group = make_group()
        person = make_member(group=group)
        twice = call(remove, membership_of(person, group).pk)

        outcomes = processes.race(twice, twice)

        assert "done" in outcomes
        assert set(outcomes) <= {"done", "NoLongerMember", "DoesNotExist"}
        assert not OrganisationMember.objects.filter(user=person).exists()


@pytest.mark.parametrize("attack", [remove, suspend, demote])
def test_a_new_owner_is_never_lost_at_once(processes, attack):
    for _ in range(ROUNDS):
        group = make_group()
        heir = make_member(group=group, role=Role.SUPERADMINISTRATOR)

        outcomes = processes.race(
            call(transfer, group.pk, heir.pk),
            call(attack, membership_of(heir, group).pk),
        )

        assert set(outcomes) <= {"done", "OwnerStays", "NoLongerMember"}
        assert "done" in outcomes
        assert_owned(group)


@pytest.mark.parametrize(
    "attack", [delete_by_orm, demote_by_orm, suspend_by_orm, remove, demote, suspend]
)
def test_the_database_keeps_the_owner_when_two_act_at_once(processes, attack):
    for _ in range(ROUNDS):
        group = make_group()
        heir = make_member(group=group, role=Role.SUPERADMINISTRATOR)

        outcomes = processes.race(
            call(set_owner_by_orm, group.pk, heir.pk),
            call(attack, membership_of(heir, group).pk),
        )

        assert set(outcomes) <= {"done", "IntegrityError", "OwnerStays"}
        assert outcomes.count("done") == 1, outcomes
        assert_owned(group)


def test_two_transfers_at_once_leave_one_owner(processes):
    for _ in range(ROUNDS):
        group = make_group()
        heirs = [make_member(group=group) for _ in range(2)]

        outcomes = processes.race(
            *[call(transfer, group.pk, heir.pk) for heir in heirs]
        )

        assert outcomes == ["done", "done"]
        assert_owned(group)


def test_two_who_delete_each_other_leave_an_owner(processes):
    for _ in range(ROUNDS):
        group = make_group()
        heir = make_member(group=group, role=Role.SUPERADMINISTRATOR)

        outcomes = processes.race(
            call(transfer, group.pk, heir.pk), call(delete_user_by_orm, heir.pk)
        )

        allowed = {"done", "ProtectedError", "IntegrityError", "NoLongerMember"}
        assert set(outcomes) <= allowed | {"DoesNotExist"}
        assert_owned(group)


def held_pins(person: User, *among: str) -> set[str]:
    claims = PinClaim.objects.filter(holder=person.pk)
    return {
        pin
        for claim in claims
        for pin in among
        if claim.digest == pins.digest(claim.organisation_id, pin)
    }


def assert_owned(group: Group) -> None:
    owner = Group.objects.get(pk=group.pk).owner
    assert Membership.objects.filter(
        group=group, user=owner, role=Role.SUPERADMINISTRATOR, suspended_at=None
    ).exists()
