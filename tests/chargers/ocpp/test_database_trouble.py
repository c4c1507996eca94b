from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from websockets import InvalidStatus

from chargers.models import ChargingSession
from tests.chargers.ocpp.conftest import PIN
from tests.chargers.ocpp.station import meter_value, now, plugged_in

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="only a server can cut connections"
    ),
]


def cut_all_other_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@contextmanager
def database_down() -> Iterator[None]:
    values = connection.settings_dict
    with psycopg.connect(
        host=values["HOST"] or None,
        port=values["PORT"] or None,
        user=values["USER"] or None,
        password=values["PASSWORD"] or None,
        dbname="postgres",
        autocommit=True,
    ) as server:
        statement = f'ALTER DATABASE "{values["NAME"]}" WITH ALLOW_CONNECTIONS %s'
        server.execute(statement % "false")
        try:
            cut_all_other_connections()
            yield
        finally:
            server.execute(statement % "true")


TRANSACTION_MESSAGES: dict[str, dict[str, object]] = {
    "StartTransaction": {
        "connectorId": 1,
        "idTag": PIN,
        "meterStart": 0,
        "timestamp": now(),
    },
    "StopTransaction": {"transactionId": 1, "meterStop": 0, "timestamp": now()},
    "MeterValues": {"connectorId": 1, "meterValue": [meter_value({"value": "1"})]},
}


@pytest.mark.parametrize("action", TRANSACTION_MESSAGES)
def test_while_the_database_is_down_a_charger_is_told_to_come_back(
    gateway, charger, station, action
):
    payload = TRANSACTION_MESSAGES[action]
    # Answered only once the gateway has put the connection on record.
    assert station.call("Heartbeat")

    with database_down():
        station.say(json.dumps([2, "1", action, payload]))
        assert station.closing_code() == 1013
        with pytest.raises(InvalidStatus) as refused, plugged_in(gateway, charger):
            pass
    assert refused.value.response.status_code == 503

    with plugged_in(gateway, charger) as again:
        assert again.authorize(PIN) == "Accepted"


def test_after_all_connections_were_cut_every_authorize_succeeds(station):
    for _ in range(6):
        assert station.authorize(PIN) == "Accepted"
    cut_all_other_connections()

    assert [station.authorize(PIN) for _ in range(6)] == ["Accepted"] * 6


def test_after_all_connections_were_cut_a_charge_goes_on(station):
    transaction, _ = station.start(PIN, meterStart=1000)
    cut_all_other_connections()
    station.meter({"value": "1500"}, transactionId=transaction)
    cut_all_other_connections()
    station.stop(transaction, meterStop=2000)

    session = ChargingSession.objects.get()
    assert (session.energy_wh, session.is_open) == (1000, False)
