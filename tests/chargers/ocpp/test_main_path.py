from __future__ import annotations

import re

import pytest

from chargers.models import ChargingSession, Connector, MeterReading
from tests.chargers.ocpp.conftest import PIN
from tests.chargers.ocpp.station import plugged_in

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_a_charger_that_boots_is_accepted_and_told_the_time(station, charger):
    answer = station.call(
        "BootNotification",
        chargePointVendor="Wallbox",
        chargePointModel="Commander 2",
        firmwareVersion="6.1.17",
    )

    assert answer["status"] == "Accepted"
    assert answer["interval"] == 300
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer["currentTime"])
    charger.refresh_from_db()
    assert charger.vendor == "Wallbox"
    assert charger.reported_model == "Commander 2"
    assert charger.firmware_version == "6.1.17"
    assert charger.booted_at is not None


def test_a_heartbeat_is_answered_with_the_time(station):
    assert station.call("Heartbeat")["currentTime"].endswith("Z")


def test_a_pin_typed_on_the_persons_commander_is_accepted(station):
    answer = station.call("Authorize", idTag=PIN)

    assert answer == {"idTagInfo": {"status": "Accepted"}}


def test_a_charge_from_start_to_stop_is_the_persons(station, charger, driver):
    transaction, verdict = station.start(PIN, meterStart=1000)
    assert verdict == "Accepted"
    session = ChargingSession.objects.get(pk=transaction)
    assert (session.user, session.user_name) == (driver, "Dora Driver")
    assert (session.charger, session.group) == (charger, charger.group)
    assert ChargingSession.objects.open().get() == session

    station.meter({"value": "2200"}, transactionId=transaction)
    session.refresh_from_db()
    assert session.energy_wh == 1200

    station.stop(transaction, meterStop=3500, reason="Local")
    session.refresh_from_db()
    assert not ChargingSession.objects.open().exists()
    assert session.energy_wh == 2500
    assert session.stop_reason == "Local"
    assert session.flags == ""


def test_meter_values_show_energy_and_power_live(station):
    transaction, _ = station.start(PIN, meterStart=500)

    station.meter(
        {"value": "1.250", "measurand": "Energy.Active.Import.Register", "unit": "kWh"},
        {"value": "7.4", "measurand": "Power.Active.Import", "unit": "kW"},
        transactionId=transaction,
    )

    session = ChargingSession.objects.get(pk=transaction)
    assert session.energy_wh == 750
    assert session.power_w == 7400
    reading = MeterReading.objects.get()
    assert (reading.session, reading.register_wh, reading.power_w) == (
        session,
        1250,
        7400,
    )


def test_a_connectors_status_is_kept_and_follows(station, charger):
    report = {"connectorId": 1, "errorCode": "NoError"}
    station.call("StatusNotification", **report, status="Available")
    station.call("StatusNotification", **report, status="SuspendedEV", info="full")

    connector = Connector.objects.get(charger=charger)
    assert connector.number == 1
    assert connector.status == Connector.Status.SUSPENDED_CAR
    assert connector.info == "full"


def test_data_of_a_vendor_is_refused_politely(station):
    answer = station.call("DataTransfer", vendorId="com.example", data="x")

    assert answer == {"status": "UnknownVendorId"}


@pytest.mark.parametrize(
    "action", ["DiagnosticsStatusNotification", "FirmwareStatusNotification"]
)
def test_notices_of_firmware_and_diagnostics_are_taken(station, action):
    assert station.call(action, status="Idle") == {}


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("Reset", "NotSupported"),
        ("SignCertificate", "NotSupported"),
        ("Dance", "NotImplemented"),
    ],
)
def test_other_actions_get_the_specifications_error(station, action, code):
    kind, _id, answered, _description, details = station.exchange(action, {})

    assert (kind, answered, details) == (4, code, {})
    assert station.call("Heartbeat")


def test_while_connected_a_charger_shows_online(gateway, charger):
    with plugged_in(gateway, charger) as station:
        station.call("Heartbeat")
        charger.refresh_from_db()
        assert charger.is_connected
        assert charger.connection_key is not None
        assert charger.last_seen_at is not None
