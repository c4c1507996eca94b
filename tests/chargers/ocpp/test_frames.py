from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.ocpp import frames
from chargers.ocpp.frames import Call, Malformed

HEARTBEAT = '[2,"1","Heartbeat",{}]'

UNREADABLE = {
    "no json": "PING",
    "nothing": "",
    "half": '[2,"1","Heartbeat"',
    "object": "{}",
    "text": '"text"',
    "empty list": "[]",
    "no id": "[2]",
    "id is a list": '[2,["1"],"Heartbeat",{}]',
    "id is true": '[2,true,"Heartbeat",{}]',
    "long id": f'[2,"{"1" * 200}","Heartbeat",{{}}]',
    "NaN": '[2,"1","Authorize",{"idTag":NaN}]',
    "infinity": '[2,"1","Authorize",{"idTag":-Infinity}]',
    "1e999": '[2,"1","StartTransaction",{"meterStart":1e999}]',
    "1e300": '[2,"1","StartTransaction",{"meterStart":1e300}]',
    "2**63": f'[2,"1","StartTransaction",{{"meterStart":{2**63}}}]',
    "5,000 digits": f'[2,"1","StartTransaction",{{"meterStart":{"9" * 5000}}}]',
    "repeated key": '[2,"1","Authorize",{"idTag":"1","idTag":"2"}]',
    "deep": f'[2,"1","Authorize",{{"idTag":{"[" * 20}{"]" * 20}}}]',
    "very deep": "[" * 100_000,
    "no utf-8": b"\xff\xfe\x00",
    "mark of bytes": "\ufeff" + HEARTBEAT,
    "raw NUL": '[2,"1","Authorize",{"idTag":"\0"}]',
}
READABLE_BUT_WRONG = {
    "too short": '[2,"17","Heartbeat"]',
    "too long": '[2,"17","Heartbeat",{},{}]',
    "action is an object": '[2,"17",{},{}]',
    "payload is a list": '[2,"17","Heartbeat",[]]',
    "payload is null": '[2,"17","Heartbeat",null]',
}
NOT_ASKED = ['[3,"1",{}]', '[4,"1","GenericError","",{}]', '[9,"1",{}]', '["2"]']


@pytest.mark.parametrize("frame", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_malformed_without_an_id(frame):
    with pytest.raises(Malformed) as caught:
        frames.read(frame)

    assert caught.value.call_id == "-1"


@pytest.mark.parametrize("frame", READABLE_BUT_WRONG.values(), ids=READABLE_BUT_WRONG)
def test_a_wrong_call_is_malformed_under_its_id(frame):
    with pytest.raises(Malformed) as caught:
        frames.read(frame)

    assert caught.value.call_id == "17"


@pytest.mark.parametrize("frame", NOT_ASKED)
def test_what_is_no_call_is_let_pass(frame):
    assert frames.read(frame) is None


def test_a_call_may_come_as_bytes():
    assert frames.read(HEARTBEAT.encode()) == Call("1", "Heartbeat", {})


def test_what_no_database_stores_is_left_out_of_texts():
    frame = r'[2,"1","Authorize",{"id\u0000Tag":["\ud800x\u0000\ud83d\ude00",1,null]}]'

    assert frames.read(frame) == Call("1", "Authorize", {"idTag": ["x😀", 1, None]})


def test_an_error_tells_nothing_of_the_payload():
    assert (
        frames.error("1", "FormationViolation") == '[4,"1","FormationViolation","",{}]'
    )


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
)


@given(st.text() | st.binary() | ANY_JSON.map(json.dumps))
def test_reading_anything_gives_a_call_or_nothing_or_malformed(frame):
    try:
        call = frames.read(frame)
    except Malformed:
        return
    assert call is None or json.loads(frames.result(call.id, call.payload))
