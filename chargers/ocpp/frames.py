"""OCPP-J frames: reading what may be anything, writing what is well-formed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from ocpp.messages import MessageType

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
CallId: TypeAlias = str | int

MOST_DIGITS = 18
DEEPEST = 16
LONGEST_ID = 100
# What the protocol puts where a message has no readable id.
NO_ID = "-1"


class Malformed(Exception):
    """Not a frame; `call_id` names it where that at least can be read."""

    def __init__(self, code: str, call_id: CallId = NO_ID) -> None:
        super().__init__(code)
        self.code = code
        self.call_id = call_id


@dataclass(frozen=True)
class Call:
    id: CallId
    action: str
    payload: dict[str, Json]


def read(frame: str | bytes) -> Call | None:
    """Return the call in `frame`; None for answers and unknown types of message.

    Raise Malformed.
    """
    message = _parse(frame)
    if not isinstance(message, list) or not message:
        raise Malformed("FormationViolation")
    if message[0] != MessageType.Call or isinstance(message[0], bool):
        return None
    call_id = _call_id(message)
    if len(message) != 4:
        raise Malformed("ProtocolError", call_id)
    _type, _id, action, payload = message
    if not isinstance(action, str) or not isinstance(payload, dict):
        raise Malformed("FormationViolation", call_id)
    return Call(call_id, action, payload)


def result(call_id: CallId, payload: dict[str, Json]) -> str:
    return _write([MessageType.CallResult, call_id, payload])


def error(call_id: CallId, code: str, description: str = "") -> str:
    """The payload is not told back: it may hold a PIN."""
    return _write([MessageType.CallError, call_id, code, description, {}])


def _write(message: list[Json]) -> str:
    return json.dumps(message, separators=(",", ":"))


def _call_id(message: list[Json]) -> CallId:
    call_id = message[1] if len(message) > 1 else None
    if isinstance(call_id, bool) or not isinstance(call_id, str | int):
        raise Malformed("FormationViolation")
    if len(str(call_id)) > LONGEST_ID:
        raise Malformed("FormationViolation")
    return call_id


def _parse(frame: str | bytes) -> Json:
    try:
        text = frame if isinstance(frame, str) else frame.decode()
        message: Json = _decoder.decode(text)
    except (ValueError, RecursionError):
        raise Malformed("FormationViolation") from None
    if text.count("[") + text.count("{") > DEEPEST and _is_deeper(message, DEEPEST):
        raise Malformed("FormationViolation")
    return _legible(message) if "\\u" in text else message


def _is_deeper(value: Json, levels: int) -> bool:
    if not isinstance(value, list | dict):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(each, levels - 1) for each in inside)


def _legible(value: Json) -> Json:
    """Leave out what no database stores: NUL and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\0", "").encode(errors="ignore").decode()
    if isinstance(value, list):
        return [_legible(each) for each in value]
    if isinstance(value, dict):
        return {str(_legible(key)): _legible(each) for key, each in value.items()}
    return value


def _without_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if abs(number) > 10**MOST_DIGITS:
        raise ValueError
    return number


def _refuse(_constant: str) -> NoReturn:
    raise ValueError


_decoder = json.JSONDecoder(
    object_pairs_hook=_without_repeats,
    parse_constant=_refuse,
    parse_float=_finite,
    parse_int=_integer,
)
