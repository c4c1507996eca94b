from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from groups.models import PinCheck
from tests.chargers.ocpp.conftest import PIN
from tests.chargers.ocpp.running import running_gateway
from tests.chargers.ocpp.station import plugged_in
from tests.processes import ROOT

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def database_url() -> str:
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    address = f"{values['HOST']}:{values['PORT'] or 5432}"
    user = f"{values['USER']}:{values['PASSWORD']}".rstrip(":")
    return f"postgres://{user}@{address}/{values['NAME']}"


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "ocpp_gateway", *arguments],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "TEST_DATABASE_URL": database_url(),
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout
    finally:
        process.kill()
        process.wait(20)
        process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_soon_and_tells_the_chargers_to_come_back(charger, number):
    with started("--port=0") as (process, output):
        address = output.readline().split()[-1]
        gateway = address.replace("<identity>", "")
        with plugged_in(gateway, charger) as station:
            assert station.authorize(PIN) == "Accepted"
            sent_at = time.monotonic()
            process.send_signal(number)
            assert station.closing_code() == 1012

        assert process.wait(20) == 0
        assert time.monotonic() - sent_at < 10
        assert output.read() == ""

    charger.refresh_from_db()
    assert not charger.is_connected


def test_after_being_killed_it_forgets_whom_it_held(charger):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with started(f"--port={port}") as (process, output):
        output.readline()
        with plugged_in(f"ws://127.0.0.1:{port}/ocpp/", charger) as station:
            station.call("Heartbeat")
            process.kill()
            process.wait(20)
    charger.refresh_from_db()
    assert charger.is_connected

    with started(f"--port={port}") as (process, output):
        output.readline()
        charger.refresh_from_db()
        assert not charger.is_connected


def test_a_busy_port_is_said_in_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with started(f"--port={port}") as (process, output):
            said = output.read()
            process.wait(30)

    assert process.returncode == 1
    assert said == (
        f"CommandError: Port {port} of 127.0.0.1 is taken. Choose another with --port.\n"
    )


def test_a_wrong_pepper_is_said_in_a_sentence():
    PinCheck.objects.update_or_create(id=1, defaults={"value": "0" * 64})

    with pytest.raises(CommandError, match="^PIN_PEPPER is not the one"):
        call_command("ocpp_gateway", port=0)


def test_nothing_that_is_logged_tells_a_code(charger, caplog):
    caplog.set_level(logging.DEBUG)
    with running_gateway() as gateway, plugged_in(gateway, charger) as station:
        station.authorize(PIN)
        station.authorize("8531")
        station.start("8531")
        station.start(PIN, timestamp="nonsense")
        station.exchange("Authorize", {"idTag": {"PIN": PIN}})
        station.exchange("Authorize", {"idTag": "8531", "connectorId": "nonsense"})
        station.exchange("StartTransaction", {"idTag": PIN})
        station.say(f'[2,"1","Authorize",{{"idTag":"{PIN}"')
        station.hear()

    assert PIN not in caplog.text
    assert "8531" not in caplog.text
