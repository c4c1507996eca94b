from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.models import User
from chargers.models import Charger
from groups.models import Group
from tests.chargers.ocpp.running import running_gateway
from tests.chargers.ocpp.station import PASSWORD, Station, plugged_in
from tests.factories import make_charger, make_group, make_member

PIN = "4907"


@pytest.fixture
def gateway(transactional_db: None) -> Iterator[str]:
    """The address of a gateway that runs, with the path and without an identity."""
    with running_gateway() as url:
        yield url


@pytest.fixture
def group(transactional_db: None) -> Group:
    return make_group(name="Harbour")


@pytest.fixture
def driver(group: Group) -> User:
    return make_member(group=group, name="Dora Driver", pin=PIN)


@pytest.fixture
def charger(group: Group, driver: User) -> Charger:
    """A Commander that the driver may use."""
    return make_charger(group=group, password=PASSWORD, assigned_to=(driver,))


@pytest.fixture
def station(gateway: str, charger: Charger) -> Iterator[Station]:
    with plugged_in(gateway, charger) as station:
        yield station
