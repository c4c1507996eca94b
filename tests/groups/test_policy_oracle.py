"""`scope` and `can` against a slow, separate reading of who may do what.

The oracle walks trees and lists in memory, row by row, and knows neither GRANTS nor
SQL. Worlds are random: trees, roles, suspensions, assignments, several organisations.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import models, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from chargers.models import Assignment, Charger, ChargerModel, ChargingSession
from groups import policy
from groups.models import AuditEntry, Group, Membership, Role
from groups.policy import Action
from tests import factories

USER, ADMINISTRATOR, SUPER = "user", "administrator", "superadministrator"
RANK = {USER: 1, ADMINISTRATOR: 2, SUPER: 3}


@dataclass
class World:
    people: list[User] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    chargers: list[Charger] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    sessions: list[ChargingSession] = field(default_factory=list)
    entries: list[AuditEntry] = field(default_factory=list)

    def role_at(self, person: User, place: Group) -> int:
        """The rank of the highest role that holds at `place`; 0 for a stranger."""
        best, here = 0, place
        while True:
            for held in self.memberships:
                is_theirs = held.user_id == person.pk and held.group_id == here.pk
                if is_theirs and held.suspended_at is None:
                    best = max(best, RANK[held.role])
            if here.parent_id is None:
                return best
            here = next(each for each in self.groups if each.pk == here.parent_id)

    def group(self, pk: object) -> Group:
        return next(each for each in self.groups if each.pk == pk)

    def is_assigned(self, person: User, charger: Charger) -> bool:
        return any(
            each.user_id == person.pk and each.charger_id == charger.pk
            for each in self.assignments
        )

    def is_only_user(self, person_id: object, organisation_id: object) -> bool:
        return all(
            each.role == USER
            for each in self.memberships
            if each.user_id == person_id and each.organisation_id == organisation_id
        )


Oracle = Callable[[World, User, Any], bool]


def in_group(least: int) -> Oracle:
    return lambda world, person, group: world.role_at(person, group) >= least


def on_charger(least: int, *, assigned_is_enough: bool = False) -> Oracle:
    def may(world: World, person: User, charger: Charger) -> bool:
        rank = world.role_at(person, world.group(charger.group_id))
        if rank >= least:
            return True
        return assigned_is_enough and rank == 1 and world.is_assigned(person, charger)

    return may


def on_member(
    least: int, *, above_users: int, own: bool | None = None, anywhere: bool = False
) -> Oracle:
    """`least` for Users, `above_users` for others; `own` overrules for oneself."""

    def may(world: World, person: User, member: Membership) -> bool:
        if own is not None and member.user_id == person.pk:
            return own
        rank = world.role_at(person, world.group(member.group_id))
        is_user = member.role == USER
        if anywhere:
            is_user = world.is_only_user(member.user_id, member.organisation_id)
        return rank >= (least if is_user else above_users)

    return may


def sees_session(world: World, person: User, session: ChargingSession) -> bool:
    return (
        session.user_id == person.pk
        or world.role_at(person, world.group(session.group_id)) >= 2
    )


def sees_entry(world: World, person: User, entry: AuditEntry) -> bool:
    return world.role_at(person, world.group(entry.group_id)) == 3


RULES: dict[tuple[Action, str], Oracle] = {
    (Action.SEE_GROUP, "groups"): in_group(1),
    (Action.SEE_TREE, "groups"): in_group(2),
    (Action.EDIT_GROUP, "groups"): in_group(2),
    (Action.SHAPE_TREE, "groups"): in_group(3),
    (Action.SEE_PEOPLE, "groups"): in_group(2),
    (Action.INVITE, "groups"): in_group(2),
    (Action.EDIT_CHARGER, "groups"): in_group(2),
    (Action.SEE_AUDIT, "groups"): in_group(3),
    (Action.SEE_PERSON, "memberships"): on_member(2, above_users=2, own=True),
    (Action.SEE_PEOPLE, "memberships"): on_member(2, above_users=2),
    (Action.CHANGE_ROLE, "memberships"): on_member(3, above_users=3, own=False),
    (Action.SUSPEND, "memberships"): on_member(2, above_users=3, own=False),
    (Action.GIVE_ACCESS, "memberships"): on_member(2, above_users=3),
    (Action.REMOVE_PIN, "memberships"): on_member(2, above_users=3, anywhere=True),
    (Action.SEE_CHARGER, "chargers"): on_charger(2, assigned_is_enough=True),
    (Action.START_CHARGE, "chargers"): on_charger(2, assigned_is_enough=True),
    (Action.EDIT_CHARGER, "chargers"): on_charger(2),
    (Action.ASSIGN_CHARGER, "chargers"): on_charger(2),
    (Action.SEE_SESSION, "sessions"): sees_session,
    (Action.SEE_AUDIT, "entries"): sees_entry,
}


def test_every_action_has_a_rule_here():
    assert {action for action, _kind in RULES} == set(Action)


@pytest.mark.django_db
@settings(max_examples=30)
@given(dice=st.randoms(use_true_random=False))
def test_scope_agrees_with_the_oracle_in_random_trees(dice):
    with rolled_back():
        assert_agreement(random_world(dice))


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("suspended", [False, True])
def test_scope_agrees_with_the_oracle_in_every_relation(role, suspended):
    with rolled_back():
        assert_agreement(world_of_every_relation(role, suspended=suspended))


@contextmanager
def rolled_back() -> Iterator[None]:
    """Worlds are written without ceremony; no commit would take them."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def assert_agreement(world: World) -> None:
    for (action, kind), oracle in RULES.items():
        things: list[models.Model] = getattr(world, kind)
        for person in world.people:
            allowed = {each.pk for each in things if oracle(world, person, each)}
            if things:
                everything = type(things[0])._default_manager.all()
                scoped = policy.scope(person, action, everything)
                assert {each.pk for each in scoped} == allowed, (person, action)
                assert scoped.count() == len(allowed), "a row comes twice"
            for thing in things[:3]:
                said = policy.can(person, action, thing)
                assert said == (thing.pk in allowed), (person, action, thing)


