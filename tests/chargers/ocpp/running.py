"""A gateway in a thread of the test process, on a port of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

import uvloop

from chargers.ocpp.gateway import Gateway

HOST = "127.0.0.1"


class Running(threading.Thread):
    def __init__(self, keep_alive_seconds: float) -> None:
        super().__init__(name="gateway")
        self.outcome: SimpleQueue[int | BaseException] = SimpleQueue()
        self._keep_alive_seconds = keep_alive_seconds

    def run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._serve())
        except BaseException as error:
            self.outcome.put(error)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._halt.set)
        self.join(20)
        assert not self.is_alive(), "The gateway does not end."
        assert self.outcome.empty(), self.outcome.get()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._halt = asyncio.Event()
        gateway = Gateway(keep_alive_seconds=self._keep_alive_seconds)
        await gateway.run(HOST, 0, stop=self._halt, on_ready=self.outcome.put)


@contextmanager
def running_gateway(*, keep_alive_seconds: float = 3600) -> Iterator[str]:
    """Give its address up to the identity."""
    thread = Running(keep_alive_seconds)
    thread.start()
    port = thread.outcome.get(timeout=20)
    assert isinstance(port, int), port
    try:
        yield f"ws://{HOST}:{port}/ocpp/"
    finally:
        thread.stop()
