"""Finds a PostgreSQL server for the tests, or starts one of its own."""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from wallportal.supervisor import end_with_parent

DEFAULT_URL = "postgres://postgres@127.0.0.1:5432/postgres"
USUAL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@contextlib.contextmanager
def server() -> Iterator[str | None]:
    """Give the address of a server; None where there is none and none starts."""
    if named := os.environ.get("TEST_POSTGRES_URL"):
        yield named
    elif is_reachable(DEFAULT_URL):
        yield DEFAULT_URL
    elif programs := find_programs():
        with own_server(programs) as url:
            yield url
    else:
        yield None


def is_reachable(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            role = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = user"
            ).fetchone()
    except psycopg.Error:
        return False
    return role == (True,)


def find_programs() -> Path | None:
    """Return the folder of the newest installed server's programs."""
    folders = [Path(found) for place in USUAL_PLACES for found in glob.glob(place)]
    if initdb := shutil.which("initdb"):
        folders.append(Path(initdb).resolve().parent)
    complete = [each for each in folders if (each / "postgres").exists()]
    return max(complete, key=version, default=None)


def version(folder: Path) -> int:
    answer = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=True
    )
    digits = answer.stdout.split()[2].split(".")[0]
    return int("".join(filter(str.isdigit, digits)))


@contextlib.contextmanager
def own_server(programs: Path) -> Iterator[str | None]:
    folder = Path(tempfile.mkdtemp(prefix="wallportal-postgres-"))
    try:
        with running(programs, folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(programs: Path, folder: Path) -> Iterator[str | None]:
    user = unprivileged_user()
    if user:
        shutil.chown(folder, user)
    data, port = str(folder / "data"), free_port()
    subprocess.run(
        [str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust"]
        + ["-E", "UTF8", "--no-locale", "--no-sync"],
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    process = subprocess.Popen(
        [str(programs / "postgres"), "-D", data, "-F", f"--port={port}"]
        + ["--listen_addresses=127.0.0.1", f"--unix_socket_directories={folder}"],
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=end_with_parent,
    )
    try:
        url = f"postgres://postgres@127.0.0.1:{port}/postgres"
        yield url if answers(url, process) else None
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        if is_reachable(url):
            return True
        time.sleep(0.1)
    return False
