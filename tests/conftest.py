from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.utils import translation

from tests import chromium

pytest_plugins = ["tests.cast"]

BROWSER_TESTS = Path(__file__).parent / "browser"

hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")


def pytest_configure() -> None:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    if not is_worker:
        shutil.rmtree(settings.TEST_DIR, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if BROWSER_TESTS in item.path.parents:
            item.add_marker("browser")
            if not chromium.find() and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason="no Chromium was found"))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A request of a German leaves its thread German; no other test shall notice."""
    with translation.override(settings.LANGUAGE_CODE):
        yield
