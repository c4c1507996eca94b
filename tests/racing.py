"""Real processes that do something at the same moment, round after round.

Threads in one transaction would prove nothing: what decides a race is the database,
and it only decides between connections.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

import django
from django.db import connection

Call = tuple[str, tuple[object, ...]]
PATIENCE = 60


class Racers:
    def __init__(self, lines: Sequence[Connection]) -> None:
        self._lines = lines

    def race(self, *calls: Call) -> list[str]:
        """Let as many processes make a call each at once.

        Return for each "done" or the name of what was raised.
        """
        lines = self._lines[: len(calls)]
        for line, call in zip(lines, calls, strict=True):
            line.send((len(calls), *call))
        return [self._answer(line) for line in lines]

    def _answer(self, line: Connection) -> str:
        assert line.poll(PATIENCE), "A racing process does not answer."
        return str(line.recv())


@contextmanager
def racers(count: int) -> Iterator[Racers]:
    """Start `count` processes on the database of the tests; end them afterwards."""
    spawn = multiprocessing.get_context("spawn")
    starts = {size: spawn.Barrier(size) for size in range(2, count + 1)}
    pairs = [spawn.Pipe() for _ in range(count)]
    database = str(connection.settings_dict["NAME"])
    processes = [
        spawn.Process(target=_run, args=(theirs, starts, database), daemon=True)
        for _ours, theirs in pairs
    ]
    for process in processes:
        process.start()
    try:
        yield Racers([ours for ours, _theirs in pairs])
    finally:
        for ours, _theirs in pairs:
            ours.send(None)
        for process in processes:
            process.join(PATIENCE)


def _run(line: Connection, starts: dict[int, Barrier], database: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    while (order := line.recv()) is not None:
        size, name, args = order
        module, function = name.rsplit(".", 1)
        act = getattr(importlib.import_module(module), function)
        connection.ensure_connection()
        starts[size].wait(PATIENCE)
        try:
            act(*args)
        except Exception as error:
            line.send(type(error).__name__)
        else:
            line.send("done")
    connection.close()
