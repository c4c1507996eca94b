from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from chargers import connections
from chargers.connections import Ending
from chargers.models import Charger, Connector
from tests.factories import make_charger, make_group

pytestmark = pytest.mark.django_db

KEY, NEWER = uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def charger() -> Charger:
    charger = make_charger(group=make_group(), password="its password")
    connections.begin(charger, key=KEY, gateway="here:9000")
    charger.refresh_from_db()
    return charger


def is_connected(charger: Charger) -> bool:
    charger.refresh_from_db()
    return charger.is_connected


def test_a_charger_proves_itself_by_its_password(charger):
    assert connections.admit(charger.identity, b"its password") == charger
    assert connections.admit(charger.identity, b"another") is None
    assert connections.admit("nobody", b"its password") is None
    assert connections.admit("nobody", b"") is None


def test_a_wrong_password_asks_the_same_as_an_unknown_identity(
    charger, django_assert_num_queries
):
    for identity in (charger.identity, "nobody"):
        with django_assert_num_queries(1):
            connections.admit(identity, b"wrong")


def test_the_end_of_a_former_connection_changes_nothing(charger):
    connections.begin(charger, key=NEWER, gateway="there:9000")
    connections.end(charger, key=KEY)
    assert is_connected(charger)

    connections.end(charger, key=NEWER)
    assert not is_connected(charger)
    assert (charger.connection_key, charger.gateway) == (None, "")


def test_a_connection_that_is_alive_was_just_seen(charger):
    later = timezone.now() + timedelta(minutes=1)
    with time_machine.travel(later, tick=False):
        assert connections.keep_alive({charger.pk: KEY}) == {}

    charger.refresh_from_db()
    assert charger.last_seen_at == later


def test_a_connection_that_was_taken_over_is_over(charger):
    connections.begin(charger, key=NEWER, gateway="there:9000")

    assert connections.keep_alive({charger.pk: KEY}) == {charger.pk: Ending.REPLACED}
    assert connections.keep_alive({charger.pk: NEWER}) == {}


def test_a_password_renewed_during_the_handshake_lets_nobody_in(charger):
    admitted = connections.admit(charger.identity, b"its password")
    assert admitted is not None
    Charger.objects.update(password_digest="0" * 64, **connections.OFFLINE)

    with pytest.raises(connections.Over, match="Sign in again"):
        connections.begin(admitted, key=NEWER, gateway="here:9000")

    assert not is_connected(charger)


def test_a_retired_chargers_connection_is_over(charger):
    Charger.objects.update(retired_at=timezone.now())

    assert connections.keep_alive({charger.pk: KEY}) == {charger.pk: Ending.SIGNED_OFF}


def test_what_no_gateway_keeps_alive_is_offline_after_a_while(charger):
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        connections.keep_alive({})
        assert is_connected(charger)
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        connections.keep_alive({})
        assert not is_connected(charger)


def test_a_gateway_that_starts_anew_forgets_what_it_held(charger):
    connections.forget_gateway("there:9000", before=timezone.now())
    assert is_connected(charger)
    connections.forget_gateway("here:9000", before=timezone.now() - timedelta(hours=1))
    assert is_connected(charger)

    connections.forget_gateway("here:9000", before=timezone.now())
    assert not is_connected(charger)


def test_connectors_beyond_any_real_charger_are_not_stored(charger):
    for number in (0, 1, 10, 11, 99, 32_767):
        connections.report_status(charger, number, Connector.Status.AVAILABLE)

    numbers = charger.connectors.values_list("number", flat=True)
    assert sorted(numbers) == [0, 1, 10]
