from __future__ import annotations

import pytest
from ocpp.v16 import call

from tests.chargers.virtual_commander.steps import charge, statuses


def test_the_gateway_starts_and_stops_a_charge(wall, central):
    wall.hang().sees("Ready")
    wall.visitor.send("plug")
    central.wait_for("StatusNotification", number=3)

    started = central.ask(call.RemoteStartTransaction("A-CARD"))
    central.wait_for("StartTransaction")
    wall.visitor.sees("Charging 0.0 kWh")
    stopped = central.ask(call.RemoteStopTransaction(41))

    assert (started.status, stopped.status) == ("Accepted", "Accepted")
    assert central.wait_for("StopTransaction")["reason"] == "Remote"
    assert central.ask(call.RemoteStopTransaction(41)).status == "Rejected"


def test_a_reset_ends_the_charge_and_boots_again(wall, central):
    wall.hang()
    charge(wall, central)

    assert central.ask(call.Reset("Soft")).status == "Accepted"

    central.wait_for("BootNotification", number=2)
    assert central.told("StopTransaction")[0]["reason"] == "SoftReset"


def test_an_unlocked_connector_ends_the_charge(wall, central):
    wall.hang()
    charge(wall, central)

    assert central.ask(call.UnlockConnector(1)).status == "Unlocked"
    assert central.ask(call.UnlockConnector(7)).status == "NotSupported"

    assert central.wait_for("StopTransaction")["reason"] == "UnlockCommand"


def test_the_gateway_takes_it_out_of_service(wall, central):
    wall.hang().sees("Ready")

    answer = central.ask(call.ChangeAvailability(0, "Inoperative"))
    wall.visitor.sees("Out of service")
    central.ask(call.ChangeAvailability(0, "Operative"))
    wall.visitor.sees("Ready")

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
    wall.hang().sees("Ready")
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
    wall.hang().sees("Ready")

    assert central.ask(call.ChangeConfiguration(key, value)).status == status


def test_the_gateway_reads_the_configuration(wall, central):
    wall.hang().sees("Ready")

    answer = central.ask(call.GetConfiguration(["NumberOfConnectors", "SecretSauce"]))

    assert answer.unknown_key == ["SecretSauce"]
    assert answer.configuration_key == [
        {"key": "NumberOfConnectors", "readonly": True, "value": "1"}
    ]


def test_other_wishes_of_the_gateway_are_answered_politely(wall, central):
    wall.hang().sees("Ready")

    assert central.ask(call.ClearCache()).status == "Accepted"
    assert central.ask(call.DataTransfer("a vendor")).status == "UnknownVendorId"
    trigger = call.TriggerMessage("FirmwareStatusNotification")
    assert central.ask(trigger).status == "NotImplemented"
