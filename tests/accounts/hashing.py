from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.hashers import MD5PasswordHasher


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password was hashed."""

    algorithm = "counting"
    count: ClassVar[int] = 0

    def encode(self, password, salt):
        type(self).count += 1
        return super().encode(password, salt)
