"""OCPP 1.6: what a charger may ask, each as translation, one domain call, answer."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from ocpp.v16 import call_result
from ocpp.v16.datatypes import IdTagInfo
from ocpp.v16.enums import (
    Action,
    AuthorizationStatus,
    DataTransferStatus,
    RegistrationStatus,
)

from chargers import charging, clock, connections
from chargers.models import Charger
from chargers.ocpp import translate
from chargers.ocpp.conversation import Conversation, Version
from chargers.ocpp.db import Bridge
from chargers.ocpp.translate import MeterValue

HEARTBEAT_SECONDS = 300
# What a charger names that does not know which session it means.
NO_SESSION = 0


@dataclass(frozen=True, slots=True)
class ChargePoint:
    """Every refusal looks the same: its reason is for the audit trail only."""

    charger: Charger
    bridge: Bridge

    async def authorize(self, id_tag: str) -> call_result.Authorize:
        token = self._token(id_tag)
        decision = await self.bridge.run(charging.authorize, self.charger, token)
        return call_result.Authorize(_verdict(decision.person is not None))

    async def boot_notification(
        self,
        charge_point_vendor: str,
        charge_point_model: str,
        firmware_version: str = "",
        **_: object,
    ) -> call_result.BootNotification:
        await self.bridge.write(
            connections.boot,
            self.charger,
            vendor=charge_point_vendor,
            model=charge_point_model,
            firmware_version=firmware_version,
        )
        return call_result.BootNotification(
            current_time=_now(),
            interval=HEARTBEAT_SECONDS,
            status=RegistrationStatus.accepted,
        )

    async def data_transfer(self, **_: object) -> call_result.DataTransfer:
        return call_result.DataTransfer(DataTransferStatus.unknown_vendor_id)

    async def diagnostics_status_notification(
        self, **_: object
    ) -> call_result.DiagnosticsStatusNotification:
        return call_result.DiagnosticsStatusNotification()

    async def firmware_status_notification(
        self, **_: object
    ) -> call_result.FirmwareStatusNotification:
        return call_result.FirmwareStatusNotification()

    async def heartbeat(self) -> call_result.Heartbeat:
        return call_result.Heartbeat(current_time=_now())

    async def meter_values(
        self,
        connector_id: int,
        meter_value: list[MeterValue],
        transaction_id: int | None = None,
    ) -> call_result.MeterValues:
        await self.bridge.write(
            charging.meter,
            self.charger,
            translate.samples(meter_value, timezone.now()),
            connector_number=translate.connector_number(connector_id),
            session_id=transaction_id,
        )
        return call_result.MeterValues()

    async def start_transaction(
        self,
        connector_id: int,
        id_tag: str,
        meter_start: int,
        timestamp: str,
        **_: object,
    ) -> call_result.StartTransaction:
        report = charging.Start(
            connector_number=translate.connector_number(connector_id),
            token=self._token(id_tag),
            meter_wh=meter_start,
            moment=clock.moment(timestamp, arrived_at=timezone.now()),
        )
        started = await self.bridge.run(charging.start, self.charger, report)
        return call_result.StartTransaction(
            started.session_id, _verdict(started.is_accepted)
        )

    async def status_notification(
        self,
        connector_id: int,
        status: str,
        error_code: str,
        info: str = "",
        **_: object,
    ) -> call_result.StatusNotification:
        known = translate.status(status)
        if known is not None:
            await self.bridge.write(
                connections.report_status,
                self.charger,
                translate.connector_number(connector_id),
                known,
                error_code=error_code,
                info=translate.remark(info),
            )
        return call_result.StatusNotification()

    async def stop_transaction(
        self,
        meter_stop: int,
        timestamp: str,
        transaction_id: int = NO_SESSION,
        reason: str = "",
        transaction_data: list[MeterValue] | None = None,
        **_: object,
    ) -> call_result.StopTransaction:
        arrived_at = timezone.now()
        await self.bridge.run(
            charging.stop,
            self.charger,
            transaction_id,
            meter_wh=meter_stop,
            moment=clock.moment(timestamp, arrived_at=arrived_at),
            reason=reason,
            samples=translate.samples(transaction_data or [], arrived_at),
        )
        return call_result.StopTransaction()

    def _token(self, id_tag: str) -> str:
        return translate.token(id_tag, serial_number=self.charger.serial_number)


VERSION = Version(
    name="1.6",
    subprotocol="ocpp1.6",
    actions=frozenset(action.value for action in Action),
    handlers={
        Action.authorize: ChargePoint.authorize,
        Action.boot_notification: ChargePoint.boot_notification,
        Action.data_transfer: ChargePoint.data_transfer,
        Action.diagnostics_status_notification: (
            ChargePoint.diagnostics_status_notification
        ),
        Action.firmware_status_notification: ChargePoint.firmware_status_notification,
        Action.heartbeat: ChargePoint.heartbeat,
        Action.meter_values: ChargePoint.meter_values,
        Action.start_transaction: ChargePoint.start_transaction,
        Action.status_notification: ChargePoint.status_notification,
        Action.stop_transaction: ChargePoint.stop_transaction,
    },
)


def conversation(charger: Charger, bridge: Bridge) -> Conversation:
    return Conversation(charger.identity, VERSION, ChargePoint(charger, bridge))


def _verdict(is_accepted: bool) -> IdTagInfo:
    return IdTagInfo(
        AuthorizationStatus.accepted if is_accepted else AuthorizationStatus.invalid
    )


def _now() -> str:
    return translate.wire_time(timezone.now())
