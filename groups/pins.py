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
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from groups import audit
from groups.models import OrganisationMember, PinCheck, PinClaim, PinRefusal

QUARANTINE = timedelta(days=90)
A_DAY = timedelta(days=1)
REFUSALS_A_DAY = 5
# More would let one person use up the codes, or find out by elimination who has which.
CHANGES_A_DAY = 10
SUGGESTIONS_A_DAY = 20
WRONG_PEPPER = (
    "PIN_PEPPER is not the one that the Commander PINs in the database were stored"
    " under. Set the former one; to change it, use rotate_pin_pepper."
)
ALL_PINS = tuple(f"{number:04}" for number in range(10_000))
# Straight lines and corners on a keypad, both ways.
KEYPAD_SHAPES = frozenset(
    """
        2580 0852 1470 0741 3690 0963 1590
        0951 3570 0753 1593 3951 7531 1357
        9753 2468 8642 1379 1397 7913 9731
        3179 7139 1254 4521 5689 7890 0987
    """.split()
)


class Refusal(Exception):
    """Why somebody cannot have a PIN; the text is for a person."""


class MayKeepSuggestion(Refusal):
    """The PIN that is suggested can be had all the same."""


class PinUnavailable(MayKeepSuggestion):
    """The PIN is trivial, held, or was given up lately: one sentence for all."""

    def __str__(self) -> str:
        return str(
            _("That PIN is not available. Try another or keep the one we suggest.")
        )


class TooManyRefusals(MayKeepSuggestion):
    """The person typed too many PINs today that were not available."""

    def __str__(self) -> str:
        return str(
            _(
                "You have tried too many PINs of your own today."
                " Keep the one we suggest, or come back tomorrow."
            )
        )


class TooManyChanges(Refusal):
    """The person has chosen a new PIN too often today."""

    def __str__(self) -> str:
        return str(
            _(
                "You have changed your Commander PIN too often today. Come back tomorrow."
            )
        )


class BelongsNowhere(Refusal):
    """The person is in no organisation, so there is nowhere to claim a PIN."""

    def __str__(self) -> str:
        return str(_("You need to be in a group before you can have a Commander PIN."))


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


@sensitive_variables("pin")
def choose(user: User, pin: str, *, at: datetime | None = None) -> None:
    """Make `pin` the person's PIN in each of their organisations.

    Raise PinUnavailable where it is trivial or not free in one of them,
    TooManyRefusals where the person typed too many such PINs today, TooManyChanges,
    and BelongsNowhere. A PIN that was suggested to them costs no try, also when
    somebody else was faster.
    """
    if not is_well_formed(pin):
        raise ValueError("A PIN is four digits.")
    now = at or timezone.now()
    with transaction.atomic():
        hold(user)
        members = _memberships_to_claim(user)
        if not members:
            raise BelongsNowhere
        if all(_holds(member, pin) for member in members):
            return
        is_suggested = _is_suggested(user, pin, now)
        _stay_within_limits(user, now, is_suggested=is_suggested)
        is_available = not is_trivial(pin) and _claim_everywhere(members, pin, now)
        if not is_available and not is_suggested:
            PinRefusal.objects.create(user=user, at=now)
    if not is_available:
        raise PinUnavailable


def suggest(user: User, number: int = 0, *, at: datetime | None = None) -> str:
    """Return a free PIN; a higher `number` (below SUGGESTIONS_A_DAY) gives another.

    The draws of a day are the same however often they are asked for, so that nobody
    learns which PINs are taken by collecting the free ones. Empty where none is left.
    """
    free = _free_candidates(user, at or timezone.now())
    return next(itertools.islice(free, number % SUGGESTIONS_A_DAY, None), "")


def remove(member: OrganisationMember, *, by: User) -> None:
    """Take a person's PIN away in one organisation."""
    with transaction.atomic():
        hold(member.user)
        if release(member, is_revoked=by != member.user):
            audit.record(
                audit.Event.PIN_REMOVED,
                group=member.organisation,
                by=by,
                subject=member.user,
            )


