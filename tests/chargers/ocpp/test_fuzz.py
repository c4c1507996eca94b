"""Whatever a charger sends, the connection lives and the next call is answered."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ocpp.messages import MessageType, get_validator

from chargers.ocpp import v16
from tests.chargers.ocpp.station import plugged_in
from tests.chargers.ocpp.test_frames import ANY_JSON, READABLE_BUT_WRONG, UNREADABLE

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

ACTIONS = sorted(v16.VERSION.handlers)
NASTY = st.sampled_from(
    [None, True, 0, -1, 2**63, -(2**63), 1e18, "", "null", "\0", "\ud800", "x" * 5000]
    + [[], {}, [[]], "2026-13-45T99:99:99Z", "0001-01-01T00:00:00+14:00", "4907"]
)


def schema_of(action: str) -> dict:
    return get_validator(MessageType.Call, action, "1.6").schema


def values(schema: dict) -> st.SearchStrategy:
    """Mostly what the schema asks for, now and then something nasty."""
    if schema.get("type") == "object":
        properties = {
            name: values(each) for name, each in schema.get("properties", {}).items()
        }
        sound: st.SearchStrategy = st.fixed_dictionaries({}, optional=properties)
    elif schema.get("type") == "array":
        sound = st.lists(values(schema["items"]), max_size=3)
    elif "enum" in schema:
        sound = st.sampled_from(schema["enum"])
    elif schema.get("type") == "integer":
        sound = st.integers(-(2**40), 2**40)
    else:
        sound = st.text(max_size=30)
    return st.one_of(sound, sound, sound, NASTY)


CALLS = st.sampled_from(ACTIONS).flatmap(
    lambda action: st.tuples(
        st.just(2), st.just("1"), st.just(action), values(schema_of(action))
    )
)
fuzzed = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def assert_lives(station) -> None:
    station.say('[2,"alive","Heartbeat",{}]')
    while (answer := station.hear())[1] != "alive":
        assert answer[0] in {3, 4}, answer
        assert answer[-1] == {} or answer[0] == 3, "an error tells its payload"
    assert answer[0] == 3


def test_malformed_frames_are_answered_and_forgotten(station):
    for name, frame in (UNREADABLE | READABLE_BUT_WRONG).items():
        station.say(frame)

        kind, _id, code, _description, details = station.hear()
        assert (kind, details) == (4, {}), name
        assert code in {"FormationViolation", "ProtocolError"}, name
        assert_lives(station)


def test_calls_near_the_schemas_never_end_the_connection(station):
    @fuzzed
    @given(CALLS)
    def run(call):
        station.say(json.dumps(call))
        kind, call_id, answer, *_rest = station.hear()
        assert (kind, call_id) in {(3, "1"), (4, "1"), (4, "-1")}
        assert answer != "InternalError"
        assert_lives(station)

    run()


def test_frames_of_anything_never_end_the_connection(station):
    @fuzzed
    @given(st.text() | st.binary() | ANY_JSON.map(json.dumps))
    def run(frame):
        station.say(frame)
        assert_lives(station)

    run()


def test_an_error_does_not_tell_the_code_back(station):
    answer = station.exchange("Authorize", {"idTag": {"typed": "4907"}})

    assert answer[0] == 4
    assert "4907" not in json.dumps(answer[2:])


def test_a_frame_that_is_too_large_ends_only_its_own_connection(gateway, charger):
    with plugged_in(gateway, charger) as station:
        station.say("x" * (2**20 + 1))
        assert station.closing_code() == 1009

    with plugged_in(gateway, charger) as station:
        assert_lives(station)


def test_a_fault_of_the_gateway_is_an_error_without_words_of_the_call(
    station, charger, caplog
):
    assert_lives(station)
    # Deleted by force while connected: no handler is made for that.
    charger.delete()

    for action, payload in (
        ("Authorize", {"idTag": "4907"}),
        ("StatusNotification", {"connectorId": 1, "errorCode": "NoError"}),
    ):
        answer = station.exchange(action, payload | {"status": "Available"})
        assert answer[0] == 4
        assert answer[2:] == [
            "InternalError",
            "The gateway could not handle this",
            {},
        ]
    assert "action=Authorize failed=" in caplog.text
    assert "4907" not in caplog.text
    assert_lives(station)
