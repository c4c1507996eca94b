"""The rows of the Sessions page: ready words for each charging session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chargers import units
from chargers.models import Charger, ChargingSession
from groups.models import Group

SORT_COLUMNS = {
    "start": ("started_at",),
    "end": ("ended_at", "started_at"),
    "who": ("user_name", "-started_at"),
    "charger": ("charger__name", "-started_at"),
    "energy": ("energy", "started_at"),
}
# What chargers say by the words of OCPP.
ENDINGS = {
    "DeAuthorized": gettext_lazy("The PIN or card was no longer accepted"),
    "EVDisconnected": gettext_lazy("The car was unplugged"),
    "EmergencyStop": gettext_lazy("Emergency stop"),
    "HardReset": gettext_lazy("The charger was restarted"),
    "Local": gettext_lazy("Stopped at the charger"),
    "Other": gettext_lazy("The charger gave another reason"),
    "PowerLoss": gettext_lazy("The charger lost its power"),
    "Reboot": gettext_lazy("The charger was restarted"),
    "Remote": gettext_lazy("Stopped remotely"),
    "SoftReset": gettext_lazy("The charger was restarted"),
    "UnlockCommand": gettext_lazy("The connector was unlocked"),
}
LIVE_AT_MOST = 12
READINGS_AT_MOST = 100


@dataclass(frozen=True)
class SessionRow:
    session: ChargingSession
    url: str
    who: str
    charger: str
    where: str
    start: str
    since: str
    end: str
    duration: str
    energy: str
    power: str
    flags: tuple[str, ...]
    start_iso: str
    end_iso: str

    @property
    def place_and_power(self) -> str:
        return " · ".join(filter(None, (self.where, self.power)))

    @property
    def charger_and_power(self) -> str:
        return f"{self.charger} · {self.place_and_power}"

    @property
    def element_id(self) -> str:
        """So that the keyboard's focus survives when a live part renews itself."""
        return f"session-{self.session.uuid}"


@dataclass(frozen=True)
class ReadingRow:
    at: str
    energy: str
    register: str
    power: str


def described(sessions: QuerySet[ChargingSession]) -> QuerySet[ChargingSession]:
    """Take along the words that a row needs from elsewhere, and what it is sorted by."""
    # Joined, the groups might be where a database begins, and it sorts everything.
    return sessions.annotate(
        charger_name=name_from(Charger, "charger"),
        group_name=name_from(Group, "group"),
        energy=F("meter_last_wh") - F("meter_start_wh"),
    )


def name_from(model: type[Model], path: str) -> Subquery:
    """The `name` of what `path` points to."""
    pointed_to = model._default_manager.filter(pk=OuterRef(path))
    return Subquery(pointed_to.values("name"))


def live(sessions: QuerySet[ChargingSession]) -> QuerySet[ChargingSession]:
    """The sessions that go on, the latest first; one more than are shown."""
    # Hidden from the index by which all sessions are in order: few of them are open.
    latest_first = Coalesce("started_at", "started_at").desc()
    going_on = described(open_among(sessions))
    return going_on.order_by(latest_first, "-pk")[: LIVE_AT_MOST + 1]


def open_among(sessions: QuerySet[ChargingSession]) -> QuerySet[ChargingSession]:
    """The sessions that go on, found by the index of the open ones."""
    return sessions.filter(pk__in=ChargingSession.objects.open().values("pk"))


def row_of(session: ChargingSession, *, now: datetime | None = None) -> SessionRow:
    now = now or timezone.now()
    return SessionRow(
        session=session,
        url=session.get_absolute_url(),
        who=session_name(session),
        charger=_word(session, "charger_name"),
        where=_word(session, "group_name"),
        start=units.moment_text(session.started_at),
        since=units.since_text(session.started_at, now=now) if session.is_open else "",
        end=units.moment_text(session.ended_at) if session.ended_at else "",
        duration=units.duration_text((session.ended_at or now) - session.started_at),
        energy=units.kwh_text(session.energy_wh),
        power=units.power_text(session.power_w),
        flags=flags_of(session),
        start_iso=_iso(session.started_at),
        end_iso=_iso(session.ended_at),
    )


def session_name(session: ChargingSession) -> str:
    """Return the name of who charged, as it was then."""
    return session.user_name or _("Unknown person")


def ending_of(session: ChargingSession) -> str:
    """Return why it ended, as far as the charger said so."""
    return str(ENDINGS.get(session.stop_reason, session.stop_reason))


def flags_of(session: ChargingSession) -> tuple[str, ...]:
    known = dict(ChargingSession.Flag.choices)
    return tuple(str(known.get(flag, flag)) for flag in session.flags.split())


def readings_of(session: ChargingSession) -> list[ReadingRow]:
    """The latest readings, oldest first."""
    latest = session.readings.order_by("-measured_at", "-pk")[:READINGS_AT_MOST]
    return [
        ReadingRow(
            at=units.moment_text(reading.measured_at),
            energy=units.kwh_text(max(reading.register_wh - session.meter_start_wh, 0)),
            register=units.kwh_text(reading.register_wh),
            power=units.power_text(reading.power_w),
        )
        for reading in reversed(latest)
    ]


def csv_header() -> list[str]:
    return [
        _("Who"),
        _("Charger"),
        _("Where"),
        _("Start"),
        _("End"),
        _("Duration (minutes)"),
        _("Energy (kWh)"),
        _("Remarks"),
    ]


def csv_rows(sessions: QuerySet[ChargingSession]) -> Iterator[tuple[object, ...]]:
    rows = sessions.iterator(chunk_size=1000)
    return map(_csv_cells, rows)


def _csv_cells(session: ChargingSession) -> tuple[object, ...]:
    ended_at = session.ended_at
    length = (ended_at - session.started_at).total_seconds() if ended_at else None
    return (
        session_name(session),
        _word(session, "charger_name"),
        _word(session, "group_name"),
        _iso(session.started_at),
        _iso(ended_at),
        "" if length is None else max(int(length), 0) // 60,
        units.kwh(session.energy_wh),
        "; ".join(flags_of(session)),
    )


def _word(session: ChargingSession, annotation: str) -> str:
    return str(getattr(session, annotation))


def _iso(moment: datetime | None) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""
