from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

STYLES = ("/keypad.css", "/wall.css", "/device.css", "/keys.css", "/car.css")
FILES = dict.fromkeys(STYLES, "text/css; charset=utf-8") | {
    "/keypad.js": "text/javascript; charset=utf-8",
    "/icon.svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Page:
    content_type: str
    body: bytes


def load(*, identity: str, speed_up: int) -> dict[str, Page]:
    """Return everything the keypad serves, by path."""
    html = render_to_string(
        "virtual_commander/keypad.html",
        {"identity": identity, "speed_up": speed_up, "styles": STYLES},
    )
    pages = {path: Page(kind, _static(path)) for path, kind in FILES.items()}
    pages["/"] = Page("text/html; charset=utf-8", html.encode())
    return pages


def _static(path: str) -> bytes:
    found = finders.find(f"virtual_commander{path}")
    if not isinstance(found, str):
        raise FileNotFoundError(path)
    return Path(found).read_bytes()
