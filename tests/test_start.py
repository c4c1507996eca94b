"""Starting: what is refused in one sentence, and what runs and ends together."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.processes import (
    MODULE,
    ROOT,
    Started,
    demonstration,
    free_ports,
    is_free,
    page,
    wait_until,
)
from wallportal import supervisor

PRODUCTION = {
    "ALLOWED_HOSTS": "",
    "BASE_URL": "https://charge.example",
    "DATABASE_URL": "",
    "DEBUG": "false",
    "DEMO": "false",
    "DJANGO_SETTINGS_MODULE": "wallportal.settings",
    "PIN_PEPPER": "zL0xV9tq4eJwYh2mB7sKcR5dGfN8pAuE",
    "SECRET_KEY": "aQ3nT7yUi1oP5sDfG9hJkL2zXcV4bNmW8eRtY6uIoPaSdFgHjKlZ",
}
MANAGE = [sys.executable, "manage.py"]
GUNICORN = [sys.executable, "-m", "gunicorn", "-c", "python:wallportal.gunicorn"]
WITHOUT_SECRET = [
    ({"SECRET_KEY": ""}, "SECRET_KEY is missing."),
    ({"SECRET_KEY": "too short"}, "SECRET_KEY is too weak."),
    ({"SECRET_KEY": "ab" * 30}, "SECRET_KEY is too weak."),
    ({"PIN_PEPPER": ""}, "PIN_PEPPER is missing."),
    ({"PIN_PEPPER": PRODUCTION["SECRET_KEY"]}, "PIN_PEPPER must differ"),
    ({"SECRET_KEY_FILE": "/nowhere/secret", "SECRET_KEY": ""}, "cannot be read."),
]
UNSAFE = [
    ({"DEBUG": "true"}, "DEBUG is on."),
    ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name"),
    ({"ALLOWED_HOSTS": "charge.example, *"}, "ALLOWED_HOSTS must name"),
    ({"BASE_URL": ""}, "BASE_URL must be"),
    ({"BASE_URL": "charge.example"}, "BASE_URL must be"),
    ({"BASE_URL": "http://charge.example"}, "BASE_URL must begin with https://"),
    ({"DATABASE_URL": "mysql://here/there"}, "DATABASE_URL must be"),
    ({"DATABASE_URL": "postgres://u:p@host:port/db"}, "DATABASE_URL must be"),
]


def run(
    command: list[str], environment: dict[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | PRODUCTION | {"VAR_DIR": str(folder)} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(("environment", "sentence"), WITHOUT_SECRET + UNSAFE)
def test_a_production_start_is_refused_in_one_sentence(environment, sentence, tmp_path):
    ended = run([*MANAGE, "check"], environment, tmp_path)

    assert ended.returncode == 1
    assert ended.stderr.startswith("WallPortal does not start: ")
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_the_gateway_refuses_as_the_portal_does(tmp_path):
    ended = run([*MANAGE, "ocpp_gateway"], {"PIN_PEPPER": ""}, tmp_path)

    assert ended.returncode == 1
    assert "PIN_PEPPER is missing." in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_gunicorn_gives_up_instead_of_trying_for_ever(tmp_path):
    ended = run(GUNICORN, {"SECRET_KEY": "", "PORT": "0"}, tmp_path)

    assert ended.returncode != 0
    assert ended.stderr.count("SECRET_KEY is missing.") == 1
    assert "Traceback" not in ended.stderr


def test_a_pepper_that_is_not_the_databases_is_refused(tmp_path):
    remember = "from groups import pins; pins.verify_pepper()"
    run([*MANAGE, "migrate", "--verbosity=0"], {}, tmp_path).check_returncode()
    run([*MANAGE, "shell", "-c", remember], {}, tmp_path).check_returncode()

    another = {"PIN_PEPPER": "another " + PRODUCTION["PIN_PEPPER"], "PORT": "0"}
    portal = run(GUNICORN, another, tmp_path)
    gateway = run([*MANAGE, "ocpp_gateway", "--port=0"], another, tmp_path)

    for ended in (portal, gateway):
        assert ended.returncode != 0
        assert ended.stderr.count("PIN_PEPPER is not the one") == 1
        assert "Traceback" not in ended.stderr


def test_a_secret_can_come_from_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(PRODUCTION["SECRET_KEY"] + "\n")

    ended = run(
        [*MANAGE, "check", "--deploy", "--fail-level=WARNING"],
        {"SECRET_KEY": "", "SECRET_KEY_FILE": str(secret)},
        tmp_path,
    )

    assert ended.returncode == 0, ended.stderr


def test_a_busy_port_is_named_and_nothing_is_started(tmp_path):
    started = Started(tmp_path)
    with socket.create_server(("127.0.0.1", started.ports["GATEWAY_PORT"])):
        ended = run(MODULE, started.environment, tmp_path)

    assert ended.returncode == 1
    assert ended.stderr == (
        f"WallPortal does not start: port {started.ports['GATEWAY_PORT']} is busy."
        " Choose another one with GATEWAY_PORT=.\n"
    )
    assert not list(tmp_path.glob("*.sqlite3"))


def test_a_database_that_does_not_answer_is_named_in_one_sentence(tmp_path):
    started = Started(tmp_path)
    (port,) = free_ports(1)
    nowhere = {"DATABASE_URL": f"postgres://nobody@127.0.0.1:{port}/nothing"}

    ended = run(MODULE, started.environment | nowhere, tmp_path)

    assert ended.returncode == 1
    assert "the database does not answer: " in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("ports", "sentence"),
    [
        ({"PORT": "http"}, "PORT=http is not a port number."),
        ({"KEYPAD_PORT": "65536"}, "KEYPAD_PORT=65536 is not a port number."),
        ({"PORT": "9000", "GATEWAY_PORT": "9000"}, "must differ."),
    ],
)
def test_ports_that_cannot_be_are_refused(ports, sentence, tmp_path):
    ended = run(MODULE, ports, tmp_path)

    assert ended.returncode == 1
    assert sentence in ended.stderr
    assert ended.stderr.count("\n") == 1


def read_demo(folder):
    return json.loads((folder / "demo.json").read_text())


def test_the_demonstration_runs_is_kept_and_ends_by_ctrl_c(tmp_path):
    with demonstration(tmp_path) as first:
        demo = read_demo(tmp_path)
        assert "Continue with email" in page(first.url("PORT", "/sign-in/"))
        assert demo["chargers"][0]["identity"] in page(first.url("KEYPAD_PORT"))
        for account in demo["accounts"]:
            assert account["email"] in first.output
            assert account["password"] in first.output
        assert first.press_ctrl_c() == 0
        assert first.left_over() == []
    with demonstration(tmp_path) as second:
        assert read_demo(tmp_path)["chargers"] == demo["chargers"]
        assert second.press_ctrl_c() == 0


def gateway_of(started: Started) -> int:
    """Return the process id of the demonstration's gateway."""
    processes = started.processes().items()
    return next(pid for pid, command in processes if "ocpp_gateway" in command)


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for its processes")
def test_a_killed_gateway_comes_back_and_a_killed_supervisor_takes_all_along(tmp_path):
    with demonstration(tmp_path) as started:
        os.kill(gateway_of(started), signal.SIGKILL)
        wait_until(lambda: "starts again" in started.output, what="notices")
        port = started.ports["GATEWAY_PORT"]
        wait_until(lambda: not is_free(port), what="gateway is back")

        started.process.kill()

        wait_until(lambda: not started.left_over(), what="all end", seconds=20)


