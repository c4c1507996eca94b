from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from chargers.virtual_commander.charger import Commander, Phase
from chargers.virtual_commander.meter import Meter
from chargers.virtual_commander.outbox import METER_VALUES_KEPT, Message, Metered
from tests.chargers.virtual_commander.surroundings import PIN, WRONG_PIN, Clock


def authorise(commander: Commander) -> None:
    commander.enter(PIN)
    commander.answer(PIN, is_accepted=True)


def after(seconds: int, commander: Commander, clock: Clock) -> Phase:
    clock.advance(seconds=seconds)
    commander.tick()
    return commander.phase


def test_an_authorisation_waits_a_minute_for_the_plug(commander, clock):
    authorise(commander)

    phases = [after(59, commander, clock), after(1, commander, clock)]
    commander.plug()

    assert phases == [Phase.AUTHORISED, Phase.READY]
    assert commander.transaction is None


def test_the_same_pin_ends_the_charge_and_another_does_not(commander, clock):
    commander.plug()
    authorise(commander)

    commander.enter(WRONG_PIN)
    phases = [commander.phase, after(4, commander, clock)]
    commander.enter(PIN)

    assert [*phases, commander.phase] == [
        Phase.REFUSED,
        Phase.CHARGING,
        Phase.FINISHED,
    ]
    assert commander.status == "Finishing"
    assert commander.last_transaction.reason == "Local"


def test_an_answer_nobody_waits_for_is_ignored(commander):
    commander.enter(PIN)
    commander.disconnect()

    commander.answer(PIN, is_accepted=True)
    commander.connect()

    assert commander.phase is Phase.READY


def test_a_long_outage_keeps_start_and_stop_but_thins_the_meter_values(
    commander, clock
):
    commander.plug()
    authorise(commander)
    commander.disconnect()

    for _ in range(METER_VALUES_KEPT * 3):
        clock.advance(seconds=5)
        commander.tick()
    commander.unplug()

    told = list(told_by(commander))
    values = [message for message in told if isinstance(message, Metered)]
    assert len(values) <= METER_VALUES_KEPT
    assert [m.register_wh for m in values] == sorted(m.register_wh for m in values)
    assert [type(told[0]).__name__, type(told[-1]).__name__] == ["Started", "Stopped"]


def told_by(commander: Commander) -> Iterator[Message]:
    commander.outbox.keep_lasting()
    while message := commander.outbox.first():
        commander.outbox.remove(message)
        yield message


def test_meter_time_runs_faster_and_never_backwards():
    clock = Clock()
    meter = Meter(clock, speed_up=60)
    meter.start()

    clock.advance(seconds=30)
    assert meter.register_wh == 3700
    clock.moment = datetime(2020, 1, 1, tzinfo=UTC)
    meter.stop()

    assert meter.register_wh >= 0
    assert meter.power_w == 0
