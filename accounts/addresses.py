"""What makes two e-mail addresses the same one.

Computed in Python, because SQLite's LOWER() knows ASCII only and would let
`JOSÉ@example.org` and `josé@example.org` be two people.
"""

from __future__ import annotations

import unicodedata

import idna
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _


def canonical(email: str) -> str:
    """Return the form under which `email` is unique; raise ValidationError.

    Local part: NFKC and case-folded. Domain: IDNA (UTS 46), lower case.
    """
    text = unicodedata.normalize("NFKC", email.strip())
    if any(unicodedata.category(character).startswith("C") for character in text):
        raise _invalid()
    local, _at, domain = text.rpartition("@")
    folded = unicodedata.normalize("NFKC", local.casefold())
    result = f"{folded}@{_ascii_domain(domain)}"
    if not folded or len(result) > 254:
        raise _invalid()
    return result


def deliverable(email: str) -> str:
    """Return `email` as it is stored and written to; raise ValidationError."""
    local, _at, domain = email.strip().rpartition("@")
    address = f"{unicodedata.normalize('NFC', local)}@{_ascii_domain(domain)}"
    canonical(address)
    # Django's own rule, on a stand-in where the local part leaves ASCII.
    stand_in = local.encode("ascii", "replace").decode().replace("?", "x")
    validate_email(f"{stand_in}@{_ascii_domain(domain)}")
    return address


def _ascii_domain(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise _invalid() from error


def _invalid() -> ValidationError:
    return ValidationError(_("Enter a valid e-mail address."), code="invalid")
