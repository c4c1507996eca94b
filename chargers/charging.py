"""Charging: may this token charge here now, and what became of it.

Everything here may be told twice: chargers repeat what they got no answer to. Sessions
are found by charger and number together, so that no charger touches another's.

A start that is refused is kept as well, without a person, ended as it began: whatever
flows all the same is added to it, flagged for an administrator, and is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from chargers import connections, keypad
from chargers.clock import Moment
from chargers.keypad import Decision, Person, Refusal
from chargers.models import Charger, ChargingSession, MeterReading
from groups import audit, pins

Flag = ChargingSession.Flag
Placed = tuple["Sample", ChargingSession | None]
METERED = ["meter_last_wh", "metered_at", "power_w", "ended_at", "flags"]


@dataclass(frozen=True)
class Start:
    connector_number: int
    token: str
    meter_wh: int
    moment: Moment


@dataclass(frozen=True)
class Started:
    session_id: int
    is_accepted: bool


@dataclass(frozen=True)
class Sample:
    """What a connector's meter showed at a moment."""

    at: datetime
    register_wh: int | None = None
    power_w: int | None = None


def authorize(charger: Charger, token: str) -> Decision:
    """Decide whether `token` may charge on `charger` now; a refusal is put on record."""
    decision = keypad.decide(charger, token)
    if decision.refusal is not None:
        _record_refusal(charger, decision.refusal)
    return decision


@transaction.atomic
def start(charger: Charger, report: Start) -> Started:
    """Open the session of whoever `report.token` belongs to.

    The same report gets the same session. One that was refused is decided anew, as
    long as nothing is known of it but the start.

    Raise connections.Over where the connection that asks is not the present one.
    """
    # Starts of one charger exclude each other, in whatever process they arrive.
    locked = Charger.objects.select_for_update(no_key=True).get(pk=charger.pk)
    connections.require_present(charger, locked.connection_key)
    session = _told_before(locked, report) or _new_session(locked, report)
    if session.is_of_nobody and session.metered_at is None and not session.is_stopped:
        decision = authorize(locked, report.token)
        if decision.person is not None:
            _open_for(decision.person, session)
        session.save()
    return Started(session.pk, is_accepted=not session.is_of_nobody)


@transaction.atomic
def meter(
    charger: Charger,
    samples: Sequence[Sample],
    *,
    connector_number: int,
    session_id: int | None = None,
) -> None:
    """Keep what the meter showed, once, with the session that it belongs to.

    That is the session named, unless it is another charger's or was over by then;
    else the one that is open on the connector, if any.
    """
    if not samples:
        return
    sessions = _sessions_metered(charger, connector_number, session_id)
    named = next((each for each in sessions if each.pk == session_id), None)
    present = next((each for each in sessions if each.is_open), None)
    placed = [(sample, _session_of(sample, named, present)) for sample in samples]
    for sample, session in placed:
        if session is not None:
            session.meter(
                at=sample.at, register_wh=sample.register_wh, power_w=sample.power_w
            )
    MeterReading.objects.bulk_create(
        _readings(charger, connector_number, placed), ignore_conflicts=True
    )
    for session in sessions:
        session.save(update_fields=METERED)


@transaction.atomic
def stop(
    charger: Charger,
    session_id: int,
    *,
    meter_wh: int,
    moment: Moment,
    reason: str = "",
    samples: Sequence[Sample] = (),
) -> None:
    """Close a session of this charger, once; whatever else is named is let pass."""
    session = _lock(charger, Q(pk=session_id, meter_stop_wh=None)).first()
    if session is None:
        return
    connector_number = session.connector_number
    meter(charger, samples, connector_number=connector_number, session_id=session_id)
    session.refresh_from_db()
    session.stop(at=moment.at, meter_wh=meter_wh, reason=reason)
    if moment.is_odd:
        session.flag(Flag.CLOCK)
    session.save()


def _record_refusal(charger: Charger, refusal: Refusal) -> None:
    present = Charger.objects.select_related("group").get(pk=charger.pk)
    audit.record(
        audit.Event.PIN_REFUSED,
        group=present.group,
        by=None,
        subject=present,
        details=refusal.label,
    )


def _told_before(charger: Charger, report: Start) -> ChargingSession | None:
    return _lock(
        charger,
        Q(
            connector_number=report.connector_number,
            reported_start=report.moment.reported,
            meter_start_wh=report.meter_wh,
            token_digest=_token_digest(charger, report.token),
        ),
    ).first()


def _new_session(charger: Charger, report: Start) -> ChargingSession:
    session = ChargingSession(
        charger=charger,
        connector_number=report.connector_number,
        group_id=charger.group_id,
        token_digest=_token_digest(charger, report.token),
        started_at=report.moment.at,
        reported_start=report.moment.reported,
        meter_start_wh=report.meter_wh,
        meter_last_wh=report.meter_wh,
        ended_at=report.moment.at,
    )
    session.flag(Flag.UNKNOWN_TOKEN)
    if report.moment.is_odd:
        session.flag(Flag.CLOCK)
    return session


def _token_digest(charger: Charger, token: str) -> str:
    return pins.digest(charger.organisation_id, token)


def _open_for(person: Person, session: ChargingSession) -> None:
    """Make it theirs; a session still open on the connector must have ended."""
    for former in _lock(session.charger, _open_on(session.connector_number)):
        former.end_unstopped()
        former.save()
    session.user_id = person.id
    session.user_name = person.name[:150]
    session.unflag(Flag.UNKNOWN_TOKEN)
    session.ended_at = None


def _sessions_metered(
    charger: Charger, connector_number: int, session_id: int | None
) -> list[ChargingSession]:
    concerned = _open_on(connector_number)
    if session_id is not None:
        concerned |= Q(pk=session_id)
    return list(_lock(charger, concerned))


def _session_of(
    sample: Sample, named: ChargingSession | None, present: ChargingSession | None
) -> ChargingSession | None:
    if named is not None:
        if named.ended_at is None or sample.at <= named.ended_at:
            return named
        is_last = present is None or present.pk < named.pk
        if is_last and not named.is_stopped:
            return named
    if present is not None and sample.at >= present.started_at:
        return present
    return None


def _readings(
    charger: Charger, connector_number: int, placed: Iterable[Placed]
) -> list[MeterReading]:
    return [
        MeterReading(
            charger=charger,
            connector_number=connector_number,
            session=session,
            measured_at=sample.at,
            register_wh=sample.register_wh,
            power_w=sample.power_w,
        )
        for sample, session in placed
        if sample.register_wh is not None
    ]


def _lock(charger: Charger, which: Q) -> QuerySet[ChargingSession]:
    rows = ChargingSession.objects.select_for_update(no_key=True)
    return rows.filter(which, charger=charger).order_by("pk")


def _open_on(connector_number: int) -> Q:
    return Q(connector_number=connector_number, ended_at=None)
