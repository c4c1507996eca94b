"""The Commander itself: a pure state machine, without sockets, loop or clock.

Whatever happens to it (a PIN, a plug, an answer, a lost connection) is a method;
whatever it has to tell the gateway goes into its outbox.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ocpp.v16.enums import ChargePointStatus, ReadingContext, Reason

from chargers.virtual_commander.configuration import Configuration
from chargers.virtual_commander.meter import Meter
from chargers.virtual_commander.outbox import (
    Authorize,
    Message,
    Metered,
    Outbox,
    Reboot,
    Started,
    StatusChange,
    Stopped,
    Transaction,
)

CONNECTOR = 1
REFUSAL_SHOWN = timedelta(seconds=4)
FINISH_SHOWN = timedelta(seconds=10)
PLUG_AWAITED = timedelta(seconds=60)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Link(StrEnum):
    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"


class Phase(StrEnum):
    CONNECTING = "connecting"
    OFFLINE = "offline"
    UNAVAILABLE = "unavailable"
    READY = "ready"
    CHECKING = "checking"
    AUTHORISED = "authorised"
    CHARGING = "charging"
    REFUSED = "refused"
    FINISHED = "finished"


@dataclass
class Commander:
    now: Callable[[], datetime]
    meter: Meter
    changed: Callable[[], None] = lambda: None
    outbox: Outbox = field(default_factory=Outbox)
    configuration: Configuration = field(default_factory=Configuration)
    link: Link = Link.CONNECTING
    needs_boot: bool = True
    is_plugged: bool = False
    is_operative: bool = True
    transaction: Transaction | None = None
    last_transaction: Transaction | None = None
    _is_finishing: bool = False
    _checked_pin: str = field(default="", repr=False)
    _authorised_tag: str = field(default="", repr=False)
    _authorised_until: datetime = LONG_AGO
    _notice: Phase | None = None
    _notice_until: datetime = LONG_AGO
    _sampled_at: datetime = LONG_AGO
    _reported: ChargePointStatus = ChargePointStatus.available

    @property
    def phase(self) -> Phase:
        """What a person in front of the charger should know first."""
        if self.link is not Link.ONLINE:
            return Phase(self.link.value)
        if self._notice is Phase.REFUSED:
            return Phase.REFUSED
        if self._checked_pin:
            return Phase.CHECKING
        if self.transaction:
            return Phase.CHARGING
        if self._authorised_tag:
            return Phase.AUTHORISED
        return self._notice or self._idle_phase

    @property
    def _idle_phase(self) -> Phase:
        return Phase.READY if self.is_operative else Phase.UNAVAILABLE

    @property
    def status(self) -> ChargePointStatus:
        if self.transaction:
            return ChargePointStatus.charging
        if not self.is_operative:
            return ChargePointStatus.unavailable
        if self._is_finishing:
            return ChargePointStatus.finishing
        if self.is_plugged or self._authorised_tag:
            return ChargePointStatus.preparing
        return ChargePointStatus.available

    @property
    def can_start(self) -> bool:
        return self.is_operative and not (self.transaction or self._checked_pin)

    @property
    def can_stop(self) -> bool:
        return bool(self.transaction or self._authorised_tag)

    # What a person does

    def enter(self, pin: str) -> None:
        if self.transaction:
            self._compare(pin)
        elif self.link is Link.ONLINE and not self._checked_pin:
            self._check(pin)
        self._settle()

    def plug(self) -> None:
        self.is_plugged = True
        self._report_status()
        if self._authorised_tag:
            self._start()
        self._settle()

    def unplug(self) -> None:
        self.is_plugged = self._is_finishing = False
        self._finish(Reason.ev_disconnected)
        self._settle()

    def stop(self, reason: Reason = Reason.local) -> None:
        self._authorised_tag = ""
        self._finish(reason)
        self._settle()

    # What the gateway says

    def answer(self, pin: str, *, is_accepted: bool) -> None:
        """Take the gateway's answer about `pin`, unless nobody waits for it."""
        if pin != self._checked_pin:
            return
        self._checked_pin = ""
        if is_accepted:
            self._authorise(pin)
        else:
            self._show(Phase.REFUSED, REFUSAL_SHOWN)
        self._settle()

    def confirm_start(
        self, transaction: Transaction, transaction_id: int | None, *, is_accepted: bool
    ) -> None:
        transaction.id = transaction_id
        if transaction is self.transaction and not is_accepted:
            self._finish(Reason.de_authorized)
            self._show(Phase.REFUSED, REFUSAL_SHOWN)
        self._settle()

    def start_remotely(self, id_tag: str) -> None:
        if self.can_start:
            self._authorise(id_tag)
        self._settle()

    def stop_remotely(self, transaction_id: int) -> None:
        if self.holds(transaction_id):
            self.stop(Reason.remote)

    def holds(self, transaction_id: int) -> bool:
        return self.transaction is not None and self.transaction.id == transaction_id

    def reset(self, reason: Reason) -> None:
        self.stop(reason)
        self.tell(Reboot())

    def reboot(self, message: Reboot) -> None:
        self.outbox.remove(message)
        self.needs_boot = True

    def change_availability(self, *, is_operative: bool) -> None:
        self.is_operative = is_operative
        if not is_operative:
            self._authorised_tag = ""
        self._settle()

    def sample(self, context: ReadingContext = ReadingContext.trigger) -> None:
        self._sampled_at = self.now()
        self.outbox.add(
            Metered(
                transaction=self.transaction,
                register_wh=self.meter.register_wh,
                power_w=self.meter.power_w,
                at=self.now(),
                context=context,
            )
        )
        self._settle()

    def tell(self, message: Message) -> None:
        self.outbox.add(message)
        self.changed()

    def tell_status(self, connector: int = CONNECTOR) -> None:
        whole = (
            ChargePointStatus.available
            if self.is_operative
            else ChargePointStatus.unavailable
        )
        status = self.status if connector == CONNECTOR else whole
        self.tell(StatusChange(connector, status, self.now()))

    # What happens around it

    def accept_boot(self, *, heartbeat_interval: int) -> None:
        self.needs_boot = False
        if heartbeat_interval > 0:
            self.configuration.change("HeartbeatInterval", str(heartbeat_interval))

    def connect(self) -> None:
        self.outbox.keep_lasting()
        self.link = Link.ONLINE
        self._reported = self.status
        self.tell_status(0)
        self.tell_status()

    def disconnect(self) -> None:
        self.link = Link.OFFLINE
        self._checked_pin = ""
        self.outbox.keep_lasting()
        self._settle()

    def tick(self) -> None:
        now = self.now()
        if self._notice and now >= self._notice_until:
            self._notice = None
        if self._authorised_tag and now >= self._authorised_until:
            self._authorised_tag = ""
        if self.transaction and self._is_sample_due(now):
            self.sample(ReadingContext.sample_periodic)
        self._settle()

    def _is_sample_due(self, now: datetime) -> bool:
        interval = self.configuration.seconds("MeterValueSampleInterval")
        return interval > 0 and now - self._sampled_at >= timedelta(seconds=interval)

    def _compare(self, pin: str) -> None:
        if self.transaction and pin == self.transaction.id_tag:
            self._finish(Reason.local)
        else:
            self._show(Phase.REFUSED, REFUSAL_SHOWN)

    def _check(self, pin: str) -> None:
        self._notice = None
        self._authorised_tag = ""
        if not self.is_operative:
            return
        self._checked_pin = pin
        self.outbox.add_urgent(Authorize(pin))

    def _authorise(self, id_tag: str) -> None:
        self._notice = None
        self._is_finishing = False
        self._authorised_tag = id_tag
        self._authorised_until = self.now() + PLUG_AWAITED
        self._report_status()
        if self.is_plugged:
            self._start()

    def _start(self) -> None:
        self.meter.start()
        self.transaction = Transaction(
            self._authorised_tag, self.now(), self.meter.register_wh
        )
        self._authorised_tag = ""
        self._notice = None
        self._sampled_at = self.now()
        self.outbox.add(Started(self.transaction))

    def _finish(self, reason: Reason) -> None:
        if self.transaction is None:
            return
        self.meter.stop()
        self.transaction.stopped_at = self.now()
        self.transaction.meter_stop_wh = self.meter.register_wh
        self.transaction.reason = reason
        self.outbox.add(Stopped(self.transaction))
        self.last_transaction, self.transaction = self.transaction, None
        self._is_finishing = self.is_plugged
        self._show(Phase.FINISHED, FINISH_SHOWN)

    def _show(self, notice: Phase, duration: timedelta) -> None:
        self._notice, self._notice_until = notice, self.now() + duration

    def _report_status(self) -> None:
        if self.status != self._reported:
            self._reported = self.status
            self.tell_status()

    def _settle(self) -> None:
        self._report_status()
        self.changed()
