"""The rows of the charger list: ready words for each charger, a few queries for all."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.templatetags.icons import badge
from chargers import units
from chargers.history import name_from, session_name
from chargers.models import Charger, ChargerModel, ChargingSession, Connector
from chargers.states import OF_STATUS, ChargerState, state_of, state_text
from groups import policy
from groups.models import Group
from groups.policy import Action

if TYPE_CHECKING:
    from accounts.models import User

SORT_COLUMNS = {
    "name": ("name",),
    "model": ("model__name", "name"),
    "where": ("group__name", "name"),
    "seen": ("last_seen_at", "name"),
}
CHUNK = 500


@dataclass(frozen=True)
class SocketRow:
    name: str
    badge: SafeString
    trouble: str


@dataclass(frozen=True)
class ChargerRow:
    charger: Charger
    url: str
    model: str
    where: str
    state: ChargerState
    state_text: str
    badge: SafeString
    sockets: tuple[SocketRow, ...]
    charging: tuple[ChargingSession, ...]
    last_seen: str
    seen_iso: str

    @property
    def who(self) -> str:
        return ", ".join(session_name(session) for session in self.charging)


def described(chargers: QuerySet[Charger]) -> QuerySet[Charger]:
    """Take along the words that a row needs from elsewhere."""
    # Joined, the groups might be where a database begins, and it sorts everything.
    return chargers.annotate(
        model_name=name_from(ChargerModel, "model"),
        group_name=name_from(Group, "group"),
    )


def rows_of(
    chargers: Iterable[Charger], *, seen_by: User, now: datetime | None = None
) -> list[ChargerRow]:
    """Add what the list shows beside each of the `described` chargers, in two queries."""
    chargers = list(chargers)
    now = now or timezone.now()
    connectors = _connectors(chargers)
    sessions = _open_sessions(chargers, seen_by)
    return [
        _row(charger, connectors.get(charger.pk, []), sessions.get(charger.pk, []), now)
        for charger in chargers
    ]


def csv_header() -> list[str]:
    return [
        _("Name"),
        _("Serial number"),
        _("Model"),
        _("Where"),
        _("State"),
        _("Charging"),
        _("Last seen"),
    ]


def csv_rows(
    chargers: QuerySet[Charger], *, seen_by: User
) -> Iterator[tuple[object, ...]]:
    rows = chargers.iterator(chunk_size=CHUNK)
    while chunk := list(itertools.islice(rows, CHUNK)):
        for row in rows_of(chunk, seen_by=seen_by):
            yield _csv_cells(row)


def _csv_cells(row: ChargerRow) -> tuple[object, ...]:
    seen_at = row.charger.last_seen_at
    return (
        row.charger.name,
        row.charger.serial_number,
        row.model,
        row.where,
        row.state_text,
        row.who,
        timezone.localtime(seen_at).isoformat(timespec="seconds") if seen_at else "",
    )


def _row(
    charger: Charger,
    connectors: list[Connector],
    sessions: list[ChargingSession],
    now: datetime,
) -> ChargerRow:
    state = state_of(charger, connectors)
    text = state_text(state, connectors)
    return ChargerRow(
        charger=charger,
        url=charger.get_absolute_url(),
        model=_(_word(charger, "model_name")),
        where=_word(charger, "group_name"),
        state=state,
        state_text=text,
        badge=badge(state.value, text),
        sockets=tuple(_socket(connector, state) for connector in connectors),
        charging=tuple(sessions),
        last_seen=units.ago_text(charger.last_seen_at, now=now),
        seen_iso=charger.last_seen_at.isoformat() if charger.last_seen_at else "",
    )


def _socket(connector: Connector, state: ChargerState) -> SocketRow:
    if state not in (ChargerState.OFFLINE, ChargerState.RETIRED):
        status = Connector.Status(connector.status)
        shown = badge(OF_STATUS[status].value, str(status.label))
    else:
        # What it told last may be long over.
        shown = badge(state.value, str(state.label))
    told = (connector.error_code, connector.info)
    return SocketRow(
        name=_("Connector %(number)d") % {"number": connector.number}
        if connector.number
        else _("Whole charger"),
        badge=shown,
        trouble=" · ".join(word for word in told if word not in ("", "NoError")),
    )


def _connectors(chargers: list[Charger]) -> dict[UUID, list[Connector]]:
    found = Connector.objects.filter(charger__in=[each.pk for each in chargers])
    by_charger: dict[UUID, list[Connector]] = {}
    for connector in found.order_by("charger", "number"):
        by_charger.setdefault(connector.charger_id, []).append(connector)
    return by_charger


def _open_sessions(
    chargers: list[Charger], seen_by: User
) -> dict[UUID, list[ChargingSession]]:
    there = ChargingSession.objects.open().filter(
        charger__in=[each.pk for each in chargers]
    )
    visible = policy.scope(seen_by, Action.SEE_SESSION, there)
    by_charger: dict[UUID, list[ChargingSession]] = {}
    for session in visible.order_by("charger", "connector_number"):
        by_charger.setdefault(session.charger_id, []).append(session)
    return by_charger


def _word(charger: Charger, annotation: str) -> str:
    return str(getattr(charger, annotation))
