from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chargers import clock

ARRIVED_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reported", "before"),
    [
        ("2026-11-20T11:00:00Z", timedelta(hours=1)),
        ("2026-11-20T11:00:00", timedelta(hours=1)),
        (" 2026-11-20T11:00:00.5Z ", timedelta(minutes=59, seconds=59.5)),
        ("2026-11-20T11:00:00+02", timedelta(hours=3)),
        ("2026-11-20T11:00:00-01:00", timedelta(0)),
        ("2026-10-20T12:00:00Z", timedelta(days=31)),
        ("2026-11-20T12:04:59Z", timedelta(minutes=-4, seconds=-59)),
    ],
)
def test_a_time_that_can_be_believed_counts(reported, before):
    moment = clock.moment(reported, arrived_at=ARRIVED_AT)

    assert moment == clock.Moment(ARRIVED_AT - before, reported)


@pytest.mark.parametrize(
    "reported",
    [
        "",
        "soon",
        "1000000",
        "1970-01-01T00:03:00Z",
        "2026-11-20T12:06:00Z",
        "2025-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-02-30T00:00:00Z",
        "x" * 100,
    ],
)
def test_otherwise_the_arrival_counts_and_the_clock_is_odd(reported):
    moment = clock.moment(reported, arrived_at=ARRIVED_AT)

    assert moment == clock.Moment(ARRIVED_AT, reported[:40], is_odd=True)
