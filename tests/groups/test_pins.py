from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from groups import people, pins
from groups.models import (
    AuditEntry,
    PinClaim,
    Role,
)
from tests.factories import make_group, make_member, make_user, membership_of
from tests.groups.claims import holder_of, member_of, owner_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
NEW_PEPPER = "another pepper of the test suite, as long as the first"


@pytest.mark.parametrize(
    "text",
    [
        "", "1", "123", "12345", "12 4", " 1234", "1234 ", "1234\n", "\n1234", "12\n34",
        "12a4", "1e10", "+123", "-123", "1.23", "0x1f", "١٢٣٤", "１２３４", "१२३४", "²³¹⁴",
        "12\u200b34", "1234\x00", "\x001234", "１234", "123४", "①②③④", "ⅠⅡⅢⅣ", "1,23",
        "1_23", "12-34", "None", "null", "NaN", "٠٠٠٠", "4071\r", "\t4071", "4071\u2028",
        "40\u00a071", "\ufeff4071", "𝟒𝟎𝟕𝟏",
    ],
)  # fmt: skip
def test_only_four_ascii_digits_are_a_pin(text):
    assert not pins.is_well_formed(text)


@pytest.mark.parametrize("pin", ["0000", "0042", "4071", "9999"])
def test_leading_zeros_count(pin):
    assert pins.is_well_formed(pin)


@pytest.mark.parametrize(
    "pin",
    ["0000", "7777", "1234", "4321", "7890", "0987", "9012", "1212", "4747", "2580",
     "0852", "1940", "1984", "2029", "1379", "2468"],
)  # fmt: skip
def test_trivial_pins_are_refused(pin):
    person = make_member(group=make_group())

    with pytest.raises(pins.PinUnavailable):
        pins.choose(person, pin)

    assert not PinClaim.objects.exists()


def test_few_pins_are_trivial():
    trivial = [pin for pin in pins.ALL_PINS if pins.is_trivial(pin)]

    assert 200 <= len(trivial) <= 1000
    assert not {"1939", "2030", "4071", "0042"} & set(trivial)


def test_a_pin_is_claimed_in_every_organisation_of_a_person():
    north, south = make_group(), make_group()
    person = make_member(group=north)
    people.join(person, group=south, role=Role.USER, by=None)

    pins.choose(person, "4071")

    assert holder_of("4071", north) == holder_of("4071", south) == person
    assert PinClaim.objects.count() == 2


def test_equal_pins_of_two_organisations_look_different():
    for group in (make_group(), make_group()):
        make_member(group=group, pin="4071")

    assert PinClaim.objects.values("digest").distinct().count() == 2


def test_the_pin_itself_is_in_no_table():
    make_member(group=make_group(), pin="4071")

    claim = PinClaim.objects.get()
    assert "4071" not in "|".join(str(value) for value in vars(claim).values())
    written = AuditEntry.objects.filter(event=AuditEntry.Event.PIN_SET).get()
    assert "4071" not in f"{written.subject}{written.details}"


def test_a_held_pin_is_refused_and_its_holder_keeps_it():
    group = make_group()
    holder = make_member(group=group, pin="4071")
    other = make_member(group=group, pin="5193")

    with pytest.raises(pins.PinUnavailable):
        pins.choose(other, "4071")

    assert holder_of("4071", group) == holder
    assert holder_of("5193", group) == other


def test_a_pin_taken_in_one_organisation_is_claimed_in_none():
    north, south = make_group(), make_group()
    make_member(group=south, pin="4071")
    person = make_member(group=north, pin="5193")
    people.join(person, group=south, role=Role.USER, by=None)

    with pytest.raises(pins.PinUnavailable):
        pins.choose(person, "4071")

    assert holder_of("4071", north) is None
    assert holder_of("5193", north) == holder_of("5193", south) == person


def test_another_organisation_may_use_the_same_pin():
    make_member(group=make_group(), pin="4071")
    group = make_group()

    person = make_member(group=group, pin="4071")

    assert holder_of("4071", group) == person


def test_a_changed_pin_stops_at_once():
    group = make_group()
    person = make_member(group=group, pin="4071")

    pins.choose(person, "5193")

    assert holder_of("4071", group) is None
    assert holder_of("5193", group) == person


@pytest.mark.parametrize(("days", "is_free"), [(0, False), (89, False), (91, True)])
def test_a_given_up_pin_is_kept_from_others_for_ninety_days(days, is_free):
    group = make_group()
    first = make_member(group=group, pin="4071")
    second = make_member(group=group)
    pins.choose(first, "5193")
    later = timezone.now() + timedelta(days=days)

    if is_free:
        pins.choose(second, "4071", at=later)
    else:
        with pytest.raises(pins.PinUnavailable):
            pins.choose(second, "4071", at=later)

    assert holder_of("4071", group) == (second if is_free else None)


