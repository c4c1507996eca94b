from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from ocpp.v16 import call
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from chargers.virtual_commander import pages
from chargers.virtual_commander.charger import Commander, Phase
from chargers.virtual_commander.meter import Meter
from chargers.virtual_commander.outbox import METER_VALUES_KEPT, Metered
from tests.chargers.central_system import (
    IDENTITY,
    PASSWORD,
    PIN,
    CentralSystem,
    Clock,
    Keypad,
    Loop,
    Wall,
)

WRONG_PIN = "9753"


@pytest.fixture(scope="module")
def loop():
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def central(loop):
    central = CentralSystem(loop)
    yield central
    central.stop()


@pytest.fixture
def wall(loop, central):
    wall = Wall(loop, central)
    yield wall
    wall.take_down()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def commander(clock):
    commander = Commander(clock, Meter(clock))
    commander.connect()
    return commander


def authorise(commander):
    commander.enter(PIN)
    commander.answer(PIN, is_accepted=True)


def charge(wall):
    """Charge from the keypad until the central system knows of it."""
    wall.keypad.wait_for("Ready")
    wall.keypad.send(PIN)
    wall.keypad.wait_for("Plug in")
    wall.keypad.send("plug")
    wall.central.wait_for("StartTransaction")
    wall.keypad.wait_for("Charging 0.0 kWh")


def statuses(central):
    return [
        told["status"]
        for told in central.told("StatusNotification")
        if told["connectorId"] == 1
    ]


# With a central system


def test_it_boots_and_says_that_it_is_available(wall, central):
    wall.hang().wait_for("Ready")

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
    charge(wall)

    wall.clock.advance(minutes=30)
    shown = wall.keypad.wait_for("Charging 3.7 kWh")
    values = central.wait_for("MeterValues")
    wall.keypad.send("unplug")
    wall.keypad.wait_for("Finished 3.7 kWh")

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


def sampled(values):
    return {
        sample["measurand"]: (sample["value"], sample["unit"])
        for sample in values["meterValue"][0]["sampledValue"]
    }


def test_the_register_goes_on_where_the_last_charge_left_it(wall, central):
    wall.hang()
    charge(wall)
    wall.clock.advance(hours=1)
    wall.keypad.send("stop")
    wall.keypad.wait_for("Finished 7.4 kWh")

    wall.keypad.send(PIN)

    assert central.wait_for("StartTransaction", number=2)["meterStart"] == 7400
    assert central.told("StopTransaction")[0]["reason"] == "Local"


def test_a_refused_pin_starts_nothing(wall, central):
    wall.hang().wait_for("Ready")
    wall.keypad.send("plug")

    wall.keypad.send(WRONG_PIN)

    wall.keypad.wait_for("Not accepted")
    wall.clock.advance(seconds=5)
    wall.keypad.wait_for("Ready")
    assert central.told("Authorize") == [{"idTag": WRONG_PIN}]
    assert central.told("StartTransaction") == []


def test_a_refused_start_ends_the_charge(wall, central):
    central.start_answer = "Invalid"
    wall.hang().wait_for("Ready")
    wall.keypad.send(PIN)
    wall.keypad.wait_for("Plug in")

    wall.keypad.send("plug")

    wall.keypad.wait_for("Not accepted")
    stopped = central.wait_for("StopTransaction")
    assert (stopped["transactionId"], stopped["reason"]) == (41, "DeAuthorized")


def test_a_whole_charge_without_gateway_is_told_in_order_afterwards(wall, central):
    wall.hang().wait_for("Ready")
    wall.keypad.send(PIN)
    wall.keypad.wait_for("Plug in")
    central.stop()
    wall.keypad.wait_for("Offline")

    wall.keypad.send("plug")
    wall.keypad.wait_for("Offline", isPlugged=True)
    wall.clock.advance(hours=1)
    wall.keypad.wait_for("Offline", energy="7.40")
    wall.keypad.send("unplug")
    central.start()

    stopped = central.wait_for("StopTransaction")
    told = [action for action, _ in central.heard if action in TRANSACTION_MESSAGES]
    assert told == TRANSACTION_MESSAGES
    assert stopped["transactionId"] == central.told("MeterValues")[0]["transactionId"]
    assert stopped["meterStop"] == 7400
    assert len(central.told("BootNotification")) == 1


TRANSACTION_MESSAGES = ["StartTransaction", "MeterValues", "StopTransaction"]


def test_it_says_once_that_the_password_is_wrong_and_tries_on(wall, central):
    wall.hang(password="another one").wait_for("Offline")

    while central.handshakes < 3:
        wall.loop.run(wall.device.bell.wait())

    assert wall.said == ["The gateway refused the identity or the password. Trying on."]


