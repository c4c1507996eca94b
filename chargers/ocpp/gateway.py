"""The process that holds the chargers' connections."""

from __future__ import annotations

import asyncio
import logging
import socket
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.utils import timezone
from websockets import CloseCode, ConnectionClosed, Request, Response, Subprotocol
from websockets.asyncio.server import Server, ServerConnection, serve

from chargers import connections
from chargers.connections import Ending
from chargers.models import Charger
from chargers.ocpp import handshake, v16
from chargers.ocpp.conversation import Conversation
from chargers.ocpp.db import Bridge, Unavailable
from chargers.ocpp.handshake import Credentials

logger = logging.getLogger(__name__)

# A long session tells all its meter values again when it stops.
LARGEST_FRAME = 2**20
HANDSHAKE_SECONDS = 10
PING_SECONDS = 25
CLOSING_SECONDS = 3
STOPPING_SECONDS = 6
# Thousands of chargers return at once after a restart.
BACKLOG = 1024
KEEP_ALIVE_SECONDS = 30
NOBODY = Credentials("", b"")


class Line(ServerConnection):
    """A charger's connection; the handshake says whose."""

    charger: Charger


@dataclass(frozen=True)
class Held:
    line: ServerConnection
    key: UUID


class Gateway:
    def __init__(self, *, keep_alive_seconds: float = KEEP_ALIVE_SECONDS) -> None:
        self._keep_alive_seconds = keep_alive_seconds
        self._bridge = Bridge()
        self._held: dict[UUID, Held] = {}
        self._goodbyes: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self.name = ""

    async def run(
        self,
        host: str,
        port: int,
        *,
        stop: asyncio.Event,
        on_ready: Callable[[int], None],
    ) -> None:
        """Serve until `stop`; raise OSError where the port is taken."""
        try:
            server = await self._listen(host, port)
            on_ready(_port(server))
            async with asyncio.TaskGroup() as tasks:
                keeping = tasks.create_task(self._keep_alive())
                await stop.wait()
                keeping.cancel()
            await self._hang_up(server)
        finally:
            self._bridge.close()

    async def _listen(self, host: str, port: int) -> Server:
        server = await serve(
            self._serve,
            host,
            port,
            process_request=self._admit,
            select_subprotocol=_select_subprotocol,
            create_connection=Line,
            compression=None,
            max_size=LARGEST_FRAME,
            max_queue=4,
            open_timeout=HANDSHAKE_SECONDS,
            close_timeout=CLOSING_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            server_header=None,
            backlog=BACKLOG,
            start_serving=False,
        )
        self.name = f"{socket.gethostname()}:{_port(server)}"[:100]
        # Nobody else listens here, so what was connected here is so no longer.
        await self._forget_connections()
        await server.start_serving()
        return server

    async def _admit(self, line: ServerConnection, request: Request) -> Response | None:
        if "Origin" in request.headers:
            return line.respond(HTTPStatus.FORBIDDEN, "Not for browsers.\n")
        given = handshake.credentials_in(request.path, request.headers) or NOBODY
        try:
            charger = await self._bridge.run(connections.admit, *given)
        except Unavailable:
            return line.respond(HTTPStatus.SERVICE_UNAVAILABLE, "Try again later.\n")
        if charger is None:
            logger.info("charger=%s handshake=refused", given.identity)
            refusal = line.respond(HTTPStatus.UNAUTHORIZED, "Unknown charger.\n")
            refusal.headers["WWW-Authenticate"] = 'Basic realm="WallPortal"'
            return refusal
        cast(Line, line).charger = charger
        return None

    async def _serve(self, line: ServerConnection) -> None:
        charger, key = cast(Line, line).charger, uuid.uuid4()
        self._take_over(charger, Held(line, key))
        try:
            await self._bridge.write(
                connections.begin, charger, key=key, gateway=self.name
            )
            await self._converse(line, v16.conversation(charger, self._bridge))
        except ConnectionClosed:
            pass
        except Unavailable as error:
            logger.error("charger=%s database=%s", charger.identity, error)
            await line.close(CloseCode.TRY_AGAIN_LATER)
        except connections.Over as over:
            await line.close(CloseCode.POLICY_VIOLATION, over.ending)
        finally:
            await self._let_go(charger, key)

    async def _converse(
        self, line: ServerConnection, conversation: Conversation
    ) -> None:
        async for frame in line:
            answer = await conversation.answer(frame)
            if answer is not None:
                await line.send(answer)

    def _take_over(self, charger: Charger, held: Held) -> None:
        former = self._held.get(charger.pk)
        self._held[charger.pk] = held
        if former is not None:
            self._dismiss(former, Ending.REPLACED)

    def _dismiss(self, held: Held, ending: Ending) -> None:
        goodbye = asyncio.create_task(
            held.line.close(CloseCode.POLICY_VIOLATION, ending)
        )
        self._goodbyes.add(goodbye)
        goodbye.add_done_callback(self._goodbyes.discard)

    async def _let_go(self, charger: Charger, key: UUID) -> None:
        held = self._held.get(charger.pk)
        if held is None or held.key != key:
            return
        del self._held[charger.pk]
        if self._is_stopping:
            return
        try:
            await self._bridge.write(connections.end, charger, key=key)
        except Unavailable as error:
            # The next gateway's keep-alive notices the silence.
            logger.error("charger=%s database=%s", charger.identity, error)

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._keep_alive_seconds)
            keys = {pk: held.key for pk, held in self._held.items()}
            try:
                lost = await self._bridge.run(connections.keep_alive, keys)
            except Unavailable as error:
                logger.error("keep-alive database=%s", error)
                continue
            for pk, ending in lost.items():
                held = self._held.get(pk)
                if held is not None and held.key == keys[pk]:
                    self._dismiss(held, ending)

    async def _hang_up(self, server: Server) -> None:
        self._is_stopping = True
        server.close(code=CloseCode.SERVICE_RESTART, reason="The gateway restarts")
        try:
            async with asyncio.timeout(STOPPING_SECONDS):
                await server.wait_closed()
        except TimeoutError:
            logger.warning("stopping=late")
        try:
            await self._forget_connections()
        except Unavailable as error:
            logger.error("stopping database=%s", error)

    async def _forget_connections(self) -> None:
        await self._bridge.run(
            connections.forget_gateway, self.name, before=timezone.now()
        )


def _select_subprotocol(
    _line: ServerConnection, offered: Sequence[Subprotocol]
) -> Subprotocol | None:
    return handshake.choose_subprotocol(offered, [v16.VERSION.subprotocol])


def _port(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])
