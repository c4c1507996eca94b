"""Commander PINs: what they may be, who holds them, and how they are kept.

A PIN itself is never stored, logged or shown. What is kept is a keyed digest per
organisation, so that equal PINs in two organisations look different, and the unique
constraint on it, not a look beforehand, decides who gets a PIN.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups import audit
from groups.models import Group, OrganisationMember, PinCheck, PinClaim, PinRefusal

if TYPE_CHECKING:
    from accounts.models import User

QUARANTINE = timedelta(days=90)
REFUSALS_A_DAY = 5
SUGGESTIONS_A_DAY = 20
ALL_PINS = tuple(f"{number:04}" for number in range(10_000))
# Straight lines and corners on a keypad, both ways.
KEYPAD_SHAPES = frozenset(
    "2580 0852 1470 0741 3690 0963 1590 0951 3570 0753 1593 3951 7531 1357 9753"
    " 2468 8642 1379 1397 7913 9731 3179 7139 1254 4521 5689 7890 0987".split()
)


class PinUnavailable(Exception):
    """The PIN is trivial, held, or was given up lately: one sentence for all."""

    def __str__(self) -> str:
        return str(
            _("That PIN is not available. Try another or keep the one we suggest.")
        )


class TooManyRefusals(Exception):
    """The person typed too many PINs today that were not available."""

    def __str__(self) -> str:
        return str(
            _(
                "You have tried too many PINs of your own today."
                " Keep the one we suggest, or come back tomorrow."
            )
        )


def is_well_formed(text: str) -> bool:
    """True for exactly four ASCII digits; `\\d` and `$` would let more through."""
    return re.fullmatch("[0-9]{4}", text) is not None


def is_trivial(pin: str) -> bool:
    """True for what a stranger would try first."""
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(pin)}
    return (
        len(set(pin)) <= 1
        or steps in ({1}, {9})
        or pin[:2] == pin[2:]
        or 1940 <= int(pin) <= 2029
        or pin in KEYPAD_SHAPES
    )


def digest(organisation_id: UUID, pin: str, *, pepper: str | None = None) -> str:
    key = (pepper or settings.PIN_PEPPER).encode()
    message = f"v1|{organisation_id}|{pin}".encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def choose(user: User, pin: str, *, at: datetime | None = None) -> None:
    """Make `pin` the person's PIN in each of their organisations.

    Raise PinUnavailable where it is trivial or not free in one of them, and
    TooManyRefusals where the person typed too many such PINs today. A PIN that was
    suggested to them today costs no try, also when somebody else was faster.
    """
    now = at or timezone.now()
    is_suggested = pin in _candidates(user, now)
    if not is_suggested and _refusals_today(user, now) >= REFUSALS_A_DAY:
        raise TooManyRefusals
    try:
        if is_trivial(pin):
            raise PinUnavailable
        _claim_everywhere(user, pin, now)
    except PinUnavailable:
        if not is_suggested:
            PinRefusal.objects.create(user=user, at=now)
        raise


def suggest(user: User, number: int = 0, *, at: datetime | None = None) -> str:
    """Return a free PIN; a higher `number` (below SUGGESTIONS_A_DAY) gives another.

    The draws of a day are the same however often they are asked for, so that nobody
    learns which PINs are taken by collecting the free ones.
    """
    now = at or timezone.now()
    free = (pin for pin in _candidates(user, now) if _is_free(user, pin, now))
    return next(itertools.islice(free, number % SUGGESTIONS_A_DAY, None), "")


def remove(member: OrganisationMember, *, by: User) -> None:
    """Take a person's PIN away in one organisation."""
    with transaction.atomic():
        release(member)
        audit.record(
            audit.Event.PIN_REMOVED,
            group=member.organisation,
            by=by,
            subject=member.user,
        )


def release(member: OrganisationMember) -> None:
    """End the person's claim; the PIN stays out of use for the quarantine."""
    PinClaim.objects.filter(
        organisation=member.organisation_id, holder=member.user_id
    ).update(released_at=timezone.now())


def claim_on_joining(member: OrganisationMember) -> bool:
    """Claim the PIN that the person has elsewhere; False where it is taken here."""
    elsewhere = PinClaim.objects.filter(holder=member.user_id).first()
    if elsewhere is None:
        return True
    pin = _reveal(elsewhere)
    try:
        with transaction.atomic():
            _forget_quarantined(member.organisation, timezone.now())
            _claim(member, pin, timezone.now())
    except IntegrityError:
        return False
    return True


