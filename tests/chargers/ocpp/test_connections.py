from __future__ import annotations

import json
import time

import pytest
from django.db import transaction
from django.utils import timezone

from chargers import commissioning, connections
from chargers.models import Charger, ChargingSession
from groups.models import AuditEntry
from tests.chargers.ocpp.conftest import PIN
from tests.chargers.ocpp.running import running_gateway
from tests.chargers.ocpp.station import PASSWORD, now, plugged_in
from tests.factories import make_charger, make_group, make_member

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_a_second_connection_replaces_the_first(gateway, charger):
    with plugged_in(gateway, charger) as first, plugged_in(gateway, charger) as second:
        assert first.closing() == (1008, "Connected anew")
        assert second.call("Heartbeat")

        charger.refresh_from_db()
        assert charger.is_connected


def test_twenty_replacements_without_a_pause_leave_the_last_one(gateway, charger):
    stations = []
    for _ in range(20):
        manager = plugged_in(gateway, charger)
        stations.append((manager, manager.__enter__()))
    last = stations[-1][1]
    try:
        assert last.authorize(PIN) == "Accepted"
        for _manager, station in stations[:-1]:
            assert station.closing_code() == 1008
        # Whatever the former ones write when they end comes before this answer.
        assert last.call(
            "BootNotification", chargePointVendor="V", chargePointModel="M"
        )
        charger.refresh_from_db()
        assert charger.is_connected
    finally:
        for manager, _station in stations:
            manager.__exit__(None, None, None)


def test_who_cannot_prove_itself_replaces_nobody(gateway, charger):
    with plugged_in(gateway, charger) as station:
        assert station.call("Heartbeat")
        other = Charger(identity=charger.identity)
        Charger.objects.update(password_digest="0" * 64)
        with pytest.raises(Exception, match="401"), plugged_in(gateway, other):
            pass

        assert station.call("Heartbeat")


def test_a_connection_to_another_gateway_replaces_the_first(charger):
    with (
        running_gateway(keep_alive_seconds=0.05) as one,
        running_gateway() as two,
        plugged_in(one, charger) as first,
        plugged_in(two, charger) as second,
    ):
        assert first.closing_code() == 1008
        assert second.call("Heartbeat")
        charger.refresh_from_db()
        assert charger.is_connected


def test_a_retired_charger_is_disconnected(charger):
    with (
        running_gateway(keep_alive_seconds=0.05) as gateway,
        plugged_in(gateway, charger) as station,
    ):
        station.call("Heartbeat")
        Charger.objects.update(retired_at=timezone.now())

        assert station.closing_code() == 1008


@pytest.mark.parametrize("end", [commissioning.renew_password, commissioning.retire])
@pytest.mark.parametrize("action", ["Authorize", "StartTransaction"])
def test_a_connection_under_an_old_password_starts_nothing(
    station, charger, driver, end, action
):
    """The gateway of the fixture asks for lost connections once an hour."""
    assert station.authorize(PIN) == "Accepted"
    end(charger, by=driver)

    for_start = {"connectorId": 1, "meterStart": 0, "timestamp": now()}
    more = for_start if action == "StartTransaction" else {}
    station.say(json.dumps([2, "1", action, {"idTag": PIN, **more}]))

    assert station.closing() == (1008, "Sign in again")
    assert not ChargingSession.objects.exists()
    assert not AuditEntry.objects.filter(event=AuditEntry.Event.PIN_REFUSED).exists()


def test_after_the_gateway_ends_nobody_is_connected(charger):
    with running_gateway() as gateway:
        station = plugged_in(gateway, charger)
        entered = station.__enter__()
        entered.call("Heartbeat")
    assert entered.closing_code() == 1012
    station.__exit__(None, None, None)

    charger.refresh_from_db()
    assert not charger.is_connected
    assert charger.connection_key is None


def test_a_charger_that_leaves_shows_offline(gateway, charger, group):
    with plugged_in(gateway, charger) as station:
        station.call("Heartbeat")
    other = make_charger(group=group, password=PASSWORD)
    with plugged_in(gateway, other) as station:
        # Written in the order of asking: after the leave of the first.
        station.call("BootNotification", chargePointVendor="V", chargePointModel="M")

    charger.refresh_from_db()
    assert not charger.is_connected
    assert charger.last_seen_at is not None


@pytest.fixture
def neighbour() -> Charger:
    """A charger of another organisation, its driver charging there."""
    elsewhere = make_group()
    driver = make_member(group=elsewhere, pin="6183")
    return make_charger(group=elsewhere, password=PASSWORD, assigned_to=(driver,))


def test_a_charger_touches_no_session_of_another(gateway, station, neighbour):
    with plugged_in(gateway, neighbour) as other:
        theirs, verdict = other.start("6183", meterStart=100)
        own, _ = station.start(PIN, meterStart=1000)
        before = ChargingSession.objects.filter(pk=theirs).values().get()

        station.meter({"value": "5000"}, transactionId=theirs)
        station.stop(theirs, meterStop=9000, transactionData=[])

    assert verdict == "Accepted"
    assert ChargingSession.objects.filter(pk=theirs).values().get() == before
    assert ChargingSession.objects.get(pk=own).is_open


def test_a_charger_stops_none_of_all_sessions_that_are_not_its_own(
    gateway, station, neighbour
):
    with plugged_in(gateway, neighbour) as other:
        theirs, _ = other.start("6183")
        for transaction in range(theirs - 5, theirs + 6):
            station.stop(transaction)

    assert ChargingSession.objects.get().is_open


def test_while_one_charger_waits_another_is_answered(
    gateway, station, charger, neighbour
):
    report = {"connectorId": 1, "idTag": PIN, "meterStart": 0, "timestamp": now()}
    with plugged_in(gateway, neighbour) as other:
        assert other.call("Heartbeat")
        assert station.call("Heartbeat")
        with transaction.atomic():
            # Nobody can write about the first charger until this ends.
            Charger.objects.select_for_update().get(pk=charger.pk)
            station.say(json.dumps([2, "waits", "StartTransaction", report]))

            asked_at = time.perf_counter()
            assert other.call("Heartbeat")
            assert other.authorize("6183") == "Accepted"
            assert time.perf_counter() - asked_at < 1

            with pytest.raises(TimeoutError):
                station.socket.recv(0)
        assert station.hear()[2]["idTagInfo"] == {"status": "Accepted"}


def test_connections_of_a_gateway_that_died_are_forgotten(charger):
    with running_gateway() as gateway, plugged_in(gateway, charger) as station:
        station.call("Heartbeat")
        charger.refresh_from_db()
        held_by = charger.gateway
    connections.begin(charger, key=charger.pk, gateway=held_by)

    connections.forget_gateway(held_by, before=timezone.now())

    charger.refresh_from_db()
    assert not charger.is_connected
