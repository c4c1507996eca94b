from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation

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
    """Return everything the keypad serves, by path; its page in every language."""
    context = {"identity": identity, "speed_up": speed_up, "styles": STYLES}
    pages = {path: Page(kind, _static(path)) for path, kind in FILES.items()}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            html = render_to_string("virtual_commander/keypad.html", context)
        pages[f"/{language}"] = Page("text/html; charset=utf-8", html.encode())
    return pages | {"/": pages[f"/{settings.LANGUAGE_CODE}"]}


def language_for(accepted: str) -> str:
    """Return the language that the portal, too, would choose for a browser."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    return translation.get_language_from_request(request)


def _static(path: str) -> bytes:
    found = finders.find(f"virtual_commander{path}")
    if not isinstance(found, str):
        raise FileNotFoundError(path)
    return Path(found).read_bytes()
