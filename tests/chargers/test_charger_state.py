from __future__ import annotations

import itertools

import pytest
from django.utils import timezone

from chargers.models import Charger, Connector
from chargers.states import ChargerState, in_state, state_of, state_text
from tests import factories

pytestmark = pytest.mark.django_db

STATUSES = [None, *Connector.Status]


@pytest.fixture
def group():
    return factories.make_group()


def make_connected(group, first, second):
    charger = factories.make_charger(group=group)
    charger.connected_at = timezone.now()
    charger.save()
    for number, status in enumerate((first, second), start=1):
        if status:
            Connector.objects.create(charger=charger, number=number, status=status)
    return charger


def test_filtering_by_state_finds_exactly_the_chargers_in_it(group):
    for first, second in itertools.product(STATUSES, STATUSES):
        make_connected(group, first, second)
    factories.make_charger(group=group)
    retired = make_connected(group, "faulted", None)
    retired.retired_at = timezone.now()
    retired.save()

    for state in ChargerState:
        expected = {
            charger
            for charger in Charger.objects.all()
            if state_of(charger, charger.connectors.all()) is state
        }
        assert set(in_state(Charger.objects.all(), state)) == expected, state
        assert expected


@pytest.mark.parametrize(
    ("first", "second", "state", "text"),
    [
        ("available", None, "available", "Available"),
        ("available", "available", "available", "Available"),
        ("charging", "available", "charging", "Charging, 1 of 2 free"),
        ("faulted", "available", "faulted", "Fault, 1 of 2 free"),
        ("suspended-ev", None, "suspended", "Paused"),
        (None, None, "connected", "Connected"),
    ],
)
def test_the_state_is_said_in_words(group, first, second, state, text):
    charger = make_connected(group, first, second)
    connectors = list(charger.connectors.all())

    assert state_of(charger, connectors) == state
    assert state_text(ChargerState(state), connectors) == text


def test_the_whole_charger_counts_only_with_a_fault(group):
    charger = make_connected(group, "charging", None)
    whole = Connector.objects.create(charger=charger, number=0, status="available")
    assert state_of(charger, charger.connectors.all()) is ChargerState.CHARGING

    whole.status = "faulted"
    whole.save()
    assert state_of(charger, charger.connectors.all()) is ChargerState.FAULTED


def test_an_offline_charger_is_offline_whatever_it_said_last(group):
    charger = make_connected(group, "available", None)
    charger.connected_at = None

    assert state_of(charger, charger.connectors.all()) is ChargerState.OFFLINE
