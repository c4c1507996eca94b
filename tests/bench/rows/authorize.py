"""A PIN that is typed on a charger, against the database's own speed.

Fifty chargers ask without a pause. The reference is one connection that asks the
database for one row by its key, over and over, in the same run.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from django.db import connection

from chargers.models import Charger
from groups import pins
from groups.models import PinClaim
from tests.bench.rows import seeding, table
from tests.factories import assign, make_charger, make_group, make_member
from tests.processes import free_ports, is_free, wait_until

CONNECTIONS = 50
LEAST_SHARE = 0.20
PASSWORD = "0123456789abcdefghjkmnpqrs"
PIN = "4703"
OTHERS = 1000
CORES = sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []


class Station:
    """A charger that asks again as soon as it has its answer.

    It writes WebSocket frames by hand: a library would be measured along.
    """

    def __init__(self, port: int, identity: str) -> None:
        self.port = port
        self.identity = identity
        self.seconds: list[float] = []

    async def connect(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        token = base64.b64encode(f"{self.identity}:{PASSWORD}".encode()).decode()
        self.writer.write(
            f"GET /ocpp/{self.identity} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ocpp1.6\r\n"
            "Sec-WebSocket-Key: d2FsbHBvcnRhbC1iZW5jaA==\r\n"
            f"Authorization: Basic {token}\r\n\r\n".encode()
        )
        answer = await self.reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101"), answer

    async def ask(self, until: float) -> None:
        number = 0
        while (begun := time.perf_counter()) < until:
            number += 1
            payload = f'[2,"{number:09}","Authorize",{{"idTag":"{PIN}"}}]'.encode()
            # A masked text frame; a key of zeros leaves the payload as it is.
            self.writer.write(bytes([0x81, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
            answer = await self.frame()
            assert b'"Accepted"' in answer, answer
            self.seconds.append(time.perf_counter() - begun)

    async def frame(self) -> bytes:
        while True:
            opcode, length = await self.reader.readexactly(2)
            payload = await self.reader.readexactly(length)
            if opcode == 0x81:
                return payload


async def ask_all(stations: list[Station], seconds: float) -> None:
    for station in stations:
        await station.connect()
    until = time.perf_counter() + seconds
    await asyncio.gather(*(station.ask(until) for station in stations))


def make_chargers() -> list[Charger]:
    group = make_group()
    person = make_member(group=group)
    pins.choose(person, PIN)
    chargers = [
        make_charger(group=group, password=PASSWORD) for _ in range(CONNECTIONS)
    ]
    for charger in chargers:
        assign(charger, person)
    seeding.fill([group], range(OTHERS))
    return chargers


@contextlib.contextmanager
def gateway() -> Iterator[int]:
    (port,) = free_ports(1)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "ocpp_gateway", f"--port={port}"],
        stdout=subprocess.DEVNULL,
    )
    on_core(process.pid, 0)
    try:
        wait_until(lambda: not is_free(port), what="the gateway listens")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def on_core(pid: int, number: int) -> None:
    """Give the side that asks a core of its own, where that can be decided."""
    if sys.platform == "linux":
        with contextlib.suppress(PermissionError):
            os.sched_setaffinity(pid, {CORES[min(number, len(CORES) - 1)]})


def selects_per_second(seconds: float) -> float:
    table_name = connection.ops.quote_name(PinClaim._meta.db_table)
    key = PinClaim.objects.values_list("pk", flat=True)[0]
    with connection.cursor() as cursor:
        raw = cursor.cursor
        if connection.vendor == "postgresql":
            on_core(raw.connection.info.backend_pid, 0)
        mark = "%s" if connection.vendor == "postgresql" else "?"
        statement = f"SELECT digest FROM {table_name} WHERE id = {mark}"
        return rate(lambda: raw.execute(statement, [key]).fetchone(), seconds)


def rate(action: Callable[[], object], seconds: float) -> float:
    times = 0
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        action()
        times += 1
    return times / (time.perf_counter() - begun)


def main() -> int:
    seconds = table.start().seconds
    chargers = make_chargers()
    with gateway() as port:
        on_core(os.getpid(), 1)
        before = selects_per_second(seconds / 2)
        stations = [Station(port, charger.identity) for charger in chargers]
        asyncio.run(ask_all(stations, seconds))
        after = selects_per_second(seconds / 2)
    taken = sorted(each for station in stations for each in station.seconds)
    authorizes, selects = len(taken) / seconds, (before + after) / 2
    p99 = statistics.quantiles(taken, n=100)[98] * 1000
    figures = f"{authorizes:.0f} of {selects:.0f} per second, p99 {p99:.0f} ms"
    share = authorizes / selects
    is_measured = connection.vendor == "postgresql"
    budget = f">= {LEAST_SHARE}" if is_measured else "none"
    kept = share >= LEAST_SHARE or not is_measured
    table.line("Authorize, 50 at once", figures, share, budget, kept=kept)
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
