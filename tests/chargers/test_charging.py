from __future__ import annotations

import itertools
import random
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from chargers import charging, clock
from chargers.charging import Sample, Start
from chargers.models import Charger, ChargingSession, MeterReading
from tests.factories import make_charger, make_group, make_member, make_session

pytestmark = pytest.mark.django_db

NOON = timezone.now().replace(microsecond=0) - timedelta(hours=6)


@pytest.fixture
def group():
    return make_group()


@pytest.fixture
def driver(group) -> User:
    return make_member(group=group, pin="4907")


@pytest.fixture
def charger(group, driver) -> Charger:
    return make_charger(group=group, assigned_to=(driver,))


def at(minutes: float) -> clock.Moment:
    time = NOON + timedelta(minutes=minutes)
    return clock.moment(time.isoformat(), arrived_at=time)


def report(token: str = "4907", *, minutes: float = 0, **changes: int) -> Start:
    values = {"connector_number": 1, "meter_wh": 1000} | changes
    return Start(token=token, moment=at(minutes), **values)


def start(charger: Charger, token: str = "4907", **changes) -> ChargingSession:
    started = charging.start(charger, report(token, **changes))
    return ChargingSession.objects.get(pk=started.session_id)


def meter(charger: Charger, *registers: int, minutes: float, **named) -> None:
    samples = [
        Sample(at(minutes + number).at, register_wh=register)
        for number, register in enumerate(registers)
    ]
    charging.meter(charger, samples, connector_number=1, **named)


def stop(charger: Charger, session: ChargingSession, *, meter_wh: int, minutes: float):
    charging.stop(charger, session.pk, meter_wh=meter_wh, moment=at(minutes))
    session.refresh_from_db()


def test_the_same_start_gets_the_same_session(charger):
    first = charging.start(charger, report())

    assert charging.start(charger, report()) == first
    assert ChargingSession.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        report(minutes=1),
        report(meter_wh=1001),
        report(connector_number=2),
        report("4907 "),
    ],
)
def test_another_start_is_another_session(charger, other):
    assert charging.start(charger, report()) != charging.start(charger, other)


def test_a_repeat_after_the_end_gets_the_session_and_opens_nothing(charger):
    session = start(charger)
    stop(charger, session, meter_wh=2000, minutes=30)

    again = charging.start(charger, report())

    assert again == charging.Started(session.pk, is_accepted=True)
    assert not ChargingSession.objects.open().exists()


def test_a_repeat_for_a_person_who_is_gone_is_still_accepted(charger, driver):
    session = start(charger)
    driver.delete()

    assert charging.start(charger, report()).is_accepted
    session.refresh_from_db()
    assert (session.user, session.user_name) == (None, str(driver))


def test_a_new_start_ends_the_open_session_at_its_last_reading(charger):
    lost = start(charger)
    meter(charger, 1500, minutes=20)

    present = start(charger, minutes=60, meter_wh=4000)

    lost.refresh_from_db()
    assert lost.ended_at == at(20).at
    assert (lost.energy_wh, lost.flags) == (500, "never-stopped")
    assert (lost.is_stopped, lost.power_w) == (False, None)
    assert present.is_open


def test_a_session_that_was_never_metered_ends_where_it_began(charger):
    lost = start(charger)
    start(charger, minutes=60)

    lost.refresh_from_db()
    assert (lost.ended_at, lost.energy_wh) == (lost.started_at, 0)


def test_a_stop_that_comes_late_still_counts(charger):
    lost = start(charger)
    present = start(charger, minutes=60, meter_wh=4000)

    stop(charger, lost, meter_wh=3900, minutes=50)

    assert (lost.energy_wh, lost.flags) == (2900, "")
    assert lost.ended_at == at(50).at
    present.refresh_from_db()
    assert present.is_open


def test_the_database_allows_one_open_session_on_a_connector(charger):
    make_session(charger=charger, hours=None)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_session(charger=charger, hours=None, energy_wh=1)


def test_two_connectors_charge_at_once(charger):
    start(charger)
    start(charger, connector_number=2)

    assert ChargingSession.objects.open().count() == 2


def test_a_session_stands_where_the_charger_stood_when_it_began(charger, group):
    assert start(charger).group == group


def test_an_odd_clock_is_flagged(charger):
    odd = clock.moment("1970-01-01T00:00:00Z", arrived_at=NOON)

    started = charging.start(charger, Start(1, "4907", 1000, odd))

    session = ChargingSession.objects.get(pk=started.session_id)
    assert (session.started_at, session.flags) == (NOON, "clock")


def test_an_odd_clock_at_the_stop_is_flagged(charger):
    session = start(charger)
    odd = clock.moment("1970-01-01T00:00:00Z", arrived_at=NOON + timedelta(hours=1))

    charging.stop(charger, session.pk, meter_wh=2000, moment=odd)

    session.refresh_from_db()
    assert (session.ended_at, session.flags) == (odd.at, "clock")


