"""A charger for tests: it says exactly what it is told to, right or wrong."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.utils import timezone
from websockets import ConnectionClosed, Subprotocol
from websockets.sync.client import ClientConnection, connect

from chargers.models import Charger

PASSWORD = "0123456789abcdefghjkmnpqrs"
_ids = itertools.count(1)


def basic(name: str, password: str | bytes) -> str:
    secret = password if isinstance(password, bytes) else password.encode()
    return f"Basic {base64.b64encode(name.encode() + b':' + secret).decode()}"


def now() -> str:
    return f"{timezone.now():%Y-%m-%dT%H:%M:%S.%fZ}"


def meter_value(*values: dict, timestamp: str = "") -> dict:
    return {"timestamp": timestamp or now(), "sampledValue": list(values)}


class Station:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def say(self, frame: str | bytes) -> None:
        self.socket.send(frame)

    def hear(self) -> list:
        return json.loads(self.socket.recv(10))

    def closing_code(self) -> int:
        return self.closing()[0]

    def closing(self) -> tuple[int, str]:
        """Wait for the gateway to close; return its reason as number and words."""
        with pytest.raises(ConnectionClosed) as caught:
            self.hear()
        assert caught.value.rcvd is not None
        return caught.value.rcvd.code, caught.value.rcvd.reason

    def exchange(self, action: str, payload: object) -> list:
        """Return the whole answer to a call, whatever it is."""
        self.say(json.dumps([2, str(next(_ids)), action, payload]))
        return self.hear()

    def call(self, action: str, **payload: object) -> dict:
        kind, _id, *rest = self.exchange(action, payload)
        assert kind == 3, rest
        return rest[0]

    def authorize(self, id_tag: str) -> str:
        return self.call("Authorize", idTag=id_tag)["idTagInfo"]["status"]

    def start(self, id_tag: str, **changes: object) -> tuple[int, str]:
        """Return the transaction id and the verdict."""
        report = {"connectorId": 1, "meterStart": 1000, "timestamp": now()}
        answer = self.call("StartTransaction", idTag=id_tag, **(report | changes))
        return answer["transactionId"], answer["idTagInfo"]["status"]

    def meter(self, *values: dict, timestamp: str = "", **changes: object) -> dict:
        report = {
            "connectorId": 1,
            "meterValue": [meter_value(*values, timestamp=timestamp)],
        }
        return self.call("MeterValues", **(report | changes))

    def stop(self, transaction_id: int | None, **changes: object) -> dict:
        report = {"transactionId": transaction_id, "meterStop": 3000}
        return self.call("StopTransaction", **(report | {"timestamp": now()} | changes))


@contextmanager
def plugged_in(
    gateway: str, charger: Charger, *, subprotocols: tuple[str, ...] = ("ocpp1.6",)
) -> Iterator[Station]:
    with connect(
        gateway + charger.identity,
        additional_headers={"Authorization": basic(charger.identity, PASSWORD)},
        subprotocols=[Subprotocol(name) for name in subprotocols] or None,
        compression=None,
    ) as socket:
        yield Station(socket)
