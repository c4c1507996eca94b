"""What stands around a virtual Commander in a test: a clock, a wall, a visitor."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from websockets.sync.client import connect
from websockets.typing import Origin

from chargers.virtual_commander import keypad, pages
from chargers.virtual_commander.client import Account, Pauses
from chargers.virtual_commander.device import Device

IDENTITY = "COMMANDER-1"
PASSWORD = "a password for this test"
PIN = "2468"
WRONG_PIN = "9753"
PATIENCE = 10

Result = TypeVar("Result")


class Loop:
    """An event loop in a thread, so that tests stay plain functions."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def run(self, coroutine: Coroutine[object, object, Result]) -> Result:
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        return future.result(PATIENCE)

    def close(self) -> None:
        self.run(self.loop.shutdown_default_executor())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **duration: float) -> None:
        self.moment += timedelta(**duration)


class Visitor:
    """Somebody at the keypad page, who uses its WebSocket as its script does."""

    def __init__(self, port: int, language: str = "en") -> None:
        self.visit = connect(
            f"ws://127.0.0.1:{port}/socket",
            origin=Origin(f"http://127.0.0.1:{port}"),
            additional_headers={"Accept-Language": language},
            proxy=None,
        )
        self.socket = self.visit.__enter__()

    def send(self, frame: str | bytes) -> None:
        self.socket.send(frame)

    def sees(self, display: str, **details: str | bool) -> dict[str, str | bool]:
        """Return the state in which the display says so; wait until it does."""
        wanted = {"display": display, **details}
        seen: list[object] = []
        while True:
            try:
                shown = json.loads(self.socket.recv(timeout=PATIENCE))
            except TimeoutError:
                raise AssertionError(f"No {wanted}; it showed {seen}") from None
            if shown.items() >= wanted.items():
                return dict(shown)
            seen.append(shown)

    def leave(self) -> None:
        self.visit.__exit__(None, None, None)


class Wall:
    """Where a virtual Commander hangs while a test runs."""

    def __init__(self, loop: Loop, gateway: str) -> None:
        self.loop, self.gateway = loop, gateway
        self.clock = Clock()
        self.said: list[str] = []

    def hang(self, *, password: str = PASSWORD) -> Visitor:
        self.device = Device(
            account=Account(self.gateway, IDENTITY, password),
            listener=keypad.bind(0),
            pages=pages.load(identity=IDENTITY, speed_up=1),
            say=self.said.append,
            now=self.clock,
            pauses=Pauses(shortest=0.02, longest=0.1),
            beat=0.01,
        )
        self.port: int = self.device.listener.getsockname()[1]
        self.switched_off = asyncio.Event()
        self.running = asyncio.run_coroutine_threadsafe(
            self.device.run(self.switched_off), self.loop.loop
        )
        self.visitor = Visitor(self.port)
        return self.visitor

    def take_down(self) -> None:
        self.visitor.leave()
        self.loop.loop.call_soon_threadsafe(self.switched_off.set)
        self.running.result(PATIENCE)
