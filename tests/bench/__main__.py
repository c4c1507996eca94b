"""`make bench`: the budgets, as ratios measured in one run.

Absolute figures say more about the machine than about the code. Every row is measured
in a database of its own that is dropped afterwards, on SQLite and, where one can be
had, on PostgreSQL.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests import postgres

SECRETS = {
    "PIN_PEPPER": "the pepper of the benchmark, of no use elsewhere",
    "SECRET_KEY": "the secret key of the benchmark, of no use elsewhere",
}
ROWS = ("lists", "authorize")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=ROWS, action="append")
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=5)
    return parser.parse_args()


@contextlib.contextmanager
def databases(wanted: str | None) -> Iterator[dict[str, str]]:
    """Give the address of an empty database per kind."""
    with contextlib.ExitStack() as stack:
        urls = {}
        if wanted != "postgresql":
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            urls["SQLite"] = f"sqlite:///{folder}/bench.sqlite3"
        if wanted != "sqlite":
            server = stack.enter_context(postgres.server())
            if server:
                urls["PostgreSQL"] = stack.enter_context(postgres_database(server))
            else:
                print("PostgreSQL: not measured, no server was found.")
        yield urls


@contextlib.contextmanager
def postgres_database(server: str) -> Iterator[str]:
    name = f"bench_wallportal_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def measure(row: str, url: str, options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment = SECRETS | {
            "ALLOWED_HOSTS": "testserver",
            "BASE_URL": "http://testserver",
            "DATABASE_URL": url,
            "DEMO": "true",
            "DJANGO_SETTINGS_MODULE": "wallportal.settings",
            "VAR_DIR": folder,
        }
        (Path(folder) / "static").mkdir()
        arguments = [f"--rows={options.rows}", f"--seconds={options.seconds}"]
        return subprocess.call(
            [sys.executable, "-m", f"tests.bench.rows.{row}", *arguments],
            env=os.environ | environment,
        )


def main() -> int:
    options = parse()
    failures = 0
    for row in options.only or ROWS:
        with databases(options.database) as urls:
            for name, url in urls.items():
                print(f"\n{row}, {name}", flush=True)
                failures += measure(row, url, options) != 0
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
