from __future__ import annotations

import asyncio

import pytest

from tests.chargers.virtual_commander.central_system import Payload
from tests.chargers.virtual_commander.steps import charge, statuses
from tests.chargers.virtual_commander.surroundings import IDENTITY, PIN, WRONG_PIN


def test_it_boots_and_says_that_it_is_available(wall, central):
    wall.hang().sees("Ready")

    assert central.wait_for("BootNotification")["chargePointSerialNumber"] == IDENTITY
    assert central.wait_for("StatusNotification", number=2)["status"] == "Available"
    assert wall.said == [f"{IDENTITY} is connected to its gateway."]


def test_it_boots_again_until_it_is_accepted(wall, central):
    central.boot_answers = ["Pending", "Accepted"]

    wall.hang()

    central.wait_for("StatusNotification")
    assert [action for action, _ in central.heard[:2]] == ["BootNotification"] * 2


def test_it_sends_heartbeats_at_the_interval_it_was_given(wall, central):
    wall.hang()

    central.wait_for("Heartbeat", number=2)


def test_a_charge_from_pin_to_unplug_is_told_with_its_energy(wall, central):
    wall.hang()
    charge(wall, central)

    wall.clock.advance(minutes=30)
    shown = wall.visitor.sees("Charging 3.7 kWh")
    values = central.wait_for("MeterValues")
    wall.visitor.send("unplug")
    wall.visitor.sees("Finished 3.7 kWh")

    stopped = central.wait_for("StopTransaction")
    assert central.told("StartTransaction")[0]["idTag"] == PIN
    assert central.told("StartTransaction")[0]["meterStart"] == 0
    assert (shown["power"], shown["elapsed"]) == ("7.4", "0:30:00")
    assert values["transactionId"] == stopped["transactionId"] == 41
    assert sampled(values) == {
        "Energy.Active.Import.Register": ("3700", "Wh"),
        "Power.Active.Import": ("7400", "W"),
    }
    assert (stopped["meterStop"], stopped["reason"]) == (3700, "EVDisconnected")
    central.wait_for("StatusNotification", number=5)
    assert statuses(central) == ["Available", "Preparing", "Charging", "Available"]


def sampled(values: Payload) -> dict[str, tuple[str, str]]:
    return {
        sample["measurand"]: (sample["value"], sample["unit"])
        for sample in values["meterValue"][0]["sampledValue"]
    }


def test_the_register_goes_on_where_the_last_charge_left_it(wall, central):
    wall.hang()
    charge(wall, central)
    wall.clock.advance(hours=1)
    wall.visitor.send("stop")
    wall.visitor.sees("Finished 7.4 kWh")

    wall.visitor.send(PIN)

    assert central.wait_for("StartTransaction", number=2)["meterStart"] == 7400
    assert central.told("StopTransaction")[0]["reason"] == "Local"


def test_a_refused_pin_starts_nothing(wall, central):
    wall.hang().sees("Ready")
    wall.visitor.send("plug")

    wall.visitor.send(WRONG_PIN)

    wall.visitor.sees("Not accepted")
    wall.clock.advance(seconds=5)
    wall.visitor.sees("Ready")
    assert central.told("Authorize") == [{"idTag": WRONG_PIN}]
    assert central.told("StartTransaction") == []


def test_a_refused_start_ends_the_charge(wall, central):
    central.start_answer = "Invalid"
    wall.hang().sees("Ready")
    wall.visitor.send(PIN)
    wall.visitor.sees("Plug in")

    wall.visitor.send("plug")

    wall.visitor.sees("Not accepted")
    stopped = central.wait_for("StopTransaction")
    assert (stopped["transactionId"], stopped["reason"]) == (41, "DeAuthorized")


def test_a_whole_charge_without_gateway_is_told_in_order_afterwards(wall, central):
    wall.hang().sees("Ready")
    wall.visitor.send(PIN)
    wall.visitor.sees("Plug in")
    central.stop()
    wall.visitor.sees("Offline")

    wall.visitor.send("plug")
    wall.visitor.sees("Offline", isPlugged=True)
    wall.clock.advance(hours=1)
    wall.visitor.sees("Offline", energy="7.40")
    wall.visitor.send("unplug")
    central.start()

    stopped = central.wait_for("StopTransaction")
    told = [action for action, _ in central.heard if action in TRANSACTION_MESSAGES]
    assert told == TRANSACTION_MESSAGES
    assert stopped["transactionId"] == central.told("MeterValues")[0]["transactionId"]
    assert stopped["meterStop"] == 7400
    assert len(central.told("BootNotification")) == 1


TRANSACTION_MESSAGES = ["StartTransaction", "MeterValues", "StopTransaction"]


def test_it_says_once_that_the_password_is_wrong_and_tries_on(wall, central):
    wall.hang(password="another one").sees("Offline")

    while central.handshakes < 3:
        wall.loop.run(wall.device.bell.wait())

    assert wall.said == [
        "The gateway refused the identity or the password. Trying again."
    ]


@pytest.mark.parametrize("moments", range(10))
def test_it_is_switched_off_also_while_its_connection_breaks(wall, central, moments):
    wall.hang().sees("Ready")

    async def break_the_connection() -> None:
        while wall.device.commander.outbox:
            await wall.device.bell.wait()
        central.abort()
        for _ in range(moments):
            await asyncio.sleep(0)
        wall.switched_off.set()

    wall.loop.run(break_the_connection())

    wall.running.result(2)
