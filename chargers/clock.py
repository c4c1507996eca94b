"""When something happened, as far as a charger's clock can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# Offline chargers deliver late, but none keeps its queue for longer than this.
OLDEST = timedelta(days=400)
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Moment:
    """`reported` as the charger wrote it; `at` is when it arrived where that is odd."""

    at: datetime
    reported: str
    is_odd: bool = False


def moment(reported: str, *, arrived_at: datetime) -> Moment:
    at = _read(reported)
    reported = reported[:40]
    if at is None or not arrived_at - OLDEST <= at <= arrived_at + AHEAD:
        return Moment(arrived_at, reported, is_odd=True)
    return Moment(at, reported)


def _read(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text.strip())
        # Chargers that leave the zone out mean UTC, which the protocol asks for.
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
