"""One charger's side of the line: a frame in, a frame out, never an exception."""

from __future__ import annotations

import dataclasses
import functools
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import cast

from ocpp import charge_point as package
from ocpp.exceptions import (
    FormatViolationError,
    InternalError,
    NotImplementedError,
    NotSupportedError,
    OCPPError,
)

from chargers import connections
from chargers.ocpp import frames, validation
from chargers.ocpp.db import Unavailable
from chargers.ocpp.frames import Call, Json, Malformed
from chargers.ocpp.validation import Payload

logger = logging.getLogger(__name__)

Handler = Callable[..., Awaitable[object]]
# The package has those of the two in the middle the other way round.
DESCRIPTIONS = {
    "FormationViolation": "The payload is not what the action asks for",
    "InternalError": "The gateway could not handle this",
    "NotImplemented": "The action is not known",
    "NotSupported": "The action is not handled here",
    "ProtocolError": "The payload is incomplete",
    "TypeConstraintViolation": "A value is of the wrong type",
}


@dataclass(frozen=True)
class Version:
    """A protocol version: what it knows, and what of it is handled by whom."""

    name: str
    subprotocol: str
    actions: frozenset[str]
    handlers: Mapping[str, Handler]


@dataclass(frozen=True, slots=True)
class Conversation:
    """`charge_point` is whom the version's handlers are methods of."""

    identity: str
    version: Version
    charge_point: object

    async def answer(self, frame: str | bytes) -> str | None:
        """Return the answer to send, if any; raise Unavailable or connections.Over."""
        try:
            call = frames.read(frame)
        except Malformed as error:
            return frames.error(error.call_id, error.code)
        return None if call is None else await self._answer_call(call)

    async def _answer_call(self, call: Call) -> str:
        try:
            return frames.result(call.id, await self._handle(call))
        except (Unavailable, connections.Over):
            raise
        except OCPPError as error:
            return _refusal(call, error)
        except Exception as error:
            # Never its text or its traceback's values: they may hold a PIN.
            logger.error(
                "charger=%s action=%s failed=%s at=%s",
                self.identity,
                call.action,
                type(error).__name__,
                _place(error),
            )
            return _refusal(call, InternalError())

    async def _handle(self, call: Call) -> Payload:
        handler = self._handler(call.action)
        payload = await validation.accepted(
            call.action, call.payload, self.version.name
        )
        answer = await handler(self.charge_point, **_snake_case(payload))
        answered = _camel_case(answer)
        if not validation.is_valid_answer(call.action, answered, self.version.name):
            raise InternalError
        return answered

    def _handler(self, action: str) -> Handler:
        if action in self.version.handlers:
            return self.version.handlers[action]
        raise (
            NotSupportedError if action in self.version.actions else NotImplementedError
        )


def _refusal(call: Call, error: OCPPError) -> str:
    """The error's own text and details are left out: they tell the payload."""
    is_format = isinstance(error, FormatViolationError)
    code = "FormationViolation" if is_format else error.code
    return frames.error(call.id, code, DESCRIPTIONS.get(code, ""))


def _place(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename}:{last.lineno}"


def _snake_case(value: Payload) -> dict[str, Json]:
    return cast("dict[str, Json]", _renamed(value))


def _renamed(value: Json) -> Json:
    if isinstance(value, dict):
        return {_snake(name): _renamed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each) for each in value]
    return value


@functools.cache
def _snake(name: str) -> str:
    """Only for names that a schema knows, so that the cache stays small."""
    return str(next(iter(package.camel_to_snake_case({name: None}))))


def _camel_case(answer: object) -> Payload:
    return cast(Payload, _written(answer))


def _written(value: object) -> Json:
    if dataclasses.is_dataclass(value):
        return {
            _camel(name): _written(getattr(value, name))
            for name in value.__dataclass_fields__
            if getattr(value, name) is not None
        }
    return cast(Json, value)


@functools.cache
def _camel(name: str) -> str:
    return str(next(iter(package.snake_to_camel_case({name: None}))))
