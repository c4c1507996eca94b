from __future__ import annotations

import re
import urllib.error
import urllib.request

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from chargers.virtual_commander import pages
from tests.chargers.virtual_commander.surroundings import IDENTITY, Visitor, Wall


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", None])
def test_the_keypad_listens_to_no_other_page(wall, origin):
    wall.hang()

    url = f"ws://127.0.0.1:{wall.port}/socket"
    with (
        pytest.raises(InvalidStatus, match="403"),
        connect(url, origin=origin, proxy=None),
    ):
        pass


def test_the_keypad_answers_to_no_foreign_name(wall):
    wall.hang()

    assert status_of(wall, "/", host="evil.example") == 421


def test_the_keypad_page_has_its_keys_and_nothing_inline():
    page = pages.load(identity="<COMMANDER>", speed_up=60)["/"].body.decode()

    assert all(f'data-digit="{digit}">{digit}</button>' in page for digit in range(10))
    assert "energy and time run 60 times as fast" in page
    assert "&lt;COMMANDER&gt;" in page
    assert not re.search(r"<style|style=|<script>|\son[a-z]+=", page)


def test_the_keypad_serves_every_file_its_page_names(wall):
    page = pages.load(identity=IDENTITY, speed_up=1)["/"].body.decode()
    files = re.findall(r'(?:href|src)="(/[^"]+)"', page)

    wall.hang()

    assert {"/keypad.css", "/keypad.js", "/icon.svg"} < set(files)
    assert {status_of(wall, path) for path in ["/", *files]} == {200}


def test_the_keypad_serves_nothing_else(wall):
    wall.hang()

    assert status_of(wall, "/../manage.py") == 404
    assert status_of(wall, "/", method="POST") == 405


def test_the_keypad_speaks_the_language_of_the_browser(wall):
    wall.hang().sees("Ready")
    german = Visitor(wall.port, language="de-AT, en;q=0.5")

    german.sees("Bereit", hint="Vierstellige PIN eingeben", energy="0,00")
    german.leave()

    page = fetched(wall, "/", language="de-AT, en;q=0.5")
    assert '<html lang="de">' in page
    assert ">Löschen</button>" in page
    assert '<html lang="en">' in fetched(wall, "/", language="fr")


def fetched(wall: Wall, path: str, *, language: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{wall.port}{path}")
    request.add_header("Accept-Language", language)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request) as response:
        return response.read().decode()


def status_of(wall: Wall, path: str, *, host: str = "", method: str = "GET") -> int:
    request = urllib.request.Request(f"http://127.0.0.1:{wall.port}{path}")
    request.method = method
    request.add_header("Host", host or f"127.0.0.1:{wall.port}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request) as response:
            assert "script-src 'self'" in response.headers["Content-Security-Policy"]
            return int(response.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def test_nonsense_from_the_page_changes_nothing(wall, central):
    wall.hang().sees("Ready")

    for frame in ["123", "12345", "１２３４", "launch", b"2468"]:
        wall.visitor.send(frame)
    wall.visitor.send("plug")

    assert central.wait_for("StatusNotification", number=3)["status"] == "Preparing"
    assert central.told("Authorize") == []
