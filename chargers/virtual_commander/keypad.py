"""The keypad page's own small server: one page, one WebSocket, this machine only."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from django.utils import translation
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Origin

from chargers.virtual_commander.bell import Bell
from chargers.virtual_commander.charger import Commander
from chargers.virtual_commander.display import snapshot
from chargers.virtual_commander.pages import Page, language_for
from chargers.virtual_commander.silence import SILENT

HOST = "127.0.0.1"
SOCKET_PATH = "/socket"
PIN = re.compile("[0-9]{4}")
HEADERS = {
    "Cache-Control": "no-store",
    "Connection": "close",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'none'; "
        "frame-ancestors 'none'; img-src 'self'; script-src 'self'; style-src 'self'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def bind(port: int) -> socket.socket:
    """Take the port, or raise OSError where somebody else has it."""
    return socket.create_server((HOST, port))


@dataclass
class Keypad:
    commander: Commander
    bell: Bell
    pages: dict[str, Page]
    listener: socket.socket

    @property
    def port(self) -> int:
        port: int = self.listener.getsockname()[1]
        return port

    @property
    def hosts(self) -> list[str]:
        return [f"{HOST}:{self.port}", f"localhost:{self.port}"]

    async def open(self) -> Server:
        # Origins, because any page in the same browser may open a WebSocket here.
        return await serve(
            self._attend,
            sock=self.listener,
            origins=[Origin(f"http://{host}") for host in self.hosts],
            process_request=self._respond,
            compression=None,
            max_size=256,
            open_timeout=5,
            close_timeout=0.5,
            server_header=None,
            logger=SILENT,
        )

    def _respond(
        self, connection: ServerConnection, request: Request
    ) -> Response | None:
        # A foreign name that resolves to this machine would pass as same-origin.
        if request.headers.get_all("Host") not in [[host] for host in self.hosts]:
            return _plain(HTTPStatus.MISDIRECTED_REQUEST)
        if request.method != "GET":
            return _plain(HTTPStatus.METHOD_NOT_ALLOWED)
        if request.path == SOCKET_PATH:
            return None
        path = request.path if request.path != "/" else f"/{_language(request)}"
        page = self.pages.get(path)
        return _response(HTTPStatus.OK, page) if page else _plain(HTTPStatus.NOT_FOUND)

    async def _attend(self, connection: ServerConnection) -> None:
        async with asyncio.TaskGroup() as group:
            showing = group.create_task(self._show(connection))
            with suppress(ConnectionClosed):
                async for frame in connection:
                    self._obey(frame)
            showing.cancel()

    async def _show(self, connection: ServerConnection) -> None:
        shown, language = "", _language(connection.request)
        with suppress(ConnectionClosed):
            while True:
                with translation.override(language):
                    current = json.dumps(snapshot(self.commander))
                if current == shown:
                    await self.bell.wait()
                else:
                    await connection.send(current)
                    shown = current

    def _obey(self, frame: str | bytes) -> None:
        if not isinstance(frame, str):
            return
        if PIN.fullmatch(frame):
            self.commander.enter(frame)
        elif frame == "plug":
            self.commander.plug()
        elif frame == "unplug":
            self.commander.unplug()
        elif frame == "stop":
            self.commander.stop()


def _language(request: Request | None) -> str:
    accepted = request.headers.get_all("Accept-Language") if request else []
    return language_for(", ".join(accepted))


def _plain(status: HTTPStatus) -> Response:
    page = Page("text/plain; charset=utf-8", f"{status.phrase}\n".encode())
    return _response(status, page)


def _response(status: HTTPStatus, page: Page) -> Response:
    headers = Headers(HEADERS)
    headers["Content-Type"] = page.content_type
    headers["Content-Length"] = str(len(page.body))
    return Response(status, status.phrase, headers, page.body)
