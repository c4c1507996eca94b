"""A charging bay: the real gateway and a virtual Commander, each a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from chargers.models import Charger

ROOT = Path(__file__).parent.parent.parent
HOST = "127.0.0.1"
SPEED_UP = 600
PATIENCE = 20


@contextmanager
def commander(charger: Charger, password: str) -> Iterator[str]:
    """Connect a Commander as `charger`; give the address of its keypad page."""
    with running("ocpp_gateway", f"--host={HOST}", "--port=0") as said:
        gateway = said.rpartition(" ")[2].replace("<identity>\n", "")
        with running(
            "virtual_commander",
            charger.identity,
            f"--gateway={gateway}",
            "--keypad-port=0",
            f"--speed-up={SPEED_UP}",
            VIRTUAL_COMMANDER_PASSWORD=password,
        ) as said:
            yield said.rpartition(" ")[2].strip()


@contextmanager
def running(*command: str, **variables: str) -> Iterator[str]:
    """Run a command of manage.py until the block ends; give the first line it says."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=os.environ | environment() | variables,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process:
        try:
            said = process.stdout.readline()
            assert said, f"{command[0]} ended with {process.wait()}."
            yield said
        finally:
            end(process)


def end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


def environment() -> dict[str, str]:
    return {
        "DATABASE_URL": database_url(),
        "DJANGO_ALLOW_ASYNC_UNSAFE": "",
        "DJANGO_SETTINGS_MODULE": "wallportal.settings",
        "PYTHONUNBUFFERED": "1",
    }


def database_url() -> str:
    """Return the address of the database that the tests are on now."""
    place = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{place['NAME']}"
    who = f"{place['USER']}:{place['PASSWORD']}"
    return f"postgres://{who}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