def random_world(dice: random.Random) -> World:
    world = World(people=make_people(dice.randint(2, 4)))
    for _ in range(dice.randint(1, 7)):
        shallow = [each for each in world.groups if each.depth < 6]
        parent = dice.choice(shallow) if shallow and dice.random() < 0.8 else None
        make_place(world, parent)
    places = [(person, group) for person in world.people for group in world.groups]
    for person, group in dice.sample(places, min(len(places), dice.randint(1, 8))):
        make_membership(
            world,
            person,
            group,
            dice.choice([USER, ADMINISTRATOR, SUPER]),
            suspended=dice.random() < 0.25,
        )
    for _ in range(dice.randint(0, 4)):
        charger = make_charger(world, dice.choice(world.groups))
        for person in world.people:
            if dice.random() < 0.4:
                make_assignment(world, person, charger)
            if dice.random() < 0.3:
                make_session(world, person, charger)
    for group in world.groups:
        make_entry(world, group)
    return world


def world_of_every_relation(role: str, *, suspended: bool) -> World:
    """One actor with `role` in the middle of a tree; others, and things, all around."""
    actor, other, helper = make_people(3)
    world = World(people=[actor, other, helper])
    root = make_place(world, None)
    middle, sibling = make_place(world, root), make_place(world, root)
    make_place(world, middle)
    make_place(world, None)
    make_membership(world, actor, middle, role, suspended=suspended)
    for number, group in enumerate(world.groups):
        held = (USER, ADMINISTRATOR, SUPER)[number % 3]
        make_membership(world, other, group, held, suspended=False)
        make_membership(world, helper, group, USER, suspended=group == sibling)
        for assigned in (False, True):
            charger = make_charger(world, group)
            make_session(world, other, charger)
            if assigned:
                make_assignment(world, actor, charger)
                make_session(world, actor, charger)
        make_entry(world, group)
    return world


def make_people(count: int) -> list[User]:
    fresh = [User(email=f"{number}@oracle.example") for number in range(count)]
    return User.objects.bulk_create(fresh)


def make_place(world: World, parent: Group | None) -> Group:
    group = Group(name=f"G{len(world.groups)}", parent=parent)
    group.organisation_id = parent.organisation_id if parent else group.pk
    group.depth = parent.depth + 1 if parent else 1
    group.owner = None if parent else world.people[0]
    group.save(force_insert=True)
    world.groups.append(group)
    return group


def make_membership(
    world: World, person: User, group: Group, role: str, *, suspended: bool
) -> None:
    world.memberships.append(
        Membership.objects.create(
            user=person,
            group=group,
            organisation_id=group.organisation_id,
            role=role,
            suspended_at=timezone.now() if suspended else None,
        )
    )


def make_charger(world: World, group: Group) -> Charger:
    charger = Charger.objects.create(
        organisation_id=group.organisation_id,
        group=group,
        model=ChargerModel.objects.get_or_create(name="Oracle")[0],
        serial_number=f"S{len(world.chargers)}",
    )
    world.chargers.append(charger)
    return charger


def make_assignment(world: World, person: User, charger: Charger) -> None:
    world.assignments.append(factories.assign(charger, person))


def make_session(world: World, person: User, charger: Charger) -> None:
    number = len(world.sessions) + 1
    world.sessions.append(
        factories.make_session(charger=charger, user=person, connector_number=number)
    )


def make_entry(world: World, group: Group) -> None:
    world.entries.append(
        AuditEntry.objects.create(
            organisation_id=group.organisation_id, group=group, event="group created"
        )
    )
