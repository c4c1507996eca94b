"""Starting the product's own processes from tests, and seeing that they end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULE = [sys.executable, "-m", "wallportal.embedded"]


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def wait_until(
    happened: Callable[[], object], *, what: str, seconds: float = 60
) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.1)


def page(url: str) -> str:
    """Return the text at `url`; an empty one while nothing answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read().decode())
    except (OSError, urllib.error.URLError):
        return ""


class Started:
    """A running demonstration with ports and data of its own."""

    def __init__(self, folder: Path, command: list[str] = MODULE) -> None:
        self.folder = folder
        names = ("PORT", "GATEWAY_PORT", "KEYPAD_PORT")
        self.ports = dict(zip(names, free_ports(3), strict=True))
        self.log = folder / "log.txt"
        self.command = command

    @property
    def environment(self) -> dict[str, str]:
        outside = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
        }
        ports = {name: str(port) for name, port in self.ports.items()}
        return outside | ports | {"VAR_DIR": str(self.folder)}

    @property
    def output(self) -> str:
        return self.log.read_text()

    @property
    def is_announced(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"It ended early:\n{self.output}")
        return "Ctrl-C stops it" in self.output

    def url(self, name: str, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.ports[name]}{path}"

    def start(self) -> None:
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def press_ctrl_c(self) -> int:
        """Interrupt the foreground processes as a terminal does."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(20)

    def processes(self) -> dict[int, str]:
        """Return what runs on this demonstration's data: command by process id."""
        mark = f"VAR_DIR={self.folder}".encode()
        return {
            int(folder.name): readable(folder / "cmdline").replace(b"\0", b" ").decode()
            for folder in Path("/proc").glob("[0-9]*")
            if mark in readable(folder / "environ")
        }

    def left_over(self) -> list[str]:
        """Name what still runs, or holds a port."""
        held = [f"port {p}" for p in self.ports.values() if not is_free(p)]
        return [*self.processes().values(), *held]

    def kill(self) -> None:
        """Leave nothing behind, whatever happened."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(20)
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def readable(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@contextlib.contextmanager
def demonstration(folder: Path, command: list[str] = MODULE) -> Iterator[Started]:
    started = Started(folder, command)
    started.start()
    try:
        wait_until(lambda: started.is_announced, what="everything answers")
        yield started
    finally:
        started.kill()
