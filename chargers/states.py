"""What a charger is doing, from its connection and its connectors."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chargers.models import Charger, Connector

Status = Connector.Status


class ChargerState(TextChoices):
    """The values are the ones that `badge` has icons for."""

    AVAILABLE = "available", gettext_lazy("Available")
    CHARGING = "charging", gettext_lazy("Charging")
    SUSPENDED = "suspended", gettext_lazy("Paused")
    PREPARING = "preparing", gettext_lazy("Preparing")
    FINISHING = "finishing", gettext_lazy("Finishing")
    RESERVED = "reserved", gettext_lazy("Reserved")
    UNAVAILABLE = "unavailable", gettext_lazy("Unavailable")
    FAULTED = "faulted", gettext_lazy("Fault")
    CONNECTED = "connected", gettext_lazy("Connected")
    OFFLINE = "offline", gettext_lazy("Offline")
    RETIRED = "retired", gettext_lazy("Retired")


# What counts for the whole charger when its connectors differ: the first that one has.
BY_WEIGHT: dict[ChargerState, tuple[Status, ...]] = {
    ChargerState.FAULTED: (Status.FAULTED,),
    ChargerState.CHARGING: (Status.CHARGING,),
    ChargerState.SUSPENDED: (Status.SUSPENDED_CAR, Status.SUSPENDED_CHARGER),
    ChargerState.PREPARING: (Status.PREPARING,),
    ChargerState.FINISHING: (Status.FINISHING,),
    ChargerState.AVAILABLE: (Status.AVAILABLE,),
    ChargerState.RESERVED: (Status.RESERVED,),
    ChargerState.UNAVAILABLE: (Status.UNAVAILABLE,),
}
OF_STATUS = {
    status: state for state, statuses in BY_WEIGHT.items() for status in statuses
}


def state_of(charger: Charger, connectors: Iterable[Connector]) -> ChargerState:
    if charger.is_retired:
        return ChargerState.RETIRED
    if not charger.is_connected:
        return ChargerState.OFFLINE
    shown = {connector.status for connector in connectors if _counts(connector)}
    for state, statuses in BY_WEIGHT.items():
        if not shown.isdisjoint(statuses):
            return state
    return ChargerState.CONNECTED


def state_text(state: ChargerState, connectors: Iterable[Connector]) -> str:
    """Return the state in words; of several sockets also how many are free."""
    sockets = [connector for connector in connectors if connector.number > 0]
    free = sum(socket.status == Status.AVAILABLE for socket in sockets)
    is_mixed = 0 < free < len(sockets)
    if not is_mixed or state in (ChargerState.OFFLINE, ChargerState.RETIRED):
        return str(state.label)
    return _("%(state)s, %(free)d of %(all)d free") % {
        "state": state.label,
        "free": free,
        "all": len(sockets),
    }


def in_state(chargers: QuerySet[Charger], state: ChargerState) -> QuerySet[Charger]:
    """Narrow to the chargers of which `state_of` says `state`."""
    if state is ChargerState.RETIRED:
        return chargers.filter(retired_at__isnull=False)
    if state is ChargerState.OFFLINE:
        return chargers.filter(retired_at=None, connected_at=None)
    connected = chargers.filter(retired_at=None, connected_at__isnull=False)
    heavier: list[Status] = []
    for other, statuses in BY_WEIGHT.items():
        if other is state:
            connected = connected.filter(pk__in=_showing(statuses).values("charger"))
            break
        heavier += statuses
    if not heavier:
        return connected
    outweighed = _showing(heavier).filter(charger=OuterRef("pk"))
    return connected.filter(~Exists(outweighed))


def _counts(connector: Connector) -> bool:
    return connector.number > 0 or connector.status == Status.FAULTED


def _showing(statuses: Iterable[Status]) -> QuerySet[Connector]:
    return Connector.objects.filter(
        Q(number__gt=0) | Q(status=Status.FAULTED), status__in=list(statuses)
    )
