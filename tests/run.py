"""Runs the whole suite on SQLite, then on PostgreSQL wherever one can be had.

`make test ARGS="tests/groups -x"` passes arguments on to pytest.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import chromium, postgres

IN_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}


@dataclass
class Outcome:
    database: str
    exit_code: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        parts = [f"{self.counts['passed']} passed"]
        parts += [
            f"{self.counts[kind]} {kind}"
            for kind in ("failed", "skipped")
            if self.counts[kind]
        ]
        if self.exit_code and not self.counts["failed"]:
            parts.append(f"but pytest ended with {self.exit_code}, see above")
        return f"{self.database}: {', '.join(parts)}"


def run_suite(database: str, url: str, *options: str) -> Outcome:
    say(f"\n== The suite on {database} ==")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--numprocesses=2", "--dist=loadgroup"]
            + [f"--junit-xml={report}", *options, *sys.argv[1:]],
            env=os.environ | {"TEST_DATABASE_URL": url},
        )
        return Outcome(database, done.returncode, count(report))


def count(report: Path) -> Counter[str]:
    counts: Counter[str] = Counter()
    if report.exists():
        for case in ET.parse(report).iter("testcase"):
            kinds = {child.tag for child in case}
            if kinds & {"failure", "error"}:
                counts["failed"] += 1
            elif "skipped" in kinds:
                counts["skipped"] += 1
            else:
                counts["passed"] += 1
    return counts


def main() -> int:
    whole_suite = len(sys.argv) == 1
    coverage = ("--cov", "--cov-report=term") if whole_suite else ()
    outcomes = [run_suite("SQLite", "", *coverage)]
    if outcomes[0].exit_code == pytest.ExitCode.INTERRUPTED:
        return 1
    with postgres.server() as url:
        if url:
            outcomes.append(run_suite("PostgreSQL", url))
    missing = what_did_not_run(outcomes)
    for sentence in missing:
        say(f"\n!! {sentence}")
    say("\n" + "; ".join(map(str, outcomes)))
    total = sum((outcome.counts for outcome in outcomes), Counter())
    say(f"{total['passed']} passed, {total['failed']} failed")
    return int(any(o.exit_code for o in outcomes) or (IN_CI and bool(missing)))


def what_did_not_run(outcomes: list[Outcome]) -> list[str]:
    sentences = []
    if len(outcomes) == 1:
        sentences.append(
            "PostgreSQL: NOT RUN. No server was found at TEST_POSTGRES_URL or"
            f" {postgres.DEFAULT_URL}, and none is installed to be started."
        )
    if not chromium.find():
        sentences.append(
            "The browser tests: NOT RUN. Install Chromium (apt install chromium)"
            " or name one in CHROMIUM."
        )
    return sentences


def say(text: str) -> None:
    print(text, flush=True)


def leave(_number: int, _frame: object) -> None:
    sys.exit(1)


def let_pytest_end(_number: int, _frame: object) -> None:
    """Ctrl-C reaches pytest by itself, which then cleans up."""


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, let_pytest_end)
    sys.exit(main())