def remove_everywhere(user: User) -> None:
    """Take one's own PIN away."""
    with transaction.atomic():
        hold(user)
        for member in _memberships_to_claim(user):
            remove(member, by=user)


def release(member: OrganisationMember, *, is_revoked: bool = False) -> bool:
    """End the person's claim; the PIN stays out of use for the quarantine."""
    held = PinClaim.objects.filter(
        organisation=member.organisation_id, holder=member.user_id
    )
    return held.update(released_at=timezone.now(), is_revoked=is_revoked) > 0


def claim_on_joining(member: OrganisationMember) -> bool:
    """Claim the PIN that the person has elsewhere; False where it is taken here."""
    elsewhere = PinClaim.objects.filter(holder=member.user_id).first()
    if elsewhere is None:
        return True
    return _claim_everywhere([member], _reveal(elsewhere), timezone.now())


def hold(user: User) -> None:
    """Let one transaction at a time change where `user` belongs or which PIN they have.

    Taken after the lock on an organisation, if both are. Without it, somebody who
    chooses a PIN while they join or leave could end with two PINs or with one too many.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def rotate_pepper(old: str, new: str) -> int:
    """Rewrite every digest from pepper `old` to `new`; return how many.

    One transaction: were both peppers alive at once, one PIN would have two digests
    and the unique constraint would not see that they are the same.
    """
    with transaction.atomic():
        _keep_claims_still()
        verify_pepper(old)
        claims = list(PinClaim.objects.order_by("organisation_id"))
        for organisation_id, together in itertools.groupby(
            claims, key=lambda claim: claim.organisation_id
        ):
            renewed = _renewed_digests(organisation_id, old, new)
            for claim in together:
                if claim.digest not in renewed:
                    raise ImproperlyConfigured(WRONG_PEPPER)
                claim.digest = renewed[claim.digest]
        PinClaim.objects.bulk_update(claims, ["digest"], batch_size=500)
        PinCheck.objects.filter(id=1).update(value=_check_value(new))
    return len(claims)


def verify_pepper(pepper: str | None = None) -> None:
    """Raise ImproperlyConfigured where PIN_PEPPER is not the one the PINs are under."""
    expected = _check_value(pepper or settings.PIN_PEPPER)
    stored, _created = PinCheck.objects.get_or_create(
        id=1, defaults={"value": expected}
    )
    if not hmac.compare_digest(stored.value, expected):
        raise ImproperlyConfigured(WRONG_PEPPER)


def _check_value(pepper: str) -> str:
    return hmac.new(pepper.encode(), b"v1|check", hashlib.sha256).hexdigest()


def _renewed_digests(organisation_id: UUID, old: str, new: str) -> dict[str, str]:
    return {
        digest(organisation_id, pin, pepper=old): digest(
            organisation_id, pin, pepper=new
        )
        for pin in ALL_PINS
    }


def _keep_claims_still() -> None:
    # SQLite has one writer at a time anyway.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE groups_pinclaim IN EXCLUSIVE MODE")


def _candidates(user: User, now: datetime) -> list[str]:
    """The day's draws for this person, in order, free or not."""
    key = settings.PIN_PEPPER.encode()
    pins: dict[str, None] = {}
    for number in itertools.count():
        message = f"suggest|{user.pk}|{now.astimezone(UTC):%Y-%m-%d}|{number}"
        drawn = hmac.new(key, message.encode(), hashlib.sha256).digest()
        pin = f"{int.from_bytes(drawn[:8]) % 10_000:04}"
        if not is_trivial(pin):
            pins[pin] = None
        if len(pins) == 3 * SUGGESTIONS_A_DAY:
            return list(pins)
    raise AssertionError("unreachable")


@sensitive_variables("pin")
def _is_suggested(user: User, pin: str, now: datetime) -> bool:
    """True also for yesterday's: the page may have been opened before midnight."""
    return pin in _candidates(user, now) or pin in _candidates(user, now - A_DAY)


def _free_candidates(user: User, now: datetime) -> Iterator[str]:
    candidates = _candidates(user, now)
    for start in range(0, len(candidates), SUGGESTIONS_A_DAY):
        some = candidates[start : start + SUGGESTIONS_A_DAY]
        taken = _taken_among(some, user, now)
        yield from (pin for pin in some if pin not in taken)


