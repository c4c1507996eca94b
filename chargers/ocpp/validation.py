"""Is a payload what its action asks for?

Strict by the protocol's schemas first. What fails is cleaned of what is known to be
harmless, and tried by looser schemas; what fails these as well gets the package's own
validator, which names the fault.
"""

from __future__ import annotations

import functools
from typing import cast

import jsonschema_rs
from ocpp import messages
from ocpp.exceptions import FormatViolationError
from ocpp.messages import MessageType

from chargers.ocpp.frames import Json

Payload = dict[str, Json]
# Laws that real chargers break without harm: what is not understood is let be.
MAY_LACK = frozenset({"transactionId"})
LET_BE = frozenset({"additionalProperties", "enum", "format", "maxLength", "minItems"})


async def accepted(action: str, payload: Payload, version: str) -> Payload:
    """Return the payload as it may be worked with; raise ocpp's OCPPError."""
    if _strict(MessageType.Call, action, version).is_valid(payload):
        return payload
    cleaned = cast(Payload, _cleaned(payload, _schema(action, version)))
    if _loose(action, version).is_valid(cleaned):
        return cleaned
    await messages.validate_payload(messages.Call("", action, cleaned), version)
    raise FormatViolationError


def is_valid_answer(action: str, payload: Payload, version: str) -> bool:
    return _strict(MessageType.CallResult, action, version).is_valid(payload)


@functools.cache
def _strict(
    message_type: int, action: str, version: str
) -> jsonschema_rs.Draft4Validator:
    schema = messages.get_validator(message_type, action, version).schema
    return jsonschema_rs.Draft4Validator(schema, validate_formats=False)


@functools.cache
def _loose(action: str, version: str) -> jsonschema_rs.Draft4Validator:
    schema = _loosened(_schema(action, version))
    required = cast("list[str]", schema.get("required", []))
    schema["required"] = [name for name in required if name not in MAY_LACK]
    return jsonschema_rs.Draft4Validator(schema, validate_formats=False)


def _schema(action: str, version: str) -> Payload:
    validator = messages.get_validator(MessageType.Call, action, version)
    return cast(Payload, validator.schema)


def _loosened(schema: Payload) -> Payload:
    return {
        law: _loosened(value) if isinstance(value, dict) else value
        for law, value in schema.items()
        # A property may be called like a law, such as `format`.
        if law not in LET_BE or isinstance(value, dict)
    }


def _cleaned(value: Json, schema: Payload) -> Json:
    """Leave out what the schema does not know and what is null."""
    if isinstance(value, dict):
        known = cast("dict[str, Payload]", schema.get("properties", {}))
        return {
            name: _cleaned(each, known[name])
            for name, each in value.items()
            if name in known and each is not None
        }
    if isinstance(value, list):
        items = cast(Payload, schema.get("items", {}))
        return [_cleaned(each, items) for each in value if each is not None]
    return _converted(value, schema.get("type"))


def _converted(value: Json, kind: Json) -> Json:
    """Numbers written as text, and the reverse."""
    if isinstance(value, bool):
        return value
    if kind == "string" and isinstance(value, int | float):
        return str(value)
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    if kind == "integer" and isinstance(value, str) and _is_whole_number(value):
        return int(value)
    return value


def _is_whole_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= 18
