"""One module for each row; each runs in a process and a database of its own."""

from __future__ import annotations

import django

django.setup()
