"""Both libraries log whole frames, and frames carry PINs."""

from __future__ import annotations

import logging

SILENT = logging.Logger("virtual_commander.silent", logging.CRITICAL + 1)
