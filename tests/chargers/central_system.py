"""A small foreign OCPP server and the other surroundings of a virtual Commander."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import threading
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from chargers.virtual_commander import keypad, pages
from chargers.virtual_commander.client import Account, Pauses
from chargers.virtual_commander.device import Device

IDENTITY = "COMMANDER-1"
PASSWORD = "a password for this test"
PIN = "2468"
PATIENCE = 10


class Loop:
    """An event loop in a thread, so that tests stay plain functions."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def run(self, coroutine):
        future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        return future.result(PATIENCE)

    def close(self):
        self.run(self.loop.shutdown_default_executor())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class Clock:
    def __init__(self):
        self.moment = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self):
        return self.moment

    def advance(self, **duration):
        self.moment += timedelta(**duration)


class Station(ChargePoint):
    def __init__(self, central, connection):
        super().__init__("charger", connection)
        self.central = central

    async def route_message(self, raw):
        message = json.loads(raw)
        if message[0] == 2:
            self.central.note(message[2], message[3])
        await super().route_message(raw)

    @on("BootNotification")
    def boot(self, **payload):
        status = self.central.boot_answers.pop(0)
        return call_result.BootNotification("2026-03-01T12:00:00Z", 1, status)

    @on("Heartbeat")
    def heartbeat(self):
        return call_result.Heartbeat("2026-03-01T12:00:00Z")

    @on("StatusNotification")
    def status(self, **payload):
        return call_result.StatusNotification()

    @on("Authorize")
    def authorize(self, id_tag):
        status = "Accepted" if id_tag == PIN else "Invalid"
        return call_result.Authorize({"status": status})

    @on("StartTransaction")
    def start_transaction(self, **payload):
        answer = {"status": self.central.start_answer}
        return call_result.StartTransaction(next(self.central.ids), answer)

    @on("MeterValues")
    def meter_values(self, **payload):
        return call_result.MeterValues()

    @on("StopTransaction")
    def stop_transaction(self, **payload):
        return call_result.StopTransaction()


class CentralSystem:
    def __init__(self, loop):
        self.loop = loop
        self.heard = []
        self.news = threading.Condition()
        self.ids = itertools.count(41)
        self.boot_answers = ["Accepted"] * 9
        self.start_answer = "Accepted"
        self.handshakes = 0
        self.station = None
        self.port = 0
        self.start()

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.port}/ocpp/"

    def start(self):
        self.server = self.loop.run(self._serve())
        self.port = self.server.sockets[0].getsockname()[1]

    def stop(self):
        async def stop():
            self.server.close()
            await self.server.wait_closed()

        self.loop.run(stop())

    async def _serve(self):
        return await serve(
            self._attend,
            "127.0.0.1",
            self.port,
            subprotocols=["ocpp1.6"],
            process_request=self._authenticate,
        )

    def _authenticate(self, connection, request):
        self.handshakes += 1
        secret = base64.b64encode(f"{IDENTITY}:{PASSWORD}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {secret}":
            return connection.respond(HTTPStatus.UNAUTHORIZED, "No.\n")
        if request.path != f"/ocpp/{IDENTITY}":
            return connection.respond(HTTPStatus.NOT_FOUND, "No.\n")
        return None

    async def _attend(self, connection):
        self.station = Station(self, connection)
        try:
            await self.station.start()
        except ConnectionClosed:
            return

    def note(self, action, payload):
        with self.news:
            self.heard.append((action, payload))
            self.news.notify_all()

    def told(self, action):
        return [payload for name, payload in self.heard if name == action]

    def wait_for(self, action, *, number=1):
        """Return what the charger said at the `number`th time of `action`."""
        with self.news:
            arrived = self.news.wait_for(
                lambda: len(self.told(action)) >= number, PATIENCE
            )
        assert arrived, f"{action} did not arrive; heard {self.heard}"
        return self.told(action)[number - 1]

    def ask(self, payload):
        return self.loop.run(self.station.call(payload, suppress=False))


class Keypad:
    """The keypad page's WebSocket, as its script drives it."""

    def __init__(self, port):
        self.origin = f"http://127.0.0.1:{port}"
        self.visit = connect(
            f"ws://127.0.0.1:{port}/socket", origin=self.origin, proxy=None
        )
        self.socket = self.visit.__enter__()

    def send(self, frame):
        self.socket.send(frame)

    def wait_for(self, display, **details):
        wanted = {"display": display, **details}
        seen = []
        while True:
            try:
                shown = json.loads(self.socket.recv(timeout=PATIENCE))
            except TimeoutError:
                raise AssertionError(f"No {wanted}; it showed {seen}") from None
            if shown.items() >= wanted.items():
                return shown
            seen.append(shown)

    def close(self):
        self.visit.__exit__(None, None, None)


class Wall:
    """Where a virtual Commander hangs while a test runs."""

    def __init__(self, loop, central):
        self.loop, self.central = loop, central
        self.clock = Clock()
        self.said = []

    def hang(self, *, password=PASSWORD, gateway=None):
        self.device = Device(
            account=Account(gateway or self.central.url, IDENTITY, password),
            listener=keypad.bind(0),
            pages=pages.load(identity=IDENTITY, speed_up=1),
            say=self.said.append,
            now=self.clock,
            pauses=Pauses(shortest=0.02, longest=0.1),
            beat=0.01,
        )
        self.port = self.device.listener.getsockname()[1]
        self.switched_off = asyncio.Event()
        self.running = asyncio.run_coroutine_threadsafe(
            self.device.run(self.switched_off), self.loop.loop
        )
        self.keypad = Keypad(self.port)
        return self.keypad

    def take_down(self):
        self.keypad.close()
        self.loop.loop.call_soon_threadsafe(self.switched_off.set)
        self.running.result(PATIENCE)
