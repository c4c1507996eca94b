"""What the charger still has to tell its gateway, in the order it happened."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from ocpp.v16.enums import ChargePointStatus, ReadingContext, Reason

METER_VALUES_KEPT = 240


@dataclass
class Transaction:
    id_tag: str = field(repr=False)
    started_at: datetime
    meter_start_wh: int
    id: int | None = None
    stopped_at: datetime | None = None
    meter_stop_wh: int = 0
    reason: Reason | None = None


@dataclass(frozen=True, eq=False)
class Boot:
    """The gateway asks to hear again who this charger is."""


@dataclass(frozen=True, eq=False)
class Heartbeat:
    """A sign of life outside the usual interval."""


@dataclass(frozen=True, eq=False)
class Authorize:
    id_tag: str = field(repr=False)


@dataclass(frozen=True, eq=False)
class StatusChange:
    connector: int
    status: ChargePointStatus
    at: datetime


@dataclass(frozen=True, eq=False)
class Started:
    transaction: Transaction


@dataclass(frozen=True, eq=False)
class Metered:
    transaction: Transaction | None
    register_wh: int
    power_w: int
    at: datetime
    context: ReadingContext


@dataclass(frozen=True, eq=False)
class Stopped:
    transaction: Transaction


@dataclass(frozen=True, eq=False)
class Reboot:
    """Everything before this is told; now the charger starts anew."""


LASTING = (Started, Metered, Stopped, Reboot)
Message = (
    Boot | Heartbeat | Authorize | StatusChange | Started | Metered | Stopped | Reboot
)


@dataclass
class Outbox:
    _waiting: deque[Message] = field(default_factory=deque)

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, message: Message) -> None:
        self._waiting.append(message)
        if isinstance(message, Metered):
            self._thin_out()

    def add_urgent(self, message: Message) -> None:
        self._waiting.appendleft(message)

    def first(self) -> Message | None:
        return self._waiting[0] if self._waiting else None

    def remove(self, message: Message) -> None:
        if message in self._waiting:
            self._waiting.remove(message)

    def keep_lasting(self) -> None:
        """Forget what is worth nothing after the connection it was meant for."""
        self._waiting = deque(m for m in self._waiting if isinstance(m, LASTING))

    def _thin_out(self) -> None:
        """Drop every other meter value; start and stop carry the energy."""
        values = [m for m in self._waiting if isinstance(m, Metered)]
        if len(values) > METER_VALUES_KEPT:
            dropped = set(values[1::2])
            self._waiting = deque(m for m in self._waiting if m not in dropped)
