"""People join, leave, choose and lose PINs while days pass, beside a separate truth.

Six PINs for four people in two organisations, so that they are in each other's way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from groups import people, pins, subgroups
from groups.models import OrganisationMember, PinClaim, Role
from tests.factories import make_group, make_subgroup, make_user

PINS = ("4071", "5193", "0042", "8306", "6194", "2748")
QUARANTINE = timedelta(days=90)

person_numbers = st.integers(0, 3)
organisation_numbers = st.integers(0, 1)


@dataclass
class Claim:
    """The truth about one PIN in one organisation."""

    person: int
    given_up: datetime | None = None


class Portal(RuleBasedStateMachine):
    @initialize()
    def open(self):
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.journey = time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False)
        self.clock = self.journey.start()
        self.people = [make_user() for _ in range(4)]
        self.groups = [make_group() for _ in range(2)]
        self.floors = [
            [make_subgroup(parent=group), make_subgroup(parent=group)]
            for group in self.groups
        ]
        self.members: set[tuple[int, int]] = set()
        self.claims: dict[tuple[int, str], Claim] = {}
        for person, organisation in [(0, 0), (1, 0), (1, 1), (2, 1)]:
            self.join(person, organisation)

    def teardown(self):
        if hasattr(self, "undo"):
            self.journey.stop()
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    @rule(days=st.sampled_from([1, 30, 60, 89, 91]))
    def let_days_pass(self, days):
        self.clock.shift(timedelta(days=days))

    @rule(person=person_numbers, organisation=organisation_numbers)
    def come(self, person, organisation):
        self.join(person, organisation)

    def join(self, person, organisation):
        if (person, organisation) in self.members:
            return
        group = self.groups[organisation]

        people.join(self.people[person], group=group, role=Role.USER, by=group.owner)

        pin = self.pin_of(person)
        self.members.add((person, organisation))
        if pin and self.is_free_for(person, organisation, pin):
            self.claims[organisation, pin] = Claim(person)

    @rule(person=person_numbers, organisation=organisation_numbers)
    def leave(self, person, organisation):
        if (person, organisation) not in self.members:
            return
        group = self.groups[organisation]
        membership = group.memberships.get(user=self.people[person])

        people.remove(membership, by=group.owner)

        self.members.remove((person, organisation))
        self.give_up(person, organisation)

    @rule(person=person_numbers, pin=st.sampled_from(PINS))
    def choose(self, person, pin):
        # Tries of one day are limited; that has tests of its own.
        self.clock.shift(timedelta(hours=25))
        homes = [number for who, number in self.members if who == person]
        expected = all(self.is_free_for(person, home, pin) for home in homes)

        try:
            pins.choose(self.people[person], pin)
        except pins.BelongsNowhere:
            assert not homes
        except pins.PinUnavailable:
            assert not expected
        else:
            assert expected
            for home in homes:
                self.hold(person, home, pin)

    @rule(person=person_numbers, organisation=organisation_numbers)
    def take_away(self, person, organisation):
        member = OrganisationMember.objects.filter(
            user=self.people[person], organisation=self.groups[organisation]
        ).first()
        if member is not None:
            pins.remove(member, by=self.groups[organisation].owner)
            self.give_up(person, organisation)

    @rule(organisation=organisation_numbers)
    def move_a_subgroup(self, organisation):
        below, above = self.floors[organisation]
        target = above if below.parent_id != above.pk else self.groups[organisation]
        subgroups.move(below, to=target, by=self.groups[organisation].owner)
        below.refresh_from_db()

    @invariant()
    def portal_and_truth_agree(self):
        if not hasattr(self, "claims"):
            return
        for number, group in enumerate(self.groups):
            for pin in PINS:
                digest = pins.digest(group.pk, pin)
                found = PinClaim.objects.filter(digest=digest, holder__isnull=False)
                claim = self.claims.get((number, pin))
                expected = (
                    [self.people[claim.person].pk]
                    if claim and claim.given_up is None
                    else []
                )
                assert [each.holder for each in found] == expected

    @invariant()
    def a_person_has_one_pin(self):
        for person in range(4) if hasattr(self, "claims") else ():
            held = {
                pin
                for (_organisation, pin), claim in self.claims.items()
                if claim.person == person and claim.given_up is None
            }
            assert len(held) <= 1

    def pin_of(self, person):
        for (_organisation, pin), claim in self.claims.items():
            if claim.person == person and claim.given_up is None:
                return pin
        return None

    def is_free_for(self, person, organisation, pin):
        claim = self.claims.get((organisation, pin))
        if claim is None or claim.person == person:
            return True
        return (
            claim.given_up is not None and timezone.now() - claim.given_up > QUARANTINE
        )

    def hold(self, person, organisation, pin):
        if self.claims.get((organisation, pin)) != Claim(person):
            self.give_up(person, organisation)
            self.claims[organisation, pin] = Claim(person)

    def give_up(self, person, organisation):
        for (where, _pin), claim in self.claims.items():
            if where == organisation and claim == Claim(person):
                claim.given_up = timezone.now()


@pytest.mark.django_db
def test_no_two_people_ever_share_a_pin():
    run_state_machine_as_test(
        Portal, settings=settings(max_examples=80, stateful_step_count=30)
    )
