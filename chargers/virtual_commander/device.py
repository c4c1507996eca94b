"""The whole device: charger, connection and keypad, until it is switched off."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ocpp.v16.enums import Reason
from websockets.asyncio.server import Server

from chargers.virtual_commander.bell import Bell
from chargers.virtual_commander.charger import Commander, Link
from chargers.virtual_commander.client import Account, Client, Pauses
from chargers.virtual_commander.keypad import Keypad
from chargers.virtual_commander.meter import Meter
from chargers.virtual_commander.pages import Page

FAREWELL = 1.0


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Device:
    account: Account
    listener: socket.socket
    pages: dict[str, Page]
    say: Callable[[str], None]
    speed_up: int = 1
    now: Callable[[], datetime] = utc_now
    pauses: Pauses = Pauses()
    beat: float = 0.25
    bell: Bell = field(init=False)
    commander: Commander = field(init=False)

    def __post_init__(self) -> None:
        self.bell = Bell()
        meter = Meter(self.now, self.speed_up)
        self.commander = Commander(self.now, meter, self.bell.ring)

    async def run(self, switched_off: asyncio.Event) -> None:
        keypad = Keypad(self.commander, self.bell, self.pages, self.listener)
        client = Client(self.account, self.commander, self.bell, self.say, self.pauses)
        async with asyncio.TaskGroup() as group:
            server = await keypad.open()
            tasks = [group.create_task(client.run()), group.create_task(self._tick())]
            await switched_off.wait()
            await self._say_farewell()
            for task in tasks:
                task.cancel()
            await _close(server)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(self.beat)
            self.commander.tick()

    async def _say_farewell(self) -> None:
        """End a running charge, so that nobody goes on paying for it."""
        self.commander.stop(Reason.power_loss)
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL):
                while self.commander.outbox and self.commander.link is Link.ONLINE:
                    await self.bell.wait()


async def _close(server: Server) -> None:
    server.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(FAREWELL / 2):
            await server.wait_closed()
