"""The charger's way to its gateway: connect, hold a conversation, come back."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from random import SystemRandom
from urllib.parse import quote

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from chargers.virtual_commander.bell import Bell
from chargers.virtual_commander.calls import Station
from chargers.virtual_commander.charger import Commander, Link
from chargers.virtual_commander.conversation import Conversation, Rebooting
from chargers.virtual_commander.silence import SILENT

REFUSALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}

random = SystemRandom()


@dataclass(frozen=True)
class Pauses:
    shortest: float = 1.0
    longest: float = 30.0

    def after(self, failures: int) -> float:
        """Grow with each failure, and never let two chargers return in step."""
        grown = self.shortest * 2.0 ** min(failures, 10)
        return min(grown, self.longest) * random.uniform(0.5, 1.0)


@dataclass(frozen=True)
class Account:
    """Where the charger belongs, and how it proves who it is."""

    gateway: str
    identity: str
    password: str

    @property
    def url(self) -> str:
        return f"{self.gateway.rstrip('/')}/{quote(self.identity, safe='')}"

    @property
    def authorization(self) -> str:
        credentials = f"{self.identity}:{self.password}".encode()
        return f"Basic {base64.b64encode(credentials).decode()}"


@dataclass
class Client:
    account: Account
    commander: Commander
    bell: Bell
    say: Callable[[str], None]
    pauses: Pauses = Pauses()
    response_timeout: float = 15.0
    _last_said: str = ""

    async def run(self) -> None:
        failures = 0
        while True:
            await self._connect()
            if _is_cancelled():
                return
            if self.commander.link is Link.ONLINE:
                failures = 0
            self.commander.disconnect()
            await asyncio.sleep(self.pauses.after(failures))
            failures += 1

    async def _connect(self) -> None:
        try:
            async with connect(
                self.account.url,
                additional_headers={"Authorization": self.account.authorization},
                subprotocols=[Subprotocol("ocpp1.6")],
                compression=None,
                proxy=None,
                close_timeout=0.5,
                logger=SILENT,
            ) as socket:
                station = Station(
                    self.account.identity,
                    socket,
                    self.commander,
                    response_timeout=self.response_timeout,
                )
                await Conversation(
                    station, self.commander, self.bell, self._welcome
                ).hold()
        except Exception as error:  # a lost connection must not end the charger
            if not _is_cancelled():
                self._explain(error)

    def _welcome(self) -> None:
        self._say(f"{self.account.identity} is connected to its gateway.")

    def _explain(self, error: Exception) -> None:
        """Say in a sentence what happened; an error's own text may quote a PIN."""
        if isinstance(error, InvalidStatus) and error.response.status_code in REFUSALS:
            self._say("The gateway refused the identity or the password. Trying again.")
        elif isinstance(error, ExceptionGroup) and error.subgroup(Rebooting):
            self._say(f"{self.account.identity} restarts.")
        else:
            self._say(f"No connection to {self.account.gateway}. Trying again.")

    def _say(self, sentence: str) -> None:
        if sentence != self._last_said:
            self._last_said = sentence
            self.say(sentence)


def _is_cancelled() -> bool:
    """Ask the task, for a task group that also fails raises that instead."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
