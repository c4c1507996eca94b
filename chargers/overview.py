"""What Home shows: what concerns oneself, and for Administrators how the place does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from chargers import history, roster
from chargers.history import SessionRow
from chargers.models import Charger, ChargingSession
from chargers.roster import ChargerRow
from chargers.sight import Extent, Sight
from chargers.states import ChargerState, in_state
from groups import directory, lists
from groups.directory import PinState
from groups.policy import Action

if TYPE_CHECKING:
    from accounts.models import User
    from groups.models import Group

OWN_CHARGERS = 12
OWN_SESSIONS = 5
IN_TROUBLE = 6


@dataclass(frozen=True)
class OwnOverview:
    pin: PinState
    chargers: list[ChargerRow]
    has_more_chargers: bool
    sessions: list[SessionRow]


@dataclass(frozen=True)
class Overview:
    charging: str
    faults: str
    offlines: str
    trouble: list[ChargerRow]
    has_chargers: bool


def of_oneself(user: User, group: Group) -> OwnOverview:
    assigned = _in_service(Sight.of(user, group, Action.SEE_CHARGER)).filter(
        assignments__user=user
    )
    chargers = list(assigned.order_by("name", "pk")[: OWN_CHARGERS + 1])
    sessions = history.described(
        ChargingSession.objects.filter(user=user, group__in=group.and_below())
    )
    ended = sessions.filter(ended_at__isnull=False).order_by("-started_at", "-pk")
    return OwnOverview(
        pin=directory.pin_states({user.pk}, group)[user.pk],
        chargers=roster.rows_of(chargers[:OWN_CHARGERS], seen_by=user),
        has_more_chargers=len(chargers) > OWN_CHARGERS,
        sessions=[history.row_of(each) for each in ended[:OWN_SESSIONS]],
    )


def of_everybody(user: User, sight: Sight) -> Overview | None:
    """Return None where the person sees only their own sessions."""
    if sight.extent is Extent.OWN:
        return None
    chargers = _in_service(Sight.of(user, sight.group, Action.SEE_CHARGER))
    faulted = in_state(chargers, ChargerState.FAULTED)
    offline = in_state(chargers, ChargerState.OFFLINE)
    return Overview(
        charging=lists.count_text(history.open_among(sight.sessions(in_order=True))),
        faults=lists.count_text(faulted),
        offlines=lists.count_text(offline),
        trouble=[*_first(faulted, user), *_first(offline, user)],
        has_chargers=chargers.exists(),
    )


def _in_service(sight: Sight) -> QuerySet[Charger]:
    return roster.described(sight.chargers().filter(retired_at=None))


def _first(chargers: QuerySet[Charger], user: User) -> list[ChargerRow]:
    found = chargers.order_by("name", "pk")[:IN_TROUBLE]
    return roster.rows_of(found, seen_by=user)
