"""One command for everything: `make run` and nothing installed beside Python.

Prepares the database and the demo data, then has the supervisor run the portal, the
gateway and one virtual Commander. Like the supervisor it does not load Django.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import NoReturn

from wallportal.supervisor import Child, Supervisor, end_with_parent, say

BASE_DIR = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
DEFAULT_PORTS = {"PORT": 8000, "GATEWAY_PORT": 9000, "KEYPAD_PORT": 8100}
SPEED_UP = "60"


@dataclass(frozen=True)
class Addresses:
    portal: int
    gateway: int
    keypad: int

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.portal}"

    @property
    def gateway_url(self) -> str:
        return f"ws://{HOST}:{self.gateway}/ocpp/"

    @property
    def keypad_url(self) -> str:
        return f"http://{HOST}:{self.keypad}/"


def refuse(sentence: str) -> NoReturn:
    sys.exit(f"WallPortal does not start: {sentence}")


def chosen_port(name: str) -> int:
    value = os.environ.get(name) or str(DEFAULT_PORTS[name])
    if not value.isdecimal() or not 0 < int(value) < 65536:
        refuse(f"{name}={value} is not a port number.")
    return int(value)


def chosen_addresses() -> Addresses:
    ports = [chosen_port(name) for name in DEFAULT_PORTS]
    if len(set(ports)) < len(ports):
        refuse(f"{', '.join(DEFAULT_PORTS)} must differ.")
    return Addresses(*ports)


def refuse_busy_ports(addresses: Addresses) -> None:
    ports = (addresses.portal, addresses.gateway, addresses.keypad)
    for name, port in zip(DEFAULT_PORTS, ports, strict=True):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                refuse(f"port {port} is busy. Choose another one with {name}=.")


def var_dir() -> Path:
    path = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var").resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def kept_secrets(path: Path) -> dict[str, str]:
    """Return the secrets in `path`, made by the first start and kept ever after."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w") as file:
            for name in ("SECRET_KEY", "PIN_PEPPER"):
                file.write(f"{name}={secrets.token_urlsafe(48)}\n")
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def demo_environment(addresses: Addresses) -> dict[str, str]:
    return {
        **kept_secrets(var_dir() / "secrets.env"),
        **{name: value for name, value in os.environ.items() if value},
        "ALLOWED_HOSTS": f"{HOST},localhost",
        "BASE_URL": addresses.base_url,
        "DEMO": "true",
        "DJANGO_SETTINGS_MODULE": "wallportal.settings",
        "GATEWAY_URL": addresses.gateway_url,
        "PORT": str(addresses.portal),
        "PYTHONUNBUFFERED": "1",
        "VAR_DIR": str(var_dir()),
    }


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(BASE_DIR / "manage.py"), *arguments]


def prepare(addresses: Addresses, environment: dict[str, str]) -> None:
    """Bring database, static files and demo data up to date."""
    complete("migrate", "--verbosity=0", environment=environment)
    complete("collectstatic", "--no-input", "--verbosity=0", environment=environment)
    complete(
        "demo_data",
        f"--out={var_dir() / 'demo.json'}",
        f"--base-url={addresses.base_url}",
        f"--gateway-url={addresses.gateway_url}",
        f"--keypad-url={addresses.keypad_url}",
        environment=environment,
    )


def complete(*command: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        manage(*command),
        env=environment,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=end_with_parent,
        text=True,
    )
    if done.returncode:
        sys.exit(what_failed(done.stderr))
    sys.stderr.write(done.stderr)


def what_failed(output: str) -> str:
    """Shorten a traceback whose cause lies outside; keep all of any other."""
    cause = re.search(r"^django\.db\.utils\.OperationalError: (.*)", output, re.M)
    if cause is None:
        return output
    return f"WallPortal does not start: the database does not answer: {cause[1]}"


def children(addresses: Addresses, environment: dict[str, str]) -> list[Child]:
    commander = virtual_commander(addresses, environment)
    gunicorn = [sys.executable, "-m", "gunicorn", "--log-level=warning"]
    return [
        Child("portal", [*gunicorn, "-c", "python:wallportal.gunicorn"], environment),
        Child(
            "gateway",
            manage("ocpp_gateway", f"--host={HOST}", f"--port={addresses.gateway}"),
            environment,
        ),
        *([commander] if commander else []),
    ]


def virtual_commander(
    addresses: Addresses, environment: dict[str, str]
) -> Child | None:
    charger = charger_with_keypad()
    if charger is None:
        return None
    return Child(
        "virtual Commander",
        manage(
            "virtual_commander",
            charger["identity"],
            f"--gateway={addresses.gateway_url}",
            f"--keypad-port={addresses.keypad}",
            f"--speed-up={SPEED_UP}",
        ),
        environment | {"VIRTUAL_COMMANDER_PASSWORD": charger["password"]},
    )


def demo() -> dict[str, list[dict[str, str]]]:
    text = (var_dir() / "demo.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def charger_with_keypad() -> dict[str, str] | None:
    """Return the first that the virtual Commander can be."""
    chargers = demo()["chargers"]
    return next(
        (each for each in chargers if each["keypad"] and each["password"]), None
    )


@dataclass
class Announcement:
    """Prints the addresses and accounts once, as soon as everything answers."""

    addresses: Addresses
    waiting: list[tuple[int, str]] = field(init=False)

    def __post_init__(self) -> None:
        here = self.addresses
        self.waiting = [
            (here.portal, "/sign-in/"),
            (here.gateway, ""),
        ]
        if charger_with_keypad():
            self.waiting.append((here.keypad, "/"))

    def __call__(self) -> None:
        if self.waiting and answers(*self.waiting[0]):
            del self.waiting[0]
            if not self.waiting:
                say(welcome(self.addresses))


def answers(port: int, path: str) -> bool:
    """Tell whether `port` takes connections and, with a `path`, serves it."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.connect()
        if path:
            connection.request("GET", path)
            return connection.getresponse().status < 400
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def welcome(addresses: Addresses) -> str:
    accounts = [
        f"  {a['email']:<32}{a['password']:<24}{a['role']:<20}{a['group']}"
        for a in demo()["accounts"]
    ]
    return "\n".join(
        [
            "",
            "WallPortal is running. Ctrl-C stops it.",
            "",
            f"  Portal   {addresses.base_url}/",
            f"  Keypad   {keypad_words(addresses)}",
            f"  Gateway  {addresses.gateway_url}<identity>",
            "",
            f"  {'E-mail':<32}{'Password':<24}{'Role':<20}Group",
            *accounts,
            "",
        ]
    )


def keypad_words(addresses: Addresses) -> str:
    charger = charger_with_keypad()
    if charger is None:
        return "None of the demo's chargers with a keypad can be used any more."
    return f"{addresses.keypad_url}  ({charger['identity']})"


def leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> None:
    addresses = chosen_addresses()
    environment = demo_environment(addresses)
    if command := sys.argv[1:]:
        sys.exit(subprocess.call(manage(*command), env=environment))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    end_with_parent()
    refuse_busy_ports(addresses)
    prepare(addresses, environment)
    supervisor = Supervisor(children(addresses, environment))
    supervisor.run(Announcement(addresses))


if __name__ == "__main__":
    main()
