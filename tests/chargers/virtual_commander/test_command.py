from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.chargers.virtual_commander.central_system import CentralSystem
from tests.chargers.virtual_commander.surroundings import (
    IDENTITY,
    PASSWORD,
    PIN,
    WRONG_PIN,
    Visitor,
)


def test_a_busy_keypad_port_is_said_in_one_sentence(monkeypatch):
    monkeypatch.setenv("VIRTUAL_COMMANDER_PASSWORD", PASSWORD)

    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(SystemExit) as end:
            call_command("virtual_commander", IDENTITY, keypad_port=port)

    assert f"The keypad cannot use port {port}" in str(end.value)
    assert "\n" not in str(end.value)


def test_without_a_password_it_does_not_start(monkeypatch, tmp_path):
    monkeypatch.delenv("VIRTUAL_COMMANDER_PASSWORD", raising=False)

    with pytest.raises(SystemExit, match="Set the charger's password"):
        call_command("virtual_commander", IDENTITY)
    with pytest.raises(SystemExit, match="cannot be read"):
        call_command("virtual_commander", IDENTITY, password_file=tmp_path / "none")


@pytest.fixture
def process(central: CentralSystem, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    password_file = tmp_path / "password"
    password_file.write_text(f"{PASSWORD}\n")
    command = [sys.executable, "manage.py", "virtual_commander", IDENTITY]
    options = [f"--gateway={central.url}", f"--password-file={password_file}"]
    process = subprocess.Popen(
        [*command, *options, "--keypad-port=0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        yield process
        process.kill()


@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_charge_and_the_program(central, process, stop_signal):
    port = int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
    visitor = Visitor(port)
    visitor.sees("Ready")
    visitor.send(WRONG_PIN)
    visitor.sees("Not accepted")
    visitor.send(PIN)
    visitor.sees("Plug in")
    visitor.send("plug")
    central.wait_for("StartTransaction")

    process.send_signal(stop_signal)
    output, _ = process.communicate(timeout=2)

    visitor.leave()
    assert process.returncode == 0
    assert output == f"{IDENTITY} is connected to its gateway.\n"
    assert central.wait_for("StopTransaction")["reason"] == "PowerLoss"