def test_a_pin_that_was_taken_away_does_not_come_back_to_its_holder():
    group = make_group()
    user = make_member(group=group, pin="9274")

    pins.remove(member_of(user, group), by=owner_of(group))

    with pytest.raises(pins.PinUnavailable):
        pins.choose(user, "9274")


def test_ones_own_former_pin_may_come_back():
    group = make_group()
    person = make_member(group=group, pin="4071")
    pins.choose(person, "5193")

    pins.choose(person, "4071")

    assert holder_of("4071", group) == person
    assert holder_of("5193", group) is None


def test_who_leaves_and_comes_back_gets_the_same_pin_again():
    home, depot = make_group(), make_group()
    person = make_member(group=home, pin="4071")
    membership = people.join(person, group=depot, role=Role.USER, by=None)
    people.remove(membership, by=owner_of(depot))

    people.join(person, group=depot, role=Role.USER, by=None)

    assert holder_of("4071", depot) == person


def test_saving_the_same_pin_again_changes_nothing():
    group = make_group()
    person = make_member(group=group, pin="4071")
    before = PinClaim.objects.values().get()

    pins.choose(person, "4071")

    assert PinClaim.objects.values().get() == before
    assert AuditEntry.objects.filter(event=AuditEntry.Event.PIN_SET).count() == 1


def test_somebody_in_no_group_cannot_choose_a_pin():
    with pytest.raises(pins.BelongsNowhere):
        pins.choose(make_user(), "4071")


def test_what_is_no_pin_never_reaches_the_database():
    person = make_member(group=make_group())

    with pytest.raises(ValueError, match="four digits") as refusal:
        pins.choose(person, "40718")

    assert "40718" not in str(refusal.value)


def test_a_newcomer_brings_their_pin():
    home, depot = make_group(), make_group()
    person = make_member(group=home, pin="4071")

    people.join(person, group=depot, role=Role.USER, by=None)

    assert holder_of("4071", depot) == person


def test_a_newcomer_whose_pin_is_taken_has_none_there():
    home, depot = make_group(), make_group()
    holder = make_member(group=depot, pin="4071")
    newcomer = make_member(group=home, pin="4071")

    people.join(newcomer, group=depot, role=Role.USER, by=None)

    assert holder_of("4071", depot) == holder
    assert holder_of("4071", home) == newcomer
    assert not newcomer.pin_claims.filter(organisation=depot).exists()


def test_who_leaves_takes_their_pin_out_of_use():
    group = make_group()
    person, other = make_member(group=group, pin="4071"), make_member(group=group)

    people.remove(membership_of(person, group), by=owner_of(group))

    assert holder_of("4071", group) is None
    with pytest.raises(pins.PinUnavailable):
        pins.choose(other, "4071")


def test_a_deleted_persons_pin_is_free_after_the_quarantine():
    group = make_group()
    person, other = make_member(group=group, pin="4071"), make_member(group=group)
    person.delete()

    with pytest.raises(pins.PinUnavailable):
        pins.choose(other, "4071")
    pins.choose(other, "4071", at=timezone.now() + timedelta(days=91))

    assert holder_of("4071", group) == other


def test_a_removed_pin_counts_only_where_it_was_removed():
    north, south = make_group(), make_group()
    person = make_member(group=north)
    people.join(person, group=south, role=Role.USER, by=None)
    pins.choose(person, "4071")

    pins.remove(member_of(person, north), by=owner_of(north))

    assert holder_of("4071", north) is None
    assert holder_of("4071", south) == person


def test_removing_twice_writes_one_line():
    group = make_group()
    member = member_of(make_member(group=group, pin="4071"), group)

    pins.remove(member, by=owner_of(group))
    pins.remove(member, by=owner_of(group))

    assert AuditEntry.objects.filter(event=AuditEntry.Event.PIN_REMOVED).count() == 1


def test_the_database_refuses_a_second_claim_of_a_pin_without_our_help():
    group = make_group()
    make_member(group=group, pin="4071")
    taken = PinClaim.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        PinClaim.objects.create(
            organisation=group, user=make_member(group=group), digest=taken.digest
        )


def test_the_database_refuses_a_second_pin_of_a_person_without_our_help():
    group = make_group()
    person = make_member(group=group, pin="4071")

    with pytest.raises(IntegrityError), transaction.atomic():
        PinClaim.objects.create(
            organisation=group, user=person, digest=pins.digest(group.pk, "5193")
        )
