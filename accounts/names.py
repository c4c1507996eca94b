from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Joiners that Persian, Hindi and emoji are written with.
JOINERS = frozenset("\u200c\u200d")
INVISIBLE = ("C", "Z")


def validate_visible(text: str) -> None:
    """Refuse what cannot be seen, and what makes other text look different."""
    kinds = [
        unicodedata.category(character)
        for character in text
        if character not in JOINERS
    ]
    if any(kind.startswith("C") for kind in kinds) or "\ufffd" in text:
        raise ValidationError(
            _("Leave out invisible characters and line breaks."), code="invisible"
        )
    if text and all(kind.startswith(INVISIBLE) for kind in kinds):
        raise ValidationError(_("Use letters or digits."), code="invisible")
