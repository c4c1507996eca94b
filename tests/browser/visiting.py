from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    WebError,
)

from accounts.models import User

PHONE = 390
DESKTOP = 1280
PATIENCE_MS = 10_000


@dataclass
class Faults:
    """What a browser complains about, a refused script or style among it."""

    expected_statuses: set[int] = field(default_factory=set)
    found: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._hear)
        context.on("weberror", self._fail)
        context.on("requestfailed", self._miss)
        context.on("response", self._answer)

    def _hear(self, message: ConsoleMessage) -> None:
        is_said_twice = message.text.startswith("Failed to load resource")
        if message.type in {"error", "warning"} and not is_said_twice:
            self.found.append(f"console: {message.text}")

    def _fail(self, error: WebError) -> None:
        self.found.append(f"script: {error.error}")

    def _miss(self, request: Request) -> None:
        # Leaving a page ends its requests.
        if request.failure != "net::ERR_ABORTED":
            self.found.append(f"request: {request.url} {request.failure}")

    def _answer(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected_statuses:
            self.found.append(f"{response.status}: {response.url}")


@dataclass
class Visits:
    """The browser windows of a test. None of them may have had a fault at its end."""

    browser: Browser
    url: str
    faults: Faults = field(default_factory=Faults)
    contexts: list[BrowserContext] = field(default_factory=list)

    def start(
        self,
        user: User | None = None,
        *,
        width: int = DESKTOP,
        dark: bool = False,
        javascript: bool = True,
    ) -> Page:
        """Open a window of a signed-in `user`, or of a stranger."""
        context = self.browser.new_context(
            base_url=self.url,
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            locale="en",
            permissions=["clipboard-read", "clipboard-write"],
            reduced_motion="reduce",
            viewport={"width": width, "height": 844},
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        self.faults.watch(context)
        if user is not None:
            sign_in(context, user, self.url)
        return context.new_page()

    def end(self) -> None:
        while self.contexts:
            self.contexts.pop().close()
        found, self.faults.found = self.faults.found, []
        assert not found, "\n".join(found)


def sign_in(context: BrowserContext, user: User, url: str) -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}]
    )