def test_the_gateway_starts_and_stops_a_charge(wall, central):
    wall.hang().wait_for("Ready")
    wall.keypad.send("plug")
    central.wait_for("StatusNotification", number=3)

    started = central.ask(call.RemoteStartTransaction("A-CARD"))
    central.wait_for("StartTransaction")
    wall.keypad.wait_for("Charging 0.0 kWh")
    stopped = central.ask(call.RemoteStopTransaction(41))

    assert (started.status, stopped.status) == ("Accepted", "Accepted")
    assert central.wait_for("StopTransaction")["reason"] == "Remote"
    assert central.ask(call.RemoteStopTransaction(41)).status == "Rejected"


def test_a_reset_ends_the_charge_and_boots_again(wall, central):
    wall.hang()
    charge(wall)

    assert central.ask(call.Reset("Soft")).status == "Accepted"

    central.wait_for("BootNotification", number=2)
    assert central.told("StopTransaction")[0]["reason"] == "SoftReset"


def test_an_unlocked_connector_ends_the_charge(wall, central):
    wall.hang()
    charge(wall)

    assert central.ask(call.UnlockConnector(1)).status == "Unlocked"
    assert central.ask(call.UnlockConnector(7)).status == "NotSupported"

    assert central.wait_for("StopTransaction")["reason"] == "UnlockCommand"


def test_the_gateway_takes_it_out_of_service(wall, central):
    wall.hang().wait_for("Ready")

    answer = central.ask(call.ChangeAvailability(0, "Inoperative"))
    wall.keypad.wait_for("Out of service")
    central.ask(call.ChangeAvailability(0, "Operative"))
    wall.keypad.wait_for("Ready")

    assert answer.status == "Accepted"
    assert central.wait_for("StatusNotification", number=4)["status"] == "Available"
    assert statuses(central) == ["Available", "Unavailable", "Available"]
    assert central.ask(call.ChangeAvailability(2, "Operative")).status == "Rejected"


@pytest.mark.parametrize(
    ("wanted", "action"),
    [
        ("BootNotification", "BootNotification"),
        ("Heartbeat", "Heartbeat"),
        ("StatusNotification", "StatusNotification"),
        ("MeterValues", "MeterValues"),
    ],
)
def test_the_gateway_may_ask_for_a_message(wall, central, wanted, action):
    wall.hang().wait_for("Ready")
    central.wait_for("StatusNotification", number=2)
    already = len(central.told(action))

    assert central.ask(call.TriggerMessage(wanted)).status == "Accepted"

    central.wait_for(action, number=already + 1)


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("HeartbeatInterval", "300", "Accepted"),
        ("LocalPreAuthorize", "false", "Accepted"),
        ("HeartbeatInterval", "soon", "Rejected"),
        ("LocalPreAuthorize", "2", "Rejected"),
        ("NumberOfConnectors", "2", "Rejected"),
        ("SecretSauce", "yes", "NotSupported"),
    ],
)
def test_the_gateway_changes_what_may_be_changed(wall, central, key, value, status):
    wall.hang().wait_for("Ready")

    assert central.ask(call.ChangeConfiguration(key, value)).status == status


def test_the_gateway_reads_the_configuration(wall, central):
    wall.hang().wait_for("Ready")

    answer = central.ask(call.GetConfiguration(["NumberOfConnectors", "SecretSauce"]))

    assert answer.unknown_key == ["SecretSauce"]
    assert answer.configuration_key == [
        {"key": "NumberOfConnectors", "readonly": True, "value": "1"}
    ]


def test_other_wishes_of_the_gateway_are_answered_politely(wall, central):
    wall.hang().wait_for("Ready")

    assert central.ask(call.ClearCache()).status == "Accepted"
    assert central.ask(call.DataTransfer("a vendor")).status == "UnknownVendorId"
    trigger = call.TriggerMessage("FirmwareStatusNotification")
    assert central.ask(trigger).status == "NotImplemented"


# The keypad's own server


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", None])
def test_the_keypad_listens_to_no_other_page(wall, origin):
    wall.hang()

    url = f"ws://127.0.0.1:{wall.port}/socket"
    with pytest.raises(InvalidStatus, match="403"):
        with connect(url, origin=origin, proxy=None):
            pass


def test_the_keypad_answers_to_no_foreign_name(wall):
    wall.hang()

    assert status_of(wall, "/", host="evil.example") == 421


