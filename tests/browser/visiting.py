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
HEIGHT = 844
PATIENCE_MS = 10_000
OF_RESPONSES = ("Failed to load resource", "Response Status Error Code")


@dataclass
class Faults:
    """What a browser complains about, a refused script or style among it."""

    expected_statuses: set[int] = field(default_factory=set)
    found: list[str] = field(default_factory=list)

    def take(self) -> list[str]:
        found, self.found = self.found, []
        self.expected_statuses = set()
        return found

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._hear)
        context.on("weberror", self._fail)
        context.on("requestfailed", self._miss)
        context.on("response", self._answer)

    def _hear(self, message: ConsoleMessage) -> None:
        is_said_twice = message.text.startswith(OF_RESPONSES)
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
class Windows:
    """Browser windows that tests take and give back: each keeps its cache of styles."""

    browser: Browser
    url: str
    faults: Faults = field(default_factory=Faults)
    idle: dict[bool, list[BrowserContext]] = field(default_factory=dict)

    def take(self, *, javascript: bool) -> BrowserContext:
        if idle := self.idle.get(javascript):
            return idle.pop()
        context = self.browser.new_context(
            base_url=self.url,
            java_script_enabled=javascript,
            locale="en",
            permissions=["clipboard-read", "clipboard-write"],
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        self.faults.watch(context)
        return context

    def give_back(self, context: BrowserContext, *, javascript: bool) -> None:
        for page in context.pages:
            page.close()
        context.clear_cookies()
        self.idle.setdefault(javascript, []).append(context)


@dataclass
class Visits:
    """What the people of one test do. No window may have had a fault at its end."""

    windows: Windows
    taken: list[tuple[BrowserContext, bool]] = field(default_factory=list)

    def start(
        self,
        user: User | None = None,
        path: str = "/",
        *,
        width: int = DESKTOP,
        dark: bool = False,
        javascript: bool = True,
    ) -> Page:
        """Open `path` in a window of a signed-in `user`, or of a stranger."""
        context = self.windows.take(javascript=javascript)
        self.taken.append((context, javascript))
        if user is not None:
            sign_in(context, user, self.windows.url)
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.goto(path)
        return page

    def expect_statuses(self, *statuses: int) -> None:
        self.windows.faults.expected_statuses.update(statuses)

    def end(self) -> None:
        while self.taken:
            context, javascript = self.taken.pop()
            self.windows.give_back(context, javascript=javascript)
        found = self.windows.faults.take()
        assert not found, "\n".join(found)


def sign_in(context: BrowserContext, user: User, url: str) -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}]
    )
