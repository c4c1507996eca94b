from __future__ import annotations

import logging


class NoTraceback(logging.Filter):
    """A page that somebody may not see is one line in the log, and no fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            record.exc_info = None
        return True
