"""A small foreign OCPP server that notes what a charger tells it."""

from __future__ import annotations

import base64
import itertools
import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar, cast

import ocpp.routing
from ocpp.v16 import ChargePoint, call_result
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from tests.chargers.virtual_commander.surroundings import (
    IDENTITY,
    PASSWORD,
    PATIENCE,
    PIN,
    Loop,
)

Payload = dict[str, Any]
Handler = TypeVar("Handler", bound=Callable[..., object])


def on(action: str) -> Callable[[Handler], Handler]:
    return cast("Callable[[Handler], Handler]", ocpp.routing.on(action))


class Station(ChargePoint):  # type: ignore[misc]  # the package has no types
    def __init__(self, central: CentralSystem, connection: ServerConnection) -> None:
        super().__init__("charger", connection)
        self.central = central

    async def route_message(self, raw: str) -> None:
        message = json.loads(raw)
        if message[0] == 2:
            self.central.note(message[2], message[3])
        await super().route_message(raw)

    @on("BootNotification")
    def boot(self, **payload: object) -> object:
        status = self.central.boot_answers.pop(0)
        return call_result.BootNotification("2026-03-01T12:00:00Z", 1, status)

    @on("Heartbeat")
    def heartbeat(self) -> object:
        return call_result.Heartbeat("2026-03-01T12:00:00Z")

    @on("StatusNotification")
    def status(self, **payload: object) -> object:
        return call_result.StatusNotification()

    @on("Authorize")
    def authorize(self, id_tag: str) -> object:
        status = "Accepted" if id_tag == PIN else "Invalid"
        return call_result.Authorize({"status": status})

    @on("StartTransaction")
    def start_transaction(self, **payload: object) -> object:
        answer = {"status": self.central.start_answer}
        return call_result.StartTransaction(next(self.central.ids), answer)

    @on("MeterValues")
    def meter_values(self, **payload: object) -> object:
        return call_result.MeterValues()

    @on("StopTransaction")
    def stop_transaction(self, **payload: object) -> object:
        return call_result.StopTransaction()


class CentralSystem:
    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.heard: list[tuple[str, Payload]] = []
        self.news = threading.Condition()
        self.ids = itertools.count(41)
        self.boot_answers = ["Accepted"] * 9
        self.start_answer = "Accepted"
        self.handshakes = 0
        self.station: Station | None = None
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ocpp/"

    def start(self) -> None:
        self.server = self.loop.run(self._serve())
        self.port = self.server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        async def stop() -> None:
            self.server.close()
            await self.server.wait_closed()

        self.loop.run(stop())

    def abort(self) -> None:
        for connection in self.server.connections:
            connection.transport.abort()

    async def _serve(self) -> Server:
        return await serve(
            self._attend,
            "127.0.0.1",
            self.port,
            subprotocols=[Subprotocol("ocpp1.6")],
            process_request=self._authenticate,
        )

    def _authenticate(
        self, connection: ServerConnection, request: Request
    ) -> Response | None:
        self.handshakes += 1
        secret = base64.b64encode(f"{IDENTITY}:{PASSWORD}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {secret}":
            return connection.respond(HTTPStatus.UNAUTHORIZED, "No.\n")
        if request.path != f"/ocpp/{IDENTITY}":
            return connection.respond(HTTPStatus.NOT_FOUND, "No.\n")
        return None

    async def _attend(self, connection: ServerConnection) -> None:
        self.station = Station(self, connection)
        try:
            await self.station.start()
        except ConnectionClosed:
            return

    def note(self, action: str, payload: Payload) -> None:
        with self.news:
            self.heard.append((action, payload))
            self.news.notify_all()

    def told(self, action: str) -> list[Payload]:
        return [payload for name, payload in self.heard if name == action]

    def wait_for(self, action: str, *, number: int = 1) -> Payload:
        """Return what the charger said at the `number`th time of `action`."""
        with self.news:
            arrived = self.news.wait_for(
                lambda: len(self.told(action)) >= number, PATIENCE
            )
        assert arrived, f"{action} did not arrive; heard {self.heard}"
        return self.told(action)[number - 1]

    def ask(self, payload: object) -> object:
        assert self.station
        return self.loop.run(self.station.call(payload, suppress=False))
