from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from chargers import charging, clock, connections
from chargers.charging import Sample, Start
from chargers.models import Charger, ChargingSession, MeterReading
from groups import people
from groups.models import Membership
from tests.factories import make_charger, make_group, make_member, membership_of
from tests.racing import Call, Racers, racers

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

ROUNDS = 40
PINS = ("4907", "6183", "5172", "8396")


@pytest.fixture(scope="module")
def processes(django_db_setup: None) -> Iterator[Racers]:
    with racers(4) as ready:
        yield ready


@pytest.fixture
def charger() -> Charger:
    group = make_group()
    drivers = tuple(make_member(group=group, pin=pin) for pin in PINS)
    return make_charger(group=group, assigned_to=drivers)


def start(charger_id: UUID, pin: str, meter_wh: int, times: int = 1) -> None:
    moment = clock.Moment(timezone.now(), f"round {meter_wh}")
    for _ in range(times):
        charging.start(
            Charger.objects.get(pk=charger_id), Start(1, pin, meter_wh, moment)
        )


def stop(charger_id: UUID, session_id: int, meter_wh: int) -> None:
    now = timezone.now()
    moment = clock.moment(now.isoformat(), arrived_at=now)
    charger = Charger.objects.get(pk=charger_id)
    charging.stop(charger, session_id, meter_wh=meter_wh, moment=moment)


def meter(charger_id: UUID, session_id: int, register_wh: int) -> None:
    charging.meter(
        Charger.objects.get(pk=charger_id),
        [Sample(timezone.now(), register_wh=register_wh)],
        connector_number=1,
        session_id=session_id,
    )


def begin(charger_id: UUID, key: UUID) -> None:
    charger = Charger.objects.get(pk=charger_id)
    connections.begin(charger, key=key, gateway="here")


def end(charger_id: UUID, key: UUID) -> None:
    connections.end(Charger.objects.get(pk=charger_id), key=key)


def suspend(membership_id: UUID) -> None:
    membership = Membership.objects.get(pk=membership_id)
    people.suspend(membership, by=membership.user)


def call(function, *args: object) -> Call:
    return f"tests.chargers.test_races_sessions.{function.__name__}", args


def test_of_four_starts_on_one_connector_one_session_is_open(processes, charger):
    for number in range(ROUNDS):
        outcomes = processes.race(*[call(start, charger.pk, p, number) for p in PINS])

        assert outcomes == ["done"] * 4
        sessions = ChargingSession.objects.filter(meter_start_wh=number)
        assert sessions.count() == 4
        assert ChargingSession.objects.open().count() == 1


def test_twenty_times_the_same_start_is_one_session(processes, charger):
    for number in range(ROUNDS):
        same = call(start, charger.pk, PINS[0], number, 5)

        outcomes = processes.race(same, same, same, same)

        assert outcomes == ["done"] * 4
        assert ChargingSession.objects.filter(meter_start_wh=number).count() == 1


def test_of_four_stops_one_counts(processes, charger):
    for number in range(ROUNDS):
        session = open_session(charger, number)
        stops = [call(stop, charger.pk, session.pk, 1000 + wh) for wh in range(4)]

        outcomes = processes.race(*stops)

        assert outcomes == ["done"] * 4
        session.refresh_from_db()
        assert session.meter_last_wh == session.meter_stop_wh
        assert session.flags == ""


def test_meter_values_and_a_stop_at_once_lose_no_energy(processes, charger):
    for number in range(ROUNDS):
        session = open_session(charger, number)

        outcomes = processes.race(
            call(meter, charger.pk, session.pk, 1500),
            call(meter, charger.pk, session.pk, 1700),
            call(stop, charger.pk, session.pk, 2000),
        )

        assert outcomes == ["done"] * 3
        session.refresh_from_db()
        assert session.meter_last_wh == 2000
        assert not session.is_open
    assert MeterReading.objects.count() == 2 * ROUNDS


def test_a_stop_and_the_next_start_at_once_keep_both(processes, charger):
    for number in range(ROUNDS):
        session = open_session(charger, number)

        outcomes = processes.race(
            call(stop, charger.pk, session.pk, 2000),
            call(start, charger.pk, PINS[1], 2000 + number),
        )

        assert outcomes == ["done"] * 2
        session.refresh_from_db()
        assert (session.meter_stop_wh, session.flags) == (2000, "")
        assert ChargingSession.objects.open().get().meter_start_wh == 2000 + number


def test_who_is_suspended_while_starting_is_in_or_out(processes, charger):
    group = charger.group
    for number in range(ROUNDS):
        driver = make_member(group=group, role="administrator", pin=f"{6300 + number}")

        outcomes = processes.race(
            call(start, charger.pk, f"{6300 + number}", number),
            call(suspend, membership_of(driver, group).pk),
        )

        assert outcomes == ["done"] * 2
        session = ChargingSession.objects.get(meter_start_wh=number)
        assert session.user in {driver, None}
        assert session.is_open == (session.user == driver)


def test_a_newer_connection_is_not_ended_by_the_former_one(processes, charger):
    for number in range(ROUNDS):
        former, newer = UUID(int=2 * number), UUID(int=2 * number + 1)
        begin(charger.pk, former)

        outcomes = processes.race(
            call(end, charger.pk, former), call(begin, charger.pk, newer)
        )

        assert outcomes == ["done"] * 2
        charger.refresh_from_db()
        assert charger.connection_key == newer
        assert charger.is_connected


def open_session(charger: Charger, number: int) -> ChargingSession:
    earlier = timezone.now() - timedelta(hours=1)
    started = charging.start(
        charger, Start(1, PINS[0], 1000, clock.Moment(earlier, f"round {number}"))
    )
    assert started.is_accepted
    return ChargingSession.objects.get(pk=started.session_id)
