"""Protocol values to domain values and back. Pure: no clock, no database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TypedDict

from chargers import clock
from chargers.charging import Sample
from chargers.models import Connector

Status = Connector.Status

STATUSES = {
    "Available": Status.AVAILABLE,
    "Preparing": Status.PREPARING,
    "Charging": Status.CHARGING,
    "SuspendedEV": Status.SUSPENDED_CAR,
    "SuspendedEVSE": Status.SUSPENDED_CHARGER,
    "Finishing": Status.FINISHING,
    "Reserved": Status.RESERVED,
    "Unavailable": Status.UNAVAILABLE,
    "Faulted": Status.FAULTED,
}
REGISTER = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"
# Some chargers give power in watt-hours; they mean watts.
UNITS = {"Wh": Decimal(1), "kWh": Decimal(1000), "W": Decimal(1), "kW": Decimal(1000)}
NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{0,15})?")
MOST_POWER_W = 2**31 - 1
HIGHEST_CONNECTOR = 2**15 - 1


class SampledValue(TypedDict, total=False):
    value: str
    measurand: str
    unit: str
    phase: str


class MeterValue(TypedDict):
    timestamp: str
    sampled_value: list[SampledValue]


def token(id_tag: str, *, serial_number: str) -> str:
    """Return what was typed or held to the reader.

    KEBA appends `_` and its serial number, Etrel and Landis+Gyr put `#` before, and
    some chargers pad with spaces. Tokens of the protocol know no upper and lower case.
    """
    text = id_tag.strip(" ").upper()
    return text.removesuffix(f"_{serial_number.upper()}").removeprefix("#").strip(" ")


def samples(meter_values: Iterable[MeterValue], arrived_at: datetime) -> list[Sample]:
    """Return what was measured of energy and power; the rest is not kept."""
    found = (_sample(each, arrived_at) for each in meter_values)
    return [each for each in found if (each.register_wh, each.power_w) != (None, None)]


def status(word: str) -> Status | None:
    return STATUSES.get(word)


def connector_number(number: int) -> int:
    """Return 0, the charger as a whole, for what no connector is called."""
    return number if 0 <= number <= HIGHEST_CONNECTOR else 0


def remark(text: str) -> str:
    return "" if text.lower() in {"null", "none"} else text


def wire_time(time: datetime) -> str:
    """The one form that every charger takes."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _sample(meter_value: MeterValue, arrived_at: datetime) -> Sample:
    values = meter_value["sampled_value"]
    power = _first(values, POWER)
    return Sample(
        at=clock.moment(meter_value["timestamp"], arrived_at=arrived_at).at,
        register_wh=_first(values, REGISTER),
        power_w=None if power is None else min(max(power, 0), MOST_POWER_W),
    )


def _first(values: Sequence[SampledValue], measurand: str) -> int | None:
    """A value for all phases together; the protocol's default is the register."""
    for each in values:
        if each.get("measurand", REGISTER) == measurand and "phase" not in each:
            amount = _whole(each["value"], each.get("unit", "Wh"))
            if amount is not None:
                return amount
    return None


def _whole(text: str, unit: str) -> int | None:
    if unit not in UNITS or not NUMBER.fullmatch(text):
        return None
    return int((Decimal(text) * UNITS[unit]).quantize(Decimal(1), ROUND_HALF_UP))
