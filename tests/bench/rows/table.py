"""What every row needs: a filled database, a clock, a line of the table."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from django.core.management import call_command


def start() -> argparse.Namespace:
    """Read the options and make the tables of an empty database."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    return parser.parse_args()


def median_ms(*actions: Callable[[], object], times: int = 40) -> list[float]:
    """Return each action's median; taking turns, all see the same machine."""
    taken: list[list[float]] = [[] for _ in actions]
    for _ in range(times):
        for action, seconds in zip(actions, taken, strict=True):
            begun = time.perf_counter()
            action()
            seconds.append(time.perf_counter() - begun)
    return [statistics.median(seconds) * 1000 for seconds in taken]


def line(what: str, figures: str, ratio: float, budget: str, *, kept: bool) -> None:
    verdict = "ok" if kept else "OVER BUDGET"
    print(f"  {what:<24}{figures:<48}{ratio:>6.2f}  {budget:<10}{verdict}", flush=True)
