"""What the keypad page shows: the words on the display and the meter under it."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from django.utils.formats import get_format
from django.utils.translation import gettext_lazy

from chargers.virtual_commander.charger import Commander, Phase
from chargers.virtual_commander.outbox import Transaction


class Snapshot(TypedDict):
    phase: str
    display: str
    hint: str
    isPlugged: bool
    canStop: bool
    energy: str
    power: str
    elapsed: str
    register: str


WORDS = {
    Phase.CONNECTING: gettext_lazy("Connecting"),
    Phase.OFFLINE: gettext_lazy("Offline"),
    Phase.UNAVAILABLE: gettext_lazy("Out of service"),
    Phase.READY: gettext_lazy("Ready"),
    Phase.CHECKING: gettext_lazy("Checking"),
    Phase.AUTHORISED: gettext_lazy("Plug in"),
    Phase.CHARGING: gettext_lazy("Charging %(energy)s kWh"),
    Phase.REFUSED: gettext_lazy("Not accepted"),
    Phase.FINISHED: gettext_lazy("Finished %(energy)s kWh"),
}
HINTS = {
    Phase.CONNECTING: gettext_lazy("Looking for the gateway"),
    Phase.OFFLINE: gettext_lazy("Looking for the gateway"),
    Phase.UNAVAILABLE: gettext_lazy("An administrator switched this charger off"),
    Phase.READY: gettext_lazy("Type your four-digit PIN"),
    Phase.CHECKING: gettext_lazy("One moment"),
    Phase.AUTHORISED: gettext_lazy("Connect your car within a minute"),
    Phase.CHARGING: gettext_lazy("Type your PIN again to stop"),
    Phase.REFUSED: gettext_lazy("Check your PIN in the portal"),
    Phase.FINISHED: gettext_lazy("You can unplug your car"),
}


def snapshot(commander: Commander) -> Snapshot:
    phase = commander.phase
    transaction = commander.transaction or commander.last_transaction
    energy_wh = _energy_wh(commander, transaction)
    return {
        "phase": phase.value,
        "display": WORDS[phase] % {"energy": kilo(energy_wh, 1)},
        "hint": str(HINTS[phase]),
        "isPlugged": commander.is_plugged,
        "canStop": commander.can_stop,
        "energy": kilo(energy_wh, 2),
        "power": kilo(commander.meter.power_w, 1),
        "elapsed": _clock(_elapsed(commander, transaction)),
        "register": f"{kilo(commander.meter.register_wh, 2):0>9}",
    }


def kilo(amount: int, digits: int) -> str:
    """Write thousandths rounded half up, in integers only."""
    unit = 10 ** (3 - digits)
    whole, rest = divmod((amount + unit // 2) // unit, 10**digits)
    return f"{whole}{get_format('DECIMAL_SEPARATOR')}{rest:0{digits}}"


def _energy_wh(commander: Commander, transaction: Transaction | None) -> int:
    if transaction is None:
        return 0
    register_wh = transaction.meter_stop_wh
    if transaction is commander.transaction:
        register_wh = commander.meter.register_wh
    return register_wh - transaction.meter_start_wh


def _elapsed(commander: Commander, transaction: Transaction | None) -> timedelta:
    if transaction is None:
        return timedelta()
    end = transaction.stopped_at or commander.now()
    return (end - transaction.started_at) * commander.meter.speed_up


def _clock(elapsed: timedelta) -> str:
    minutes, seconds = divmod(max(int(elapsed.total_seconds()), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