def rotate_pepper(old: str, new: str) -> int:
    """Rewrite every digest from pepper `old` to `new`; return how many.

    One transaction: were both peppers alive at once, one PIN would have two digests
    and the unique constraint would not see that they are the same.
    """
    with transaction.atomic():
        claims = list(PinClaim.objects.select_for_update())
        for organisation_id in {claim.organisation_id for claim in claims}:
            renewed = {
                digest(organisation_id, pin, pepper=old): digest(
                    organisation_id, pin, pepper=new
                )
                for pin in ALL_PINS
            }
            for claim in claims:
                if claim.organisation_id == organisation_id:
                    claim.digest = renewed[claim.digest]
        PinClaim.objects.bulk_update(claims, ["digest"], batch_size=500)
        PinCheck.objects.update_or_create(id=1, defaults={"value": _check_value(new)})
    return len(claims)


def verify_pepper() -> None:
    """Raise ImproperlyConfigured where PIN_PEPPER is not the one the PINs are under."""
    expected = _check_value(settings.PIN_PEPPER)
    stored, _created = PinCheck.objects.get_or_create(
        id=1, defaults={"value": expected}
    )
    if not hmac.compare_digest(stored.value, expected):
        raise ImproperlyConfigured(
            "PIN_PEPPER is not the one that the Commander PINs in the database were"
            " stored under. Set the former one; to change it, use rotate_pin_pepper."
        )


def _check_value(pepper: str) -> str:
    return hmac.new(pepper.encode(), b"v1|check", hashlib.sha256).hexdigest()


def _candidates(user: User, now: datetime) -> list[str]:
    """The day's draws for this person, in order, free or not."""
    key = settings.PIN_PEPPER.encode()
    pins: dict[str, None] = {}
    for number in itertools.count():
        message = f"suggest|{user.pk}|{now:%Y-%m-%d}|{number}".encode()
        drawn = hmac.new(key, message, hashlib.sha256).digest()
        pin = f"{int.from_bytes(drawn[:8]) % 10_000:04}"
        if not is_trivial(pin):
            pins[pin] = None
        if len(pins) == 10 * SUGGESTIONS_A_DAY:
            return list(pins)
    raise AssertionError("unreachable")


def _is_free(user: User, pin: str, now: datetime) -> bool:
    taken = Q(pk__in=[])
    for organisation_id in _organisations(user):
        taken |= Q(organisation=organisation_id, digest=digest(organisation_id, pin))
    return not PinClaim.objects.filter(taken).exclude(_is_over(now)).exists()


def _claim_everywhere(user: User, pin: str, now: datetime) -> None:
    try:
        with transaction.atomic():
            for member in _memberships_to_claim(user):
                _replace_claim(member, pin, now)
    except IntegrityError as error:
        raise PinUnavailable from error


def _replace_claim(member: OrganisationMember, pin: str, now: datetime) -> None:
    held = PinClaim.objects.filter(
        organisation=member.organisation, holder=member.user_id
    )
    if held.filter(digest=digest(member.organisation_id, pin)).exists():
        return
    held.update(released_at=now)
    _forget_quarantined(member.organisation, now)
    _claim(member, pin, now)
    audit.record(
        audit.Event.PIN_SET,
        group=member.organisation,
        by=member.user,
        subject=member.user,
    )


def _claim(member: OrganisationMember, pin: str, now: datetime) -> None:
    PinClaim.objects.create(
        organisation=member.organisation,
        user=member.user,
        digest=digest(member.organisation_id, pin),
        claimed_at=now,
    )


def _reveal(claim: PinClaim) -> str:
    return next(
        pin for pin in ALL_PINS if digest(claim.organisation_id, pin) == claim.digest
    )


def _forget_quarantined(organisation: Group, now: datetime) -> None:
    PinClaim.objects.filter(_is_over(now), organisation=organisation).delete()


def _is_over(now: datetime) -> Q:
    return Q(released_at__lt=now - QUARANTINE)


def _memberships_to_claim(user: User) -> Iterator[OrganisationMember]:
    # In one order for everybody, so that two people never wait for each other.
    return (
        OrganisationMember.objects.filter(user=user)
        .select_related("organisation", "user")
        .order_by("organisation")
        .iterator()
    )


def _organisations(user: User) -> list[UUID]:
    return list(
        OrganisationMember.objects.filter(user=user).values_list(
            "organisation_id", flat=True
        )
    )


def _refusals_today(user: User, now: datetime) -> int:
    recent = PinRefusal.objects.filter(user=user, at__gt=now - timedelta(days=1))
    return recent.count()
