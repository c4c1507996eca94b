"""Reading the environment, and refusing to start with one clear sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import environ

SECRET_LENGTH = 32
"""Characters a secret must have at least; `openssl rand -base64 48` makes 64."""


def refuse(sentence: str) -> NoReturn:
    """End the process with `sentence`; a traceback would only hide it."""
    sys.exit(f"WallPortal does not start: {sentence}")


def secret(env: environ.FileAwareEnv, name: str) -> str:
    """Return the secret `name`, also from the file named by `name_FILE`."""
    try:
        value: str = env.str(name, default="").strip()
    except OSError as error:
        refuse(f"{name}_FILE names {error.filename}, which cannot be read.")
    remedy = f"Set it to at least {SECRET_LENGTH} random characters."
    if not value:
        refuse(f"{name} is missing. {remedy}")
    if len(value) < SECRET_LENGTH or len(set(value)) < 8:
        refuse(f"{name} is too weak. {remedy}")
    return value


def base_url(env: environ.FileAwareEnv) -> str:
    """Return the portal's own address, without a trailing slash."""
    value: str = env.str("BASE_URL", default="").rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        refuse("BASE_URL must be the portal's address, such as https://charge.example.")
    return value


def allowed_hosts(env: environ.FileAwareEnv, default: str) -> list[str]:
    hosts = [host.strip() for host in env.list("ALLOWED_HOSTS", default=[])]
    if "*" in hosts:
        refuse("ALLOWED_HOSTS must name the portal's hosts, not *.")
    return hosts or [default]


def database(env: environ.FileAwareEnv, default: str) -> dict[str, Any]:
    url: str = env.str("DATABASE_URL", default="") or default
    try:
        scheme = urlsplit(url).scheme
        if scheme in {"sqlite", "postgres", "postgresql"}:
            return dict(env.db_url_config(url))
    except ValueError:
        pass
    refuse("DATABASE_URL must be a sqlite:/// or postgres:// address.")


def read_dotenv(path: Path) -> None:
    """Load `path` where it exists; the real environment wins over it."""
    if path.is_file():
        environ.FileAwareEnv.read_env(str(path))
