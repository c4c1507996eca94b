"""Real people's ways through the portal, in a real Chromium.

All of these tests run in one process, so that there is one Chromium. Playwright keeps
an event loop in the thread, in whose sight Django refuses to reach the database and
would open another connection. Both are set right only while Chromium runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

from tests import chromium
from tests.browser.visiting import PATIENCE_MS, Visits, Windows

HERE = Path(__file__).parent
OPTIONS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def initial_data(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Tests with a server leave the database empty: fill it for those that follow."""
    yield
    with django_db_blocker.unblock():
        contents = connection._test_serialized_contents  # type: ignore[attr-defined]
        connection.creation.deserialize_db_from_string(contents)
        connection.close()


@pytest.fixture(scope="package")
def browser(initial_data: None) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    program = chromium.find()
    assert program, "Install Chromium, or name it in CHROMIUM."
    outside = connections["default"]
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        connections["default"] = outside
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def windows(browser: Browser, live_server: LiveServer) -> Windows:
    return Windows(browser, live_server.url)


@pytest.fixture
def visits(windows: Windows, django_db_serialized_rollback: None) -> Iterator[Visits]:
    visits = Visits(windows)
    yield visits
    visits.end()
