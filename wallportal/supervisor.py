"""Keeps a few processes running and ends them together.

It uses the standard library only: Django would cost 30 MB beside the processes
that do the work.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import FrameType

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
GRACE = 10.0
"""Seconds that processes have to end by themselves."""


def end_with_parent() -> None:
    """Have Linux end this process when its parent is gone, even by `kill -9`."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def signal_group(group: int, number: signal.Signals) -> None:
    # macOS answers "not permitted" for a group of dead processes.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


@dataclass
class Child:
    name: str
    command: list[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    pause: float = FIRST_PAUSE

    def keep_running(self) -> None:
        """Start the process when it is due, and notice that it has ended."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due_at:
                self.start()
        elif self.process.poll() is not None:
            self.plan_restart(now, self.process)

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )

    def plan_restart(self, now: float, ended: subprocess.Popen[bytes]) -> None:
        signal_group(ended.pid, signal.SIGKILL)
        if now - self.started_at > LONGEST_PAUSE:
            self.pause = FIRST_PAUSE
        self.due_at = now + self.pause
        say(
            f"The {self.name} ended ({ended.returncode})."
            f" It starts again in {self.pause:g} s."
        )
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        self.process = None


@dataclass
class Supervisor:
    children: list[Child]
    is_stopping: bool = field(default=False, init=False)

    def run(self, each_round: Callable[[], None]) -> None:
        """Keep the children running until a signal asks to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.stop)
        try:
            while not self.is_stopping:
                for child in self.children:
                    child.keep_running()
                each_round()
                time.sleep(0.1)
        finally:
            end(child.process for child in self.children if child.process)

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = True


def end(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Ask every process to end, and after a grace end it with all it started."""
    running = list(processes)
    for process in running:
        signal_group(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    for process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        signal_group(process.pid, signal.SIGKILL)
        process.wait()


def say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