def test_the_keypad_page_has_its_keys_and_nothing_inline():
    page = pages.load(identity="<COMMANDER>", speed_up=60)["/"].body.decode()

    assert all(f'data-digit="{digit}">{digit}</button>' in page for digit in range(10))
    assert "energy and time run 60 times as fast" in page
    assert "&lt;COMMANDER&gt;" in page
    assert not re.search(r"<style|style=|<script>|\son[a-z]+=", page)


def test_the_keypad_serves_every_file_its_page_names(wall):
    page = pages.load(identity=IDENTITY, speed_up=1)["/"].body.decode()
    files = re.findall(r'(?:href|src)="(/[^"]+)"', page)

    wall.hang()

    assert {"/keypad.css", "/keypad.js", "/icon.svg"} < set(files)
    assert {status_of(wall, path) for path in ["/", *files]} == {200}


def test_the_keypad_serves_nothing_else(wall):
    wall.hang()

    assert status_of(wall, "/../manage.py") == 404
    assert status_of(wall, "/", method="POST") == 405


def status_of(wall, path, *, host=None, method="GET"):
    request = urllib.request.Request(f"http://127.0.0.1:{wall.port}{path}")
    request.method = method
    request.add_header("Host", host or f"127.0.0.1:{wall.port}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request) as response:
            assert "script-src 'self'" in response.headers["Content-Security-Policy"]
            return response.status
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.status


def test_nonsense_from_the_page_changes_nothing(wall, central):
    wall.hang().wait_for("Ready")

    for frame in ["123", "12345", "１２３４", "launch", b"2468"]:
        wall.keypad.send(frame)
    wall.keypad.send("plug")

    assert central.wait_for("StatusNotification", number=3)["status"] == "Preparing"
    assert central.told("Authorize") == []


# The command


def test_a_busy_keypad_port_is_said_in_one_sentence(monkeypatch):
    monkeypatch.setenv("VIRTUAL_COMMANDER_PASSWORD", PASSWORD)

    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(SystemExit) as end:
            call_command("virtual_commander", IDENTITY, keypad_port=port)

    assert f"The keypad cannot use port {port}" in str(end.value)
    assert "\n" not in str(end.value)


def test_without_a_password_it_does_not_start(monkeypatch, tmp_path):
    monkeypatch.delenv("VIRTUAL_COMMANDER_PASSWORD", raising=False)

    with pytest.raises(SystemExit, match="Set the charger's password"):
        call_command("virtual_commander", IDENTITY)
    with pytest.raises(SystemExit, match="cannot be read"):
        call_command("virtual_commander", IDENTITY, password_file=tmp_path / "none")


@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_charge_and_the_program(central, tmp_path, stop_signal):
    process = start_command(central, tmp_path)
    port = int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
    keypad = Keypad(port)
    keypad.wait_for("Ready")
    keypad.send(WRONG_PIN)
    keypad.wait_for("Not accepted")
    keypad.send(PIN)
    keypad.wait_for("Plug in")
    keypad.send("plug")
    central.wait_for("StartTransaction")

    process.send_signal(stop_signal)
    output, _ = process.communicate(timeout=2)

    keypad.close()
    assert process.returncode == 0
    assert output == f"{IDENTITY} is connected to its gateway.\n"
    assert central.wait_for("StopTransaction")["reason"] == "PowerLoss"


def start_command(central, tmp_path):
    password_file = tmp_path / "password"
    password_file.write_text(f"{PASSWORD}\n")
    options = ["--keypad-port=0", f"--password-file={password_file}"]
    return subprocess.Popen(
        [sys.executable, "manage.py", "virtual_commander", IDENTITY, *options]
        + [f"--gateway={central.url}"],
        env=os.environ | {"PYTHONUNBUFFERED": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


# The charger alone


def test_an_authorisation_waits_a_minute_for_the_plug(commander, clock):
    authorise(commander)
    clock.advance(seconds=59)
    commander.tick()
    assert commander.phase is Phase.AUTHORISED

    clock.advance(seconds=1)
    commander.tick()

    assert commander.phase is Phase.READY
    commander.plug()
    assert commander.transaction is None


def test_the_same_pin_ends_the_charge_and_another_does_not(commander, clock):
    commander.plug()
    authorise(commander)

    commander.enter(WRONG_PIN)
    assert commander.phase is Phase.REFUSED
    clock.advance(seconds=4)
    commander.tick()
    assert commander.phase is Phase.CHARGING
    commander.enter(PIN)

    assert commander.phase is Phase.FINISHED
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


def told_by(commander):
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
    assert timedelta(hours=1) / timedelta(seconds=60) == meter.speed_up
