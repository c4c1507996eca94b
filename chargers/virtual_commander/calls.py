"""What the gateway may ask of the charger.

An `on` handler only decides; the deed follows in `after`, once the answer is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import ocpp.routing
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import (
    Action,
    AvailabilityStatus,
    AvailabilityType,
    ClearCacheStatus,
    DataTransferStatus,
    MessageTrigger,
    Reason,
    RemoteStartStopStatus,
    ResetStatus,
    ResetType,
    TriggerMessageStatus,
    UnlockStatus,
)
from websockets.asyncio.client import ClientConnection

from chargers.virtual_commander.charger import CONNECTOR, Commander
from chargers.virtual_commander.outbox import Boot, Heartbeat
from chargers.virtual_commander.silence import SILENT

Handler = TypeVar("Handler", bound=Callable[..., object])

TRIGGERS = {
    MessageTrigger.boot_notification,
    MessageTrigger.heartbeat,
    MessageTrigger.meter_values,
    MessageTrigger.status_notification,
}


def on(action: Action) -> Callable[[Handler], Handler]:
    return cast("Callable[[Handler], Handler]", ocpp.routing.on(action))


def after(action: Action) -> Callable[[Handler], Handler]:
    return cast("Callable[[Handler], Handler]", ocpp.routing.after(action))


class Station(ChargePoint):  # type: ignore[misc]  # the package has no types
    def __init__(
        self,
        identity: str,
        connection: ClientConnection,
        commander: Commander,
        *,
        response_timeout: float,
    ) -> None:
        super().__init__(identity, connection, response_timeout, SILENT)
        self.commander = commander

    @on(Action.remote_start_transaction)
    def may_start(self, **_: object) -> object:
        return call_result.RemoteStartTransaction(
            RemoteStartStopStatus.accepted
            if self.commander.can_start
            else RemoteStartStopStatus.rejected
        )

    @after(Action.remote_start_transaction)
    def start_remotely(self, id_tag: str, **_: object) -> None:
        self.commander.start_remotely(id_tag)

    @on(Action.remote_stop_transaction)
    def may_stop(self, transaction_id: int) -> object:
        return call_result.RemoteStopTransaction(
            RemoteStartStopStatus.accepted
            if self.commander.holds(transaction_id)
            else RemoteStartStopStatus.rejected
        )

    @after(Action.remote_stop_transaction)
    def stop_remotely(self, transaction_id: int) -> None:
        self.commander.stop_remotely(transaction_id)

    @on(Action.reset)
    def may_reset(self, **_: object) -> object:
        return call_result.Reset(ResetStatus.accepted)

    @after(Action.reset)
    def reset(self, type: str) -> None:
        is_hard = type == ResetType.hard
        self.commander.reset(Reason.hard_reset if is_hard else Reason.soft_reset)

    @on(Action.unlock_connector)
    def may_unlock(self, connector_id: int) -> object:
        return call_result.UnlockConnector(
            UnlockStatus.unlocked
            if connector_id == CONNECTOR
            else UnlockStatus.not_supported
        )

    @after(Action.unlock_connector)
    def unlock(self, connector_id: int) -> None:
        if connector_id == CONNECTOR:
            self.commander.stop(Reason.unlock_command)

    @on(Action.change_availability)
    def may_change_availability(self, connector_id: int, **_: object) -> object:
        if connector_id > CONNECTOR:
            return call_result.ChangeAvailability(AvailabilityStatus.rejected)
        return call_result.ChangeAvailability(
            AvailabilityStatus.scheduled
            if self.commander.transaction
            else AvailabilityStatus.accepted
        )

    @after(Action.change_availability)
    def change_availability(self, connector_id: int, type: str) -> None:
        if connector_id <= CONNECTOR:
            self.commander.change_availability(
                is_operative=type == AvailabilityType.operative
            )

    @on(Action.trigger_message)
    def may_trigger(self, requested_message: str, **_: object) -> object:
        return call_result.TriggerMessage(
            TriggerMessageStatus.accepted
            if requested_message in TRIGGERS
            else TriggerMessageStatus.not_implemented
        )

    @after(Action.trigger_message)
    def trigger(self, requested_message: str, connector_id: int = CONNECTOR) -> None:
        if requested_message == MessageTrigger.meter_values:
            self.commander.sample()
        elif requested_message == MessageTrigger.status_notification:
            self.commander.tell_status(connector_id)
        elif requested_message == MessageTrigger.heartbeat:
            self.commander.tell(Heartbeat())
        elif requested_message == MessageTrigger.boot_notification:
            self.commander.tell(Boot())

    @on(Action.get_configuration)
    def get_configuration(self, key: list[str] | None = None) -> object:
        configuration = self.commander.configuration
        wanted = key or configuration.keys
        known = [name for name in wanted if name in configuration.keys]
        return call_result.GetConfiguration(
            configuration_key=[
                {
                    "key": name,
                    "readonly": configuration.is_fixed(name),
                    "value": configuration.value(name),
                }
                for name in known
            ],
            unknown_key=[name for name in wanted if name not in known],
        )

    @on(Action.change_configuration)
    def change_configuration(self, key: str, value: str) -> object:
        status = self.commander.configuration.change(key, value)
        return call_result.ChangeConfiguration(status)

    @on(Action.clear_cache)
    def clear_cache(self) -> object:
        return call_result.ClearCache(ClearCacheStatus.accepted)

    @on(Action.data_transfer)
    def refuse_data(self, **_: object) -> object:
        return call_result.DataTransfer(DataTransferStatus.unknown_vendor_id)
