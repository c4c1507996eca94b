from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from groups import people, pins
from groups.models import PinClaim, PinRefusal, Role
from tests.factories import make_group, make_member
from tests.groups.claims import holder_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)


def test_five_refused_tries_a_day_and_no_more():
    group = make_group()
    person = make_member(group=group)
    for _ in range(5):
        with pytest.raises(pins.PinUnavailable):
            pins.choose(person, "1234", at=NOW)

    with pytest.raises(pins.TooManyRefusals):
        pins.choose(person, "5193", at=NOW)
    pins.choose(person, "5193", at=NOW + timedelta(days=1, seconds=1))

    assert PinRefusal.objects.count() == 5
    assert holder_of("5193", group) == person


def test_trivial_and_taken_pins_get_the_same_sentence_and_both_count():
    group = make_group()
    make_member(group=group, pin="4071")
    # Whose suggestions of that day do not happen to have 4071 among them.
    person = make_member(group=group, id=UUID(int=1))
    said = set()
    for pin in ("4071", "1234"):
        with pytest.raises(pins.PinUnavailable) as refusal:
            pins.choose(person, pin, at=NOW)
        said.add(str(refusal.value))

    assert len(said) == 1
    assert PinRefusal.objects.filter(user=person).count() == 2


def test_a_suggested_pin_is_accepted_after_all_tries_are_spent():
    person = make_member(group=make_group())
    PinRefusal.objects.bulk_create(PinRefusal(user=person, at=NOW) for _ in range(5))

    pins.choose(person, pins.suggest(person, at=NOW), at=NOW)

    assert PinClaim.objects.filter(holder=person.pk).count() == 1


def test_a_suggestion_that_somebody_took_meanwhile_costs_no_try():
    group = make_group()
    person = make_member(group=group)
    suggested = pins.suggest(person, at=NOW)
    pins.choose(make_member(group=group), suggested, at=NOW)

    with pytest.raises(pins.PinUnavailable):
        pins.choose(person, suggested, at=NOW)

    assert not PinRefusal.objects.filter(user=person).exists()


def test_a_suggestion_from_before_midnight_is_one_still():
    group = make_group()
    person = make_member(group=group)
    PinRefusal.objects.bulk_create(PinRefusal(user=person, at=NOW) for _ in range(5))
    evening = datetime(2026, 3, 28, 23, 59, tzinfo=UTC)

    pins.choose(
        person, pins.suggest(person, at=evening), at=evening + timedelta(minutes=2)
    )

    assert PinClaim.objects.filter(holder=person.pk).count() == 1


def test_nobody_changes_their_pin_without_end():
    group = make_group()
    person = make_member(group=group)
    for number in range(pins.CHANGES_A_DAY):
        pins.choose(person, pins.suggest(person, number, at=NOW), at=NOW)

    with pytest.raises(pins.TooManyChanges):
        pins.choose(person, "4071", at=NOW)
    pins.choose(person, "4071", at=NOW + timedelta(days=1, seconds=1))

    assert holder_of("4071", group) == person


def test_suggestions_of_a_day_are_free_different_and_the_same_when_asked_again():
    group = make_group()
    person = make_member(group=group)

    first = [pins.suggest(person, number, at=NOW) for number in range(20)]
    again = [pins.suggest(person, number, at=NOW) for number in range(20)]

    assert first == again
    assert len(set(first)) == 20
    assert pins.suggest(person, 20, at=NOW) == first[0]
    assert not any(pins.is_trivial(pin) for pin in first)


def test_suggestions_leave_out_what_is_held_or_was_given_up_in_any_organisation():
    north, south = make_group(), make_group()
    person = make_member(group=north)
    people.join(person, group=south, role=Role.USER, by=None)
    held, given_up, *_ = [pins.suggest(person, number) for number in range(3)]
    pins.choose(make_member(group=north), held)
    leaver = make_member(group=south, pin=given_up)
    pins.choose(leaver, "5193")

    suggested = [pins.suggest(person, number) for number in range(20)]

    assert held not in suggested
    assert given_up not in suggested


def test_a_suggestion_costs_two_queries(django_assert_num_queries):
    person = make_member(group=make_group())

    with django_assert_num_queries(2):
        pins.suggest(person, 5)


def test_a_full_organisation_has_nothing_to_suggest():
    group = make_group()
    person = make_member(group=group)
    PinClaim.objects.bulk_create(
        PinClaim(organisation=group, digest=pins.digest(group.pk, pin))
        for pin in pins.ALL_PINS
    )

    assert pins.suggest(person) == ""


def test_two_people_get_different_suggestions():
    group = make_group()

    suggested = {pins.suggest(make_member(group=group), at=NOW) for _ in range(5)}

    assert len(suggested) > 1
