from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from chargers.charging import Sample
from chargers.models import Connector
from chargers.ocpp import translate
from chargers.ocpp.translate import MeterValue

ARRIVED_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
REGISTER = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"


@pytest.mark.parametrize(
    ("id_tag", "token"),
    [
        ("1234", "1234"),
        ("0042", "0042"),
        ("#1234", "1234"),
        ("  1234 ", "1234"),
        ("# 1234", "1234"),
        ("1234_SN9", "1234"),
        ("1234_sn9", "1234"),
        ("#1234_SN9 ", "1234"),
        ("1234_SN8", "1234_SN8"),
        ("_SN9", ""),
        ("##1234", "#1234"),
        ("VID:1234", "VID:1234"),
        ("04a2b3c4", "04A2B3C4"),
        ("1234\n", "1234\n"),
        ("", ""),
    ],
)
def test_a_token_is_what_the_person_typed_or_held(id_tag, token):
    assert translate.token(id_tag, serial_number="Sn9") == token


@pytest.mark.parametrize(
    ("values", "register_wh", "power_w"),
    [
        ([{"value": "100"}], 100, None),
        ([{"value": "100", "unit": "Wh"}], 100, None),
        ([{"value": "1.5", "unit": "kWh"}], 1500, None),
        ([{"value": "0.0004", "unit": "kWh"}], 0, None),
        ([{"value": "0.0005", "unit": "kWh"}], 1, None),
        ([{"value": "-5"}], -5, None),
        ([{"value": "7", "measurand": POWER, "unit": "kW"}], None, 7000),
        ([{"value": "7.4", "measurand": POWER}], None, 7),
        ([{"value": "-7", "measurand": POWER, "unit": "W"}], None, 0),
        ([{"value": "9" * 15, "measurand": POWER}], None, 2**31 - 1),
        ([{"value": "1", "phase": "L1"}, {"value": "3"}], 3, None),
        ([{"value": "x"}, {"value": "3"}], 3, None),
        ([{"value": "3"}, {"value": "5", "measurand": POWER}], 3, 5),
    ],
)
def test_a_sample_holds_register_and_power_as_whole_numbers(
    values, register_wh, power_w
):
    meter_value = MeterValue(timestamp="2026-11-20T11:00:00Z", sampled_value=values)

    [sample] = translate.samples([meter_value], ARRIVED_AT)

    at = ARRIVED_AT - timedelta(hours=1)
    assert sample == Sample(at, register_wh=register_wh, power_w=power_w)


@pytest.mark.parametrize(
    "value",
    [
        {"value": "x"},
        {"value": "1_000"},
        {"value": "١٢"},
        {"value": "1e3"},
        {"value": "9" * 16},
        {"value": "Infinity"},
        {"value": "16", "unit": "A"},
        {"value": "16", "measurand": "Current.Import", "unit": "A"},
        {"value": "16", "measurand": "Energy.Active.Export.Register"},
        {"value": "16", "measurand": "Energy.Active.Import.Interval"},
        {"value": "16", "phase": "L1"},
    ],
)
def test_what_is_neither_register_nor_power_is_no_sample(value):
    meter_value = MeterValue(timestamp="2026-11-20T11:00:00Z", sampled_value=[value])

    assert translate.samples([meter_value], ARRIVED_AT) == []


def test_every_status_of_the_protocol_has_a_word_of_ours():
    assert set(translate.STATUSES.values()) == set(Connector.Status)
    assert translate.status("SuspendedEVSE") == Connector.Status.SUSPENDED_CHARGER
    assert translate.status("Dancing") is None


@pytest.mark.parametrize(
    ("told", "number"),
    [(0, 0), (1, 1), (32767, 32767), (-1, 0), (32768, 0), (2**62, 0)],
)
def test_what_is_no_number_of_a_connector_means_the_whole_charger(told, number):
    assert translate.connector_number(told) == number


@pytest.mark.parametrize(
    ("told", "remark"), [("null", ""), ("None", ""), ("", ""), ("hot", "hot")]
)
def test_a_remark_that_says_nothing_is_empty(told, remark):
    assert translate.remark(told) == remark


def test_times_go_out_in_utc_with_z():
    there = timezone(timedelta(hours=2))

    time = datetime(2026, 11, 20, 1, 2, 3, 999, tzinfo=there)

    assert translate.wire_time(time) == "2026-11-19T23:02:03Z"