def ignorant_of_signals() -> subprocess.Popen[bytes]:
    code = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "sys.stdout.write('.'); sys.stdout.flush(); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout
    process.stdout.read(1)
    process.stdout.close()
    return process


def test_a_process_that_will_not_end_is_killed_after_a_grace(monkeypatch):
    monkeypatch.setattr(supervisor, "GRACE", 0.2)
    process = ignorant_of_signals()

    supervisor.end([process])

    assert process.returncode == -signal.SIGKILL


def test_pauses_between_restarts_grow_up_to_a_limit(capfd):
    child = supervisor.Child("thing", [sys.executable, "-c", "exit(7)"], {})
    pauses = []
    for _ in range(9):
        child.due_at = 0
        child.keep_running()
        assert child.process
        child.process.wait()
        pauses.append(child.pause)
        child.keep_running()

    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert "The thing ended (7). It starts again in 0.5 s." in capfd.readouterr().out


def test_a_child_that_ran_well_is_restarted_without_delay():
    child = supervisor.Child("thing", [sys.executable, "-c", ""], {}, pause=16)
    child.keep_running()
    assert child.process
    child.process.wait()
    child.started_at = time.monotonic() - supervisor.LONGEST_PAUSE - 1

    child.keep_running()

    assert child.due_at - time.monotonic() <= supervisor.FIRST_PAUSE
