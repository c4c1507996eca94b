"""From what the charger has to tell to the payloads of OCPP 1.6."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch

from ocpp.v16 import call
from ocpp.v16.enums import ChargePointErrorCode, Measurand, UnitOfMeasure

from chargers.virtual_commander.charger import CONNECTOR
from chargers.virtual_commander.outbox import (
    Authorize,
    Heartbeat,
    Metered,
    Started,
    StatusChange,
    Stopped,
    Transaction,
)


def boot(identity: str) -> object:
    return call.BootNotification(
        charge_point_model="Virtual Commander",
        charge_point_vendor="WallPortal",
        charge_point_serial_number=identity[:25],
        firmware_version="1.0",
    )


@singledispatch
def payload(message: object) -> object:
    raise TypeError(f"No payload for {type(message).__name__}.")


@payload.register
def _heartbeat(message: Heartbeat) -> object:
    return call.Heartbeat()


@payload.register
def _authorize(message: Authorize) -> object:
    return call.Authorize(id_tag=message.id_tag)


@payload.register
def _status_notification(message: StatusChange) -> object:
    return call.StatusNotification(
        connector_id=message.connector,
        error_code=ChargePointErrorCode.no_error,
        status=message.status,
        timestamp=_time(message.at),
    )


@payload.register
def _start_transaction(message: Started) -> object:
    transaction = message.transaction
    return call.StartTransaction(
        connector_id=CONNECTOR,
        id_tag=transaction.id_tag,
        meter_start=transaction.meter_start_wh,
        timestamp=_time(transaction.started_at),
    )


@payload.register
def _meter_values(message: Metered) -> object:
    return call.MeterValues(
        connector_id=CONNECTOR,
        transaction_id=message.transaction.id if message.transaction else None,
        meter_value=[
            {"timestamp": _time(message.at), "sampled_value": _samples(message)}
        ],
    )


@payload.register
def _stop_transaction(message: Stopped) -> object:
    transaction = message.transaction
    return call.StopTransaction(
        transaction_id=_known_id(transaction),
        id_tag=transaction.id_tag,
        meter_stop=transaction.meter_stop_wh,
        timestamp=_time(transaction.stopped_at or transaction.started_at),
        reason=transaction.reason,
    )


def _samples(message: Metered) -> list[dict[str, str]]:
    return [
        {
            "value": str(message.register_wh),
            "context": message.context,
            "measurand": Measurand.energy_active_import_register,
            "unit": UnitOfMeasure.wh,
        },
        {
            "value": str(message.power_w),
            "context": message.context,
            "measurand": Measurand.power_active_import,
            "unit": UnitOfMeasure.w,
        },
    ]


def _known_id(transaction: Transaction) -> int:
    if transaction.id is None:
        raise ValueError("A transaction without an id cannot be stopped.")
    return transaction.id


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
