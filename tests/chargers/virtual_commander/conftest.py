from __future__ import annotations

from collections.abc import Iterator

import pytest

from chargers.virtual_commander.charger import Commander
from chargers.virtual_commander.meter import Meter
from tests.chargers.virtual_commander.central_system import CentralSystem
from tests.chargers.virtual_commander.surroundings import Clock, Loop, Wall


@pytest.fixture(scope="package")
def loop() -> Iterator[Loop]:
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture
def central(loop: Loop) -> Iterator[CentralSystem]:
    central = CentralSystem(loop)
    yield central
    central.stop()


@pytest.fixture
def wall(loop: Loop, central: CentralSystem) -> Iterator[Wall]:
    wall = Wall(loop, central.url)
    yield wall
    wall.take_down()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def commander(clock: Clock) -> Commander:
    commander = Commander(clock, Meter(clock))
    commander.connect()
    return commander
