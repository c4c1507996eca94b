from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection

from chargers.models import Charger, Connector
from chargers.ocpp.db import Bridge

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def add_connector(charger: Charger, number: int) -> int:
    status = Connector.Status.AVAILABLE
    return Connector.objects.create(charger=charger, number=number, status=status).pk


def fall_over() -> None:
    raise ZeroDivisionError


def write_together(*functions: Callable[[], object]) -> list[object]:
    """Let them wait until all are there, so that they are one group."""

    async def run() -> list[object]:
        bridge, gate = Bridge(), threading.Event()
        waiting = asyncio.create_task(bridge.write(gate.wait))
        tasks = [asyncio.create_task(bridge.write(each)) for each in functions]
        await asyncio.sleep(0)
        gate.set()
        await waiting
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        bridge.close()
        return outcomes

    return asyncio.run(run())


def test_what_waits_together_is_stored_and_answered(charger):
    outcomes = write_together(
        *(lambda number=number: add_connector(charger, number) for number in range(5))
    )

    stored = Connector.objects.order_by("number").values_list("pk", flat=True)
    assert outcomes == list(stored)


@pytest.mark.parametrize(
    ("poison", "error"),
    [(fall_over, ZeroDivisionError), (None, IntegrityError)],
)
def test_one_that_cannot_be_stored_does_not_fail_its_neighbours(charger, poison, error):
    outcomes = write_together(
        lambda: add_connector(charger, 1),
        poison or (lambda: add_connector(charger, 1)),
        lambda: add_connector(charger, 2),
    )

    assert isinstance(outcomes[1], error)
    numbers = Connector.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2]


def test_what_was_asked_first_is_stored_first(charger):
    seen: list[int] = []
    write_together(
        *(lambda number=number: seen.append(number) for number in range(300))
    )

    assert seen == list(range(300))


def test_many_jobs_use_few_connections(charger):
    async def run() -> set[int]:
        bridge = Bridge()
        jobs = [bridge.run(lambda: id(connection.cursor().db)) for _ in range(100)]
        found = set(await asyncio.gather(*jobs))
        bridge.close()
        return found

    assert len(asyncio.run(run())) <= 4
