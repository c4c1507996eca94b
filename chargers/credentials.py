"""What a charger proves itself with: an identity and a machine-made password.

The password is random and long (130 bits), so a plain SHA-256 keeps it safe; a slow
hash would only make thousands of chargers wait after a restart.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

# No i, l, o, u: nobody has to guess what to type into a charger.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_identity() -> str:
    """Return 65 random bits as 13 characters."""
    return _random(13)


def new_password() -> str:
    """Return 130 random bits as 26 characters; chargers take 16 to 40."""
    return _random(26)


def digest(password: bytes) -> str:
    return hashlib.sha256(password).hexdigest()


def matches(password: bytes, stored_digest: str) -> bool:
    return hmac.compare_digest(digest(password), stored_digest)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
