"""The Users page: everybody of a group and of what is below it, a row each place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from groups import policy
from groups.models import Group, Membership, PinClaim, Role
from groups.policy import Action
from groups.trees import within

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SORT_COLUMNS = {
    "name": ("user__name",),
    "email": ("user__email_canonical",),
    "role": ("role", "user__name"),
    "seen": ("user__last_seen_at", "user__name"),
}


class PinState(StrEnum):
    SET = "set"
    UNSET = "unset"
    NEEDS_NEW = "needs-new"

    @property
    def label(self) -> StrOrPromise:
        return {
            PinState.SET: gettext_lazy("Set"),
            PinState.UNSET: gettext_lazy("Not set"),
            PinState.NEEDS_NEW: gettext_lazy("Needs a new one"),
        }[self]


@dataclass(frozen=True)
class Entry:
    """One row: a person in one place."""

    membership: Membership
    chargers: str
    pin_state: PinState
    is_oneself: bool


def people_in(
    group: Group, *, seen_by: User, in_order: bool = False
) -> QuerySet[Membership]:
    """The memberships in `group` and below that `seen_by` may see."""
    here = within("group", group.ids_and_below(), in_order=in_order)
    return policy.scope(
        seen_by,
        Action.SEE_PEOPLE,
        # Joining the group too would let SQLite begin with it and sort everything.
        Membership.objects.filter(here)
        .select_related("user")
        .prefetch_related("group"),
        in_order=in_order,
    )


def entries(
    memberships: Iterable[Membership], *, group: Group, seen_by: User
) -> list[Entry]:
    """Add to each membership what the list shows beside it, in one query."""
    memberships = list(memberships)
    facts = _facts({membership.user_id for membership in memberships}, group)
    return [
        Entry(
            membership=membership,
            chargers=_chargers_text(membership, facts[membership.user_id].assigned),
            pin_state=facts[membership.user_id].pin_state,
            is_oneself=membership.user_id == seen_by.pk,
        )
        for membership in memberships
    ]


def pin_states(user_ids: set[UUID], group: Group) -> dict[UUID, PinState]:
    """Say of each person how their PIN stands in the organisation of `group`."""
    return {pk: facts.pin_state for pk, facts in _facts(user_ids, group).items()}


def csv_rows(
    memberships: QuerySet[Membership], *, group: Group, seen_by: User
) -> Iterator[list[object]]:
    chunk: list[Membership] = []
    for membership in memberships.iterator(chunk_size=500):
        chunk.append(membership)
        if len(chunk) == 500:
            yield from _csv_chunk(chunk, group, seen_by)
            chunk = []
    yield from _csv_chunk(chunk, group, seen_by)


def csv_header() -> list[str]:
    return [
        _("Name"),
        _("E-mail"),
        _("User type"),
        _("Suspended"),
        _("Where"),
        _("Chargers"),
        _("Commander PIN"),
        _("Last seen"),
    ]


def _csv_chunk(
    memberships: list[Membership], group: Group, seen_by: User
) -> Iterator[list[object]]:
    for entry in entries(memberships, group=group, seen_by=seen_by):
        user = entry.membership.user
        yield [
            user.name,
            user.email,
            entry.membership.get_role_display(),
            _("yes") if entry.membership.is_suspended else _("no"),
            entry.membership.group.name,
            entry.chargers,
            entry.pin_state.label,
            timezone.localtime(user.last_seen_at).isoformat(timespec="seconds")
            if user.last_seen_at
            else "",
        ]


@dataclass(frozen=True)
class _Facts:
    assigned: int
    pin_state: PinState


def _facts(user_ids: set[UUID], group: Group) -> dict[UUID, _Facts]:
    claims = PinClaim.objects.filter(holder=OuterRef("pk"))
    people = User.objects.filter(pk__in=user_ids).annotate(
        assigned=Count(
            "assignments", filter=Q(assignments__organisation=group.organisation_id)
        ),
        has_pin_here=Exists(claims.filter(organisation=group.organisation_id)),
        has_pin=Exists(claims),
    )
    return {
        pk: _Facts(assigned, _pin_state(has_pin_here, has_pin))
        for pk, assigned, has_pin_here, has_pin in people.values_list(
            "pk", "assigned", "has_pin_here", "has_pin"
        )
    }


def _pin_state(has_pin_here: bool, has_pin: bool) -> PinState:
    if has_pin_here:
        return PinState.SET
    return PinState.NEEDS_NEW if has_pin else PinState.UNSET


def _chargers_text(membership: Membership, assigned: int) -> str:
    return str(assigned) if membership.role == Role.USER else _("All here")
