"""The only bridge from the event loop to the ORM.

A few threads own the database connections; the loop hands them jobs and never waits
itself. Django closes what is stale only between requests; there are none here, so every
job does it. A job whose connection turns out to be cut is done again on a new one, which
is why every job must bear being done twice.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import ParamSpec, TypeVar, cast

from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    connections,
    transaction,
)
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

Params = ParamSpec("Params")
Result = TypeVar("Result")

THREADS = 4
PATIENCE_SECONDS = 20
LOCK_TIMEOUT_SECONDS = 5
CLOSING_SECONDS = 1
MOST_IN_A_GROUP = 200


class Unavailable(Exception):
    """The database did not do its work. What was asked may be asked again."""


@dataclass(frozen=True, slots=True)
class Job:
    function: Callable[[], object]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[object]

    def do(self) -> None:
        try:
            result = surely(self.function)
        except Exception as error:
            self.fail(error)
        else:
            self.succeed(result)

    def succeed(self, result: object) -> None:
        self.loop.call_soon_threadsafe(self._settle, result, None)

    def fail(self, error: Exception) -> None:
        if isinstance(error, OperationalError | InterfaceError):
            error = Unavailable(type(error).__name__)
        self.loop.call_soon_threadsafe(self._settle, None, error)

    def _settle(self, result: object, error: Exception | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)


Queue = SimpleQueue[Job | None]


class Bridge:
    def __init__(self) -> None:
        self._jobs: Queue = SimpleQueue()
        self._writes: Queue = SimpleQueue()
        self._threads = [
            *(Worker(serve, self._jobs) for _ in range(THREADS)),
            Worker(serve_in_groups, self._writes),
        ]
        for thread in self._threads:
            thread.start()

    async def run(
        self,
        function: Callable[Params, Result],
        *args: Params.args,
        **kwargs: Params.kwargs,
    ) -> Result:
        """Raise Unavailable where the database does not do it."""
        return await self._ask(self._jobs, functools.partial(function, *args, **kwargs))

    async def write(
        self,
        function: Callable[Params, Result],
        *args: Params.args,
        **kwargs: Params.kwargs,
    ) -> Result:
        """Run `function` in the order of asking, with what else waits, and commit.

        It may be run twice, of which the first leaves nothing behind.
        """
        return await self._ask(
            self._writes, functools.partial(function, *args, **kwargs)
        )

    def close(self) -> None:
        """Finish what waits, unless the database takes too long."""
        for thread in self._threads:
            thread.jobs.put(None)
        for thread in self._threads:
            thread.join(CLOSING_SECONDS)

    async def _ask(self, queue: Queue, function: Callable[[], Result]) -> Result:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        queue.put(Job(function, loop, future))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return cast(Result, await future)
        except TimeoutError:
            raise Unavailable("no answer in time") from None


class Worker(threading.Thread):
    def __init__(self, serve: Callable[[Queue], None], jobs: Queue) -> None:
        super().__init__(name="gateway-database", daemon=True)
        self.jobs = jobs
        self._serve = serve

    def run(self) -> None:
        self._serve(self.jobs)
        connections.close_all()


def serve(jobs: Queue) -> None:
    while (job := jobs.get()) is not None:
        job.do()


def serve_in_groups(jobs: Queue) -> None:
    """Commit together what came in meanwhile: one commit costs as much as many."""
    while (first := jobs.get()) is not None:
        commit([first, *waiting(jobs)])


def surely(function: Callable[[], Result]) -> Result:
    """Do it, and once more where the connection turns out to have been cut."""
    close_old_connections()
    before = connection.connection
    try:
        return function()
    except (OperationalError, InterfaceError):
        if connection.connection is before and connection.is_usable():
            raise
        connection.close()
        return function()
    finally:
        close_old_connections()


def waiting(jobs: Queue) -> list[Job]:
    found: list[Job] = []
    while len(found) < MOST_IN_A_GROUP - 1:
        try:
            job = jobs.get_nowait()
        except Empty:
            break
        if job is None:
            jobs.put(None)
            break
        found.append(job)
    return found


def commit(group: list[Job]) -> None:
    """Together, or else each by itself: one must not take the others with it."""
    try:
        results = surely(functools.partial(do_together, group))
    except Exception as error:
        if len(group) == 1:
            group[0].fail(error)
        else:
            for job in group:
                commit([job])
    else:
        for job, result in zip(group, results, strict=True):
            job.succeed(result)


def do_together(group: list[Job]) -> list[object]:
    with transaction.atomic():
        return [job.function() for job in group]


def prepare_connection(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Keep the plans of the gateway's few statements, and wait for no lock for long.

    Planning is four fifths of the time that the look-up of a PIN takes.
    """
    if not is_worker():
        return
    # `surely` does what a question before each job would do.
    connection.health_check_enabled = False  # type: ignore[attr-defined]
    if connection.vendor != "postgresql":
        return
    from django.db.backends.postgresql import base

    connection.connection.prepare_threshold = 2
    # The stubs lack it.
    connection.connection.cursor_factory = base.ServerBindingCursor  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")


def is_worker() -> bool:
    return isinstance(threading.current_thread(), Worker)


connection_created.connect(prepare_connection)
