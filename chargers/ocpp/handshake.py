"""Who knocks: what an opening request says of itself."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from websockets import Headers, NegotiationError, Subprotocol

IDENTITY = re.compile("[!-9;-~]{1,48}")


class Credentials(NamedTuple):
    identity: str
    password: bytes


def identity_in(path: str) -> str:
    """Return the last part of the path; chargers add slashes and folders."""
    parts = [part for part in urlsplit(path).path.split("/") if part]
    return unquote(parts[-1]) if parts else ""


def credentials_in(path: str, headers: Headers) -> Credentials | None:
    """Return what HTTP Basic says, where it names the identity of the path.

    The password stays bytes: chargers send such as are no text at all.
    """
    given = headers.get_all("Authorization")
    scheme, _, encoded = (given[0] if len(given) == 1 else "").partition(" ")
    try:
        name, colon, password = _decoded(encoded).partition(b":")
    except binascii.Error:
        return None
    identity = identity_in(path)
    is_sound = scheme.lower() == "basic" and colon and IDENTITY.fullmatch(identity)
    if not is_sound or name != identity.encode():
        return None
    return Credentials(identity, password)


def choose_subprotocol(
    offered: Sequence[Subprotocol], known: Sequence[str]
) -> Subprotocol | None:
    """Return the first that is known; None where the charger offers none at all.

    Raise NegotiationError where it offers only others.
    """
    if not offered:
        return None
    for name in known:
        if name in offered:
            return Subprotocol(name)
    raise NegotiationError(f"this gateway speaks {', '.join(known)}")


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded.strip(), validate=True)
    except ValueError as error:
        raise binascii.Error from error