def test_a_stop_before_the_start_lasts_no_time_and_is_flagged(charger):
    session = start(charger)
    stop(charger, session, meter_wh=2000, minutes=-30)

    assert (session.ended_at, session.flags) == (session.started_at, "clock")
    assert session.energy_wh == 1000


def test_a_stop_counts_once(charger):
    session = start(charger)
    stop(charger, session, meter_wh=2000, minutes=10)
    stop(charger, session, meter_wh=9000, minutes=90)

    assert (session.energy_wh, session.ended_at) == (1000, at(10).at)


def test_a_stop_of_anothers_session_changes_nothing(charger, group):
    session = start(charger)

    stop(make_charger(group=group), session, meter_wh=9000, minutes=10)

    assert session.is_open


def test_the_register_at_the_stop_has_the_last_word(charger):
    session = start(charger)
    meter(charger, 1900, minutes=5, session_id=session.pk)
    stop(charger, session, meter_wh=1700, minutes=10)

    assert (session.energy_wh, session.flags) == (700, "meter-backwards")


def test_a_register_below_the_start_leaves_what_was_metered(charger):
    session = start(charger)
    meter(charger, 1900, minutes=5, session_id=session.pk)
    stop(charger, session, meter_wh=0, minutes=10)

    assert (session.energy_wh, session.flags) == (900, "meter-backwards")


def test_after_the_stop_the_meter_changes_nothing(charger):
    session = start(charger)
    stop(charger, session, meter_wh=2000, minutes=10)
    meter(charger, 2500, minutes=11, session_id=session.pk)

    session.refresh_from_db()
    assert session.energy_wh == 1000
    assert MeterReading.objects.get().session is None


def test_a_value_from_before_the_stop_belongs_to_the_session(charger):
    session = start(charger)
    stop(charger, session, meter_wh=2000, minutes=10)
    meter(charger, 1500, minutes=5, session_id=session.pk)

    assert MeterReading.objects.get().session == session


def test_values_in_any_order_and_number_say_the_same(charger):
    dice = random.Random(7)
    readings = [(minute, 1000 + 50 * minute) for minute in range(1, 9)]
    outcomes = set()
    for number in range(10):
        session = start(charger, minutes=number, meter_wh=1000)
        for minute, register in dice.choices(readings, k=30) + readings[-1:]:
            meter(charger, register, minutes=100 + minute, session_id=session.pk)
        session.refresh_from_db()
        outcomes.add((session.energy_wh, session.flags, session.metered_at))

    assert outcomes == {(400, "", at(108).at)}


def test_a_value_told_twice_is_one_reading(charger):
    session = start(charger)
    for _ in range(3):
        meter(charger, 1500, 1600, minutes=5, session_id=session.pk)

    assert MeterReading.objects.count() == 2


def test_a_meter_that_goes_back_takes_nothing_away_and_is_flagged(charger):
    session = start(charger)
    meter(charger, 1500, 1200, minutes=5)

    session.refresh_from_db()
    assert (session.energy_wh, session.flags) == (500, "meter-backwards")


def test_power_is_the_newest_one(charger):
    session = start(charger)
    for minutes, power in ((5, 7400), (7, 0), (6, 3700)):
        sample = Sample(at(minutes).at, power_w=power)
        charging.meter(charger, [sample], connector_number=1)

    session.refresh_from_db()
    assert session.power_w == 0
    assert not MeterReading.objects.exists()


def test_values_from_before_the_open_session_are_not_its_own(charger):
    session = start(charger, minutes=10)
    meter(charger, 1500, minutes=5)

    session.refresh_from_db()
    assert session.energy_wh == 0
    assert MeterReading.objects.get().session is None


def test_values_that_name_a_lost_session_go_to_the_one_after_it(charger):
    lost = start(charger)
    present = start(charger, minutes=10, meter_wh=2000)
    meter(charger, 2600, minutes=20, session_id=lost.pk)

    lost.refresh_from_db()
    present.refresh_from_db()
    assert (lost.energy_wh, present.energy_wh) == (0, 600)


def test_values_of_another_charger_are_not_taken_for_a_session(charger, group):
    session = start(charger)
    other = make_charger(group=group)
    meter(other, 5000, minutes=5, session_id=session.pk)

    session.refresh_from_db()
    assert session.energy_wh == 0
    reading = MeterReading.objects.get()
    assert (reading.charger, reading.session) == (other, None)


def test_sessions_in_a_row_add_up_to_the_register(charger):
    dice, register, total = random.Random(3), 1000, 0
    for day, _ in itertools.product(range(5), range(3)):
        session = start(charger, minutes=10 * day, meter_wh=register)
        begun = register
        for minute in range(5):
            register += dice.randint(0, 400)
            meter(charger, register, minutes=10 * day + minute, session_id=session.pk)
        stop(charger, session, meter_wh=register, minutes=10 * day + 6)
        total += session.energy_wh
        assert session.energy_wh == register - begun

    assert total == register - 1000
