"""Giving chargers to people and taking them back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from chargers.models import Assignment, Charger
from groups import audit
from groups.models import Group, Membership
from groups.trees import AndBelow

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def assign(
    chargers: QuerySet[Charger], *, to: User, within: Group, by: User
) -> list[Charger]:
    """Assign those of `chargers` in `within` that `to` does not have yet; return them.

    Left out is what is retired, and what stands where `to` is no member: they may have
    been removed a moment ago.
    """
    within.lock_organisation()
    belongs = Membership.objects.filter(user=to, organisation=within.organisation_id)
    given = list(
        _here(chargers, within)
        .filter(retired_at=None, group__in=AndBelow(belongs.values("group_id")))
        .exclude(assignments__user=to)
    )
    Assignment.objects.bulk_create(
        [
            Assignment(organisation_id=each.organisation_id, charger=each, user=to)
            for each in given
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    _record(audit.Event.CHARGER_ASSIGNED, given, to, by)
    return given


@transaction.atomic
def unassign(
    chargers: QuerySet[Charger], *, of: User, within: Group, by: User
) -> list[Charger]:
    """Take those of `chargers` in `within` back that `of` has; return them."""
    within.lock_organisation()
    mine = Assignment.objects.filter(user=of, organisation=within.organisation_id)
    taken = list(_here(chargers, within).filter(pk__in=mine.values("charger")))
    mine.filter(charger__in=chargers.order_by().values("pk")).delete()
    _record(audit.Event.CHARGER_UNASSIGNED, taken, of, by)
    return taken


@transaction.atomic
def exchange(
    *,
    give: QuerySet[Charger],
    take: QuerySet[Charger],
    person: User,
    within: Group,
    by: User,
) -> None:
    """Assign some chargers and take others back, both or neither."""
    unassign(take, of=person, within=within, by=by)
    assign(give, to=person, within=within, by=by)


def _here(chargers: QuerySet[Charger], within: Group) -> QuerySet[Charger]:
    return chargers.filter(organisation=within.organisation_id).select_related("group")


def _record(
    event: audit.Event, chargers: Iterable[Charger], person: User, by: User
) -> None:
    audit.record_all(
        audit.line(event, group=each.group, by=by, subject=person, details=each)
        for each in chargers
    )
