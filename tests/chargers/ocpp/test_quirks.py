"""What real chargers get wrong, replayed; the numbers are those of the list of quirks."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from chargers.models import ChargingSession, Connector, MeterReading
from tests.chargers.ocpp.conftest import PIN
from tests.chargers.ocpp.station import PASSWORD, meter_value, now, plugged_in
from tests.factories import make_charger

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

SERIAL = "17619300"
NO_SESSION = (0, -1, None, 999_999_999)


def open_session(station, **changes) -> ChargingSession:
    transaction, verdict = station.start(PIN, **changes)
    assert verdict == "Accepted"
    return ChargingSession.objects.get(pk=transaction)


def test_quirk_2_a_charger_that_does_not_boot_may_speak(station):
    answer = station.call(
        "StatusNotification", connectorId=1, errorCode="NoError", status="Available"
    )

    assert answer == {}
    assert station.authorize(PIN) == "Accepted"


def test_quirk_7_times_go_out_with_z(station):
    assert station.call("Heartbeat")["currentTime"].endswith("Z")


def test_quirk_8_what_chargers_add_to_a_tag_is_left_out(gateway, group, driver):
    charger = make_charger(
        group=group, serial_number=SERIAL, password=PASSWORD, assigned_to=(driver,)
    )
    with plugged_in(gateway, charger) as station:
        for form in ("#{0}", " {0} ", "{0}_{1}", "#{0}_{1}", "{0}_{1}  "):
            assert station.authorize(form.format(PIN, SERIAL)) == "Accepted", form


def test_quirk_8_anothers_serial_number_is_not_left_out(station):
    assert station.authorize(f"{PIN}_99999999") == "Invalid"


def test_quirk_8_a_tag_longer_than_allowed_is_still_read(gateway, group, driver):
    charger = make_charger(
        group=group,
        serial_number="A" * 40,
        password=PASSWORD,
        assigned_to=(driver,),
    )
    with plugged_in(gateway, charger) as station:
        assert station.authorize(f"{PIN}_{'a' * 40}") == "Accepted"


def test_quirk_9_an_extra_property_in_authorize_does_no_harm(station):
    payload = {"idTag": PIN, "connectorId": 1, "self": 2, "charger": {}}

    answer = station.exchange("Authorize", payload)

    assert answer[2] == {"idTagInfo": {"status": "Accepted"}}


def test_quirk_10_a_start_without_authorize_is_decided(station, driver):
    assert open_session(station).user == driver
    assert station.start("8531")[1] == "Invalid"


def test_quirk_11_a_stop_with_an_empty_tag_and_no_data_is_taken(station):
    session = open_session(station)

    answer = station.stop(session.pk, idTag="", transactionData=[], meterStop=1700)

    session.refresh_from_db()
    assert answer == {}
    assert (session.is_open, session.energy_wh) == (False, 700)


def test_quirk_12_a_refused_start_may_be_stopped_at_zero(station):
    transaction, verdict = station.start("8531")

    answer = station.stop(transaction, meterStop=0, reason="DeAuthorized")

    session = ChargingSession.objects.get(pk=transaction)
    assert verdict == "Invalid"
    assert answer == {}
    assert (session.energy_wh, session.stop_reason) == (0, "DeAuthorized")


def test_quirk_12_after_a_refused_start_nothing_need_follow(station, driver):
    station.start("8531")

    assert open_session(station).user == driver


def test_quirk_13_a_stop_that_names_no_session_changes_none(station):
    session = open_session(station)
    for transaction in NO_SESSION:
        assert station.stop(transaction) == {}

    session.refresh_from_db()
    assert session.is_open


def test_quirk_13_meter_values_that_name_no_session_go_to_the_open_one(station):
    session = open_session(station, meterStart=1000)
    for number, transaction in enumerate(NO_SESSION, 1):
        station.meter({"value": f"{1000 + number}"}, transactionId=transaction)

        session.refresh_from_db()
        assert session.energy_wh == number, transaction


def test_quirk_13_meter_values_that_name_an_old_session_go_to_the_open_one(station):
    old = open_session(station, timestamp=hours_ago(3))
    station.stop(old.pk, meterStop=2000, timestamp=hours_ago(2))
    present = open_session(station, meterStart=2000, timestamp=hours_ago(1))

    station.meter({"value": "2600"}, transactionId=old.pk)

    old.refresh_from_db()
    present.refresh_from_db()
    assert (old.energy_wh, present.energy_wh) == (1000, 600)


def test_quirk_13_a_second_stop_of_an_old_session_changes_nothing(station):
    session = open_session(station)
    station.stop(session.pk, meterStop=2000)

    assert station.stop(session.pk, meterStop=9000) == {}

    session.refresh_from_db()
    assert session.energy_wh == 1000


def test_quirk_14_meter_values_without_a_transaction_go_to_the_open_session(station):
    session = open_session(station)

    station.meter({"value": "1400"})

    session.refresh_from_db()
    assert session.energy_wh == 400


def test_quirk_14_meter_values_of_connector_0_are_kept_for_nobody(station):
    session = open_session(station)

    station.meter({"value": "99400"}, connectorId=0)

    session.refresh_from_db()
    reading = MeterReading.objects.get()
    assert (reading.connector_number, reading.session) == (0, None)
    assert session.energy_wh == 0


def test_quirk_14_meter_values_while_nobody_charges_are_kept(station):
    station.meter({"value": "99400"})

    assert MeterReading.objects.get().session is None


def test_quirk_15_without_meter_values_energy_comes_from_start_and_stop(station):
    session = open_session(station, meterStart=1000)
    station.stop(session.pk, meterStop=1250)

    session.refresh_from_db()
    assert session.energy_wh == 250


VALUES = [
    ({"value": "12.50", "unit": "kWh"}, 11_500),
    ({"value": "12.5004", "unit": "kWh"}, 11_500),
    ({"value": "1234.5"}, 235),
    ({"value": 1600}, 600),
    ({"value": "1500", "measurand": "Vendor.Magic"}, 0),
    ({"value": "1500", "unit": "Hz"}, 0),
    ({"value": "1500", "phase": "L1"}, 0),
    ({"value": "NaN"}, 0),
    ({"value": "1e9"}, 0),
    ({"value": "12,5", "unit": "kWh"}, 0),
    ({"value": "OCMF|{}", "format": "SignedData"}, 0),
]


def test_quirk_16_only_what_is_surely_the_register_counts(station):
    for value, energy_wh in VALUES:
        session = open_session(station)

        assert station.meter(value, transactionId=session.pk) == {}

        session.refresh_from_db()
        assert session.energy_wh == energy_wh, value


def test_quirk_16_power_given_in_watt_hours_means_watts(station):
    session = open_session(station)

    station.meter({"value": "7400", "measurand": "Power.Active.Import", "unit": "Wh"})

    session.refresh_from_db()
    assert session.power_w == 7400


def test_quirk_17_a_stop_below_the_start_counts_nothing_and_is_flagged(station):
    session = open_session(station, meterStart=5000)
    station.stop(session.pk, meterStop=4000)

    session.refresh_from_db()
    assert session.energy_wh == 0
    assert session.flags == "meter-backwards"


ODD_TIMES = ("1970-01-01T00:00:00Z", "2199-01-01T00:00:00Z", "1000000", "", "soon")


def test_quirk_18_an_odd_clock_is_flagged_and_the_arrival_counts(station):
    for timestamp in ODD_TIMES:
        session = open_session(station, timestamp=timestamp)

        assert session.flags == "clock", timestamp
        assert abs(session.started_at - timezone.now()) < timedelta(minutes=1)
        assert session.reported_start == timestamp


def test_quirk_18_every_form_of_a_time_is_read(station):
    for days, form in enumerate(("", "+00:00", "Z", ".123Z", ".1234567Z")):
        moment = timezone.now().replace(microsecond=0) - timedelta(days=9 - days)
        text = f"{moment:%Y-%m-%dT%H:%M:%S}{form}"

        session = open_session(station, timestamp=text)

        assert session.flags == "", text
        assert session.started_at.replace(microsecond=0) == moment


def test_quirk_18_an_offset_is_counted_in(station):
    session = open_session(station, timestamp=f"{hours_ago(5)[:19]}-02")

    assert session.started_at < timezone.now() - timedelta(hours=2, minutes=59)
    assert session.flags == ""


def test_quirk_19_the_same_start_under_a_new_message_id_is_one_session(station):
    report = {"meterStart": 1200, "timestamp": hours_ago(30)}

    first, second = station.start(PIN, **report), station.start(PIN, **report)

    assert first == second
    assert ChargingSession.objects.count() == 1


def test_quirk_19_a_backlog_is_taken_in_its_order(station):
    for day in range(20, 0, -1):
        session = open_session(
            station, meterStart=1000 * (20 - day), timestamp=hours_ago(24 * day)
        )
        station.stop(
            session.pk, meterStop=1000 * (21 - day), timestamp=hours_ago(24 * day - 2)
        )

    sessions = ChargingSession.objects.all()
    assert len(sessions) == 20
    assert all(each.energy_wh == 1000 and not each.flags for each in sessions)


def test_quirk_20_available_before_the_queued_stop_ends_nothing(station):
    session = open_session(station)
    station.call(
        "StatusNotification", connectorId=1, errorCode="NoError", status="Available"
    )
    session.refresh_from_db()
    assert session.is_open

    station.stop(session.pk, meterStop=4200)
    session.refresh_from_db()
    assert session.energy_wh == 3200


def test_quirk_21_a_charge_without_any_user_is_stored(station):
    transaction, _ = station.start("", meterStart=10)
    station.stop(transaction, meterStop=510)

    session = ChargingSession.objects.get()
    assert (session.user, session.energy_wh) == (None, 500)
    assert session.flags == "unknown-token"


def test_quirk_22_over_long_and_null_texts_are_taken(station, charger):
    station.call(
        "BootNotification",
        chargePointVendor="V" * 60,
        chargePointModel="M" * 60,
        chargePointSerialNumber="S" * 33,
        firmwareVersion="F" * 90,
        iccid=None,
    )
    station.call(
        "StatusNotification",
        connectorId=1,
        errorCode="NoError",
        status="Available",
        info="null",
        vendorErrorCode="x" * 80,
    )
    connector = Connector.objects.get()
    assert connector.info == ""
    station.call(
        "StatusNotification",
        connectorId=1,
        errorCode="EVCommunicationError",
        status="Faulted",
        info="i" * 80,
    )

    charger.refresh_from_db()
    connector.refresh_from_db()
    assert charger.vendor == "V" * 50
    assert charger.firmware_version == "F" * 50
    assert connector.info == "i" * 50
    assert connector.error_code == "EVCommunicationError"


def test_quirk_22_short_and_numeric_message_ids_come_back_as_they_were(station):
    for call_id in ("1", "0", "", 7):
        station.say(json.dumps([2, call_id, "Heartbeat", {}]))

        assert station.hear()[:2] == [3, call_id]


def test_a_status_that_is_none_of_the_protocols_changes_nothing(station):
    answer = station.call(
        "StatusNotification", connectorId=1, errorCode="NoError", status="Dancing"
    )

    assert answer == {}
    assert not Connector.objects.exists()


def test_numbers_written_as_text_are_read(station):
    session = open_session(station, connectorId="1", meterStart="1000")
    station.stop(str(session.pk), meterStop=1600.0)

    session.refresh_from_db()
    assert session.energy_wh == 600


def test_the_meter_values_told_again_at_the_stop_are_kept(station):
    session = open_session(station)
    station.stop(
        session.pk,
        meterStop=2000,
        transactionData=[meter_value({"value": "1500"}, timestamp=now())],
    )

    assert MeterReading.objects.get().session == session


def hours_ago(hours: int) -> str:
    return f"{timezone.now() - timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"
