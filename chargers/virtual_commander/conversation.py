"""One connection to the gateway: boot, then tell everything in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from ocpp.exceptions import OCPPError
from ocpp.messages import UnknownCallErrorCodeError
from ocpp.v16 import call_result
from ocpp.v16.enums import AuthorizationStatus, RegistrationStatus

from chargers.virtual_commander import wire
from chargers.virtual_commander.bell import Bell
from chargers.virtual_commander.calls import Station
from chargers.virtual_commander.charger import Commander
from chargers.virtual_commander.outbox import (
    LASTING,
    Authorize,
    Boot,
    Heartbeat,
    Message,
    Metered,
    Reboot,
    Started,
    Stopped,
)

ATTEMPTS = 3
BOOT_RETRY = 10
REFUSED_CALL = (OCPPError, UnknownCallErrorCodeError)


class Rebooting(Exception):
    """The charger leaves its gateway in order to start anew."""


@dataclass
class Conversation:
    station: Station
    commander: Commander
    bell: Bell
    connected: Callable[[], None]

    async def hold(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.station.start())
            while self.commander.needs_boot:
                await asyncio.sleep(await self._boot())
            self.commander.connect()
            self.connected()
            group.create_task(self._send_heartbeats())
            await self._tell()

    async def _boot(self) -> float:
        """Register with the gateway; return the pause before the next attempt."""
        payload = wire.boot(self.station.id)
        try:
            reply = await self.station.call(payload, suppress=False)
        except REFUSED_CALL:
            return BOOT_RETRY
        if reply.status != RegistrationStatus.accepted:
            return reply.interval or BOOT_RETRY
        self.commander.accept_boot(heartbeat_interval=reply.interval)
        return 0

    async def _send_heartbeats(self) -> None:
        while True:
            configuration = self.commander.configuration
            await asyncio.sleep(configuration.seconds("HeartbeatInterval") or 60)
            self.commander.tell(Heartbeat())

    async def _tell(self) -> None:
        outbox = self.commander.outbox
        while True:
            message = outbox.first()
            if message is None:
                await self.bell.wait()
                continue
            # It leaves the outbox once delivered: a lost connection repeats it.
            await self._deliver(message)
            outbox.remove(message)
            self.bell.ring()

    async def _deliver(self, message: Message) -> None:
        if isinstance(message, Reboot):
            self.commander.reboot(message)
            raise Rebooting
        if isinstance(message, Boot):
            await self._boot()
        elif not _is_of_unknown_transaction(message):
            await self._attempt(message)

    async def _attempt(self, message: Message) -> None:
        attempts = ATTEMPTS if isinstance(message, LASTING) else 1
        for seconds in range(attempts):
            await asyncio.sleep(seconds)
            with suppress(*REFUSED_CALL):
                reply = await self.station.call(wire.payload(message), suppress=False)
                self._take(message, reply)
                return
        self._give_up(message)

    def _take(self, message: Message, reply: object) -> None:
        if isinstance(reply, call_result.Authorize | call_result.StartTransaction):
            status = reply.id_tag_info["status"]
            is_accepted = status == AuthorizationStatus.accepted
            if isinstance(message, Authorize):
                self.commander.answer(message.id_tag, is_accepted=is_accepted)
            elif isinstance(message, Started):
                self.commander.confirm_start(
                    message.transaction, reply.transaction_id, is_accepted=is_accepted
                )

    def _give_up(self, message: Message) -> None:
        if isinstance(message, Authorize):
            self.commander.answer(message.id_tag, is_accepted=False)
        elif isinstance(message, Started):
            self.commander.confirm_start(message.transaction, None, is_accepted=False)


def _is_of_unknown_transaction(message: Message) -> bool:
    """Tell whether the gateway never took the start that `message` belongs to."""
    if not isinstance(message, Metered | Stopped) or message.transaction is None:
        return False
    return message.transaction.id is None