def _taken_among(pins: list[str], user: User, now: datetime) -> set[str]:
    """Those of `pins` that are held, or were given up lately, where `user` belongs."""
    organisations = OrganisationMember.objects.filter(user=user)
    by_digest = {
        digest(organisation_id, pin): pin
        for organisation_id in organisations.values_list("organisation_id", flat=True)
        for pin in pins
    }
    taken = PinClaim.objects.filter(digest__in=by_digest).exclude(_is_over(now))
    return {by_digest[each] for each in taken.values_list("digest", flat=True)}


def _stay_within_limits(user: User, now: datetime, *, is_suggested: bool) -> None:
    if _changes_today(user, now) >= CHANGES_A_DAY:
        raise TooManyChanges
    if not is_suggested and _refusals_today(user, now) >= REFUSALS_A_DAY:
        raise TooManyRefusals


@sensitive_variables("pin")
def _claim_everywhere(
    members: list[OrganisationMember], pin: str, now: datetime
) -> bool:
    """Claim all or nothing; False where somebody else has the PIN in one of them."""
    try:
        with transaction.atomic():
            for member in members:
                if not _holds(member, pin):
                    _replace_claim(member, pin, now)
    except IntegrityError:
        return False
    return True


@sensitive_variables("pin")
def _holds(member: OrganisationMember, pin: str) -> bool:
    return PinClaim.objects.filter(
        organisation=member.organisation_id,
        holder=member.user_id,
        digest=digest(member.organisation_id, pin),
    ).exists()


@sensitive_variables("pin")
def _replace_claim(member: OrganisationMember, pin: str, now: datetime) -> None:
    PinClaim.objects.filter(
        organisation=member.organisation_id, holder=member.user_id
    ).update(released_at=now)
    _claim(member, pin, now)
    _refuse_former_pepper()
    audit.record(
        audit.Event.PIN_SET,
        group=member.organisation,
        by=member.user,
        subject=member.user,
    )


@sensitive_variables("pin")
def _claim(member: OrganisationMember, pin: str, now: datetime) -> None:
    """Raise IntegrityError where it is somebody else's."""
    same = PinClaim.objects.filter(
        organisation=member.organisation_id, digest=digest(member.organisation_id, pin)
    )
    # One's own former PIN comes back at once: the quarantine guards it from others.
    if same.filter(user=member.user_id, is_revoked=False).update(released_at=None):
        return
    same.filter(_is_over(now)).delete()
    PinClaim.objects.create(
        organisation=member.organisation,
        user=member.user,
        digest=digest(member.organisation_id, pin),
        claimed_at=now,
    )


def _refuse_former_pepper() -> None:
    """Asked after writing: a rotation either waits for this claim or is seen by it."""
    present = _check_value(settings.PIN_PEPPER)
    if PinCheck.objects.exclude(value=present).exists():
        raise ImproperlyConfigured("PIN_PEPPER was rotated. Start this process again.")


def _reveal(claim: PinClaim) -> str:
    return next(
        pin for pin in ALL_PINS if digest(claim.organisation_id, pin) == claim.digest
    )


def _is_over(now: datetime) -> Q:
    return Q(released_at__lt=now - QUARANTINE)


def _memberships_to_claim(user: User) -> list[OrganisationMember]:
    # In one order for everybody, so that two people never wait for each other.
    return list(
        OrganisationMember.objects.filter(user=user)
        .select_related("organisation", "user")
        .order_by("organisation_id")
    )


def _refusals_today(user: User, now: datetime) -> int:
    return PinRefusal.objects.filter(user=user, at__gt=now - A_DAY).count()


def _changes_today(user: User, now: datetime) -> int:
    """How often at most in one organisation; joining five is no change."""
    recent = PinClaim.objects.filter(user=user, claimed_at__gt=now - A_DAY)
    per_organisation = recent.values("organisation").annotate(changes=Count("pk"))
    return max(per_organisation.values_list("changes", flat=True), default=0)
