from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

POWER_W = 7_400
MICROSECOND = timedelta(microseconds=1)
MICROSECONDS_PER_HOUR = timedelta(hours=1) // MICROSECOND


@dataclass
class Meter:
    """An energy meter whose register only ever grows, in whole watt-hours."""

    now: Callable[[], datetime]
    speed_up: int = 1
    _watt_microseconds: int = 0
    _running_since: datetime | None = None

    @property
    def power_w(self) -> int:
        return 0 if self._running_since is None else POWER_W

    @property
    def register_wh(self) -> int:
        total = self._watt_microseconds + self._since_start()
        return total // MICROSECONDS_PER_HOUR

    def start(self) -> None:
        self._running_since = self.now()

    def stop(self) -> None:
        self._watt_microseconds += self._since_start()
        self._running_since = None

    def _since_start(self) -> int:
        if self._running_since is None:
            return 0
        # A clock that is set back must not turn the register back.
        elapsed = max(self.now() - self._running_since, timedelta())
        return POWER_W * self.speed_up * (elapsed // MICROSECOND)
