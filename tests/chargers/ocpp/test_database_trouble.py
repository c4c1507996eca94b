from __future__ import annotations

import pytest
from django.db import connection

from chargers.models import ChargingSession
from tests.chargers.ocpp.conftest import PIN

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
