"""Reading the environment, and refusing to start with one clear sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import environ

SECRET_LENGTH = 32
"""Characters a secret must have at least; `openssl rand -base64 48` makes 64."""


def refuse(sentence: str) -> NoReturn:
    """End the process with `sentence`; a traceback would only hide it."""
    sys.exit(f"WallPortal does not start: {sentence}")


def secret(env: environ.FileAwareEnv, name: str) -> str:
    """Return the secret `name`, also from the file named by `name_FILE`."""
    value: str = env.str(name, default="")
    if not value:
        refuse(f"{name} is missing. Set it to at least {SECRET_LENGTH} random characters.")
    if len(value) < SECRET_LENGTH or len(set(value)) < 8:
        refuse(f"{name} is too weak. Set it to at least {SECRET_LENGTH} random characters.")
    return value


def base_url(env: environ.FileAwareEnv) -> str:
    """Return the portal's own address, without a trailing slash."""
    value: str = env.str("BASE_URL", default="").rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        refuse("BASE_URL must be the portal's address, such as https://charge.example.")
    return value


def read_dotenv(path: Path) -> None:
    """Load `path` where it exists; the real environment wins over it."""
    if path.is_file():
        environ.FileAwareEnv.read_env(str(path))
