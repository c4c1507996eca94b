"""Which chargers are connected, and what they say of themselves.

A connection has a key of its own. A newer one takes the charger over by writing its
key, whatever process it came to; the older one sees that and closes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.utils import timezone

from chargers import credentials
from chargers.models import Charger, Connector

# A gateway writes more often than this for every connection that is alive.
SILENCE = timedelta(minutes=2)
MOST_CONNECTORS = 10
# What a conversation needs to know, in the order of the model; the rest is read anew.
PROVEN = ("id", "organisation_id", "serial_number", "identity", "password_digest")
NOBODYS_DIGEST = credentials.digest(b"")
AT_ONCE = 500
OFFLINE: Mapping[str, str | None] = {
    "connected_at": None,
    "connection_key": None,
    "gateway": "",
}


class Ending(StrEnum):
    """Why a connection is over, in words for the charger's log."""

    REPLACED = "Connected anew"
    SIGNED_OFF = "Sign in again"


class Over(Exception):
    """The connection that asks is not the charger's any more."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.value)
        self.ending = ending


def admit(identity: str, password: bytes) -> Charger | None:
    """Return the charger in service that proves itself so.

    An unknown identity costs the same work as a wrong password.
    """
    known = Charger.objects.in_service().filter(identity=identity)
    row = next(iter(known.values_list(*PROVEN)), None)
    digest = NOBODYS_DIGEST if row is None else row[-1]
    if not credentials.matches(password, digest) or row is None:
        return None
    return Charger.from_db(known.db, PROVEN, row)


def begin(charger: Charger, *, key: UUID, gateway: str) -> None:
    """Raise Over where the password that let the charger in was renewed meanwhile."""
    now = timezone.now()
    proven = Charger.objects.filter(
        pk=charger.pk, password_digest=charger.password_digest
    )
    if not proven.update(
        connected_at=now, last_seen_at=now, connection_key=key, gateway=gateway
    ):
        raise Over(Ending.SIGNED_OFF)
    charger.connection_key = key


def require_present(charger: Charger, present: UUID | None) -> None:
    """Raise Over unless the connection that `charger` began is the present one."""
    if charger.connection_key != present:
        raise Over(_ending(present))


def end(charger: Charger, *, key: UUID) -> None:
    """Note that the charger is offline, unless a newer connection has it."""
    present = Charger.objects.filter(pk=charger.pk, connection_key=key)
    present.update(**OFFLINE, last_seen_at=timezone.now())


def keep_alive(keys: Mapping[UUID, UUID]) -> dict[UUID, Ending]:
    """Note that these connections, by charger, are alive.

    Return the chargers whose connection is over, and why.
    """
    now = timezone.now()
    for some in _batches(keys):
        Charger.objects.filter(pk__in=some).filter(
            connection_key__in=[keys[pk] for pk in some]
        ).update(last_seen_at=now)
    Charger.objects.filter(last_seen_at__lt=now - SILENCE).filter(
        connected_at__isnull=False
    ).update(**OFFLINE)
    lost: dict[UUID, Ending] = {}
    for some in _batches(keys):
        lost |= _lost(some, keys)
    return lost


def forget_gateway(gateway: str, *, before: datetime) -> None:
    """Note that what this gateway held before that time is offline."""
    Charger.objects.filter(gateway=gateway, connected_at__lt=before).update(**OFFLINE)


def boot(charger: Charger, *, vendor: str, model: str, firmware_version: str) -> None:
    Charger.objects.filter(pk=charger.pk).update(
        vendor=vendor[:50],
        reported_model=model[:50],
        firmware_version=firmware_version[:50],
        booted_at=timezone.now(),
    )


def report_status(
    charger: Charger,
    connector_number: int,
    status: Connector.Status,
    *,
    error_code: str = "",
    info: str = "",
) -> None:
    if connector_number > MOST_CONNECTORS:
        return
    Connector.objects.update_or_create(
        charger=charger,
        number=connector_number,
        defaults={
            "status": status,
            "error_code": error_code[:50],
            "info": info[:50],
            "changed_at": timezone.now(),
        },
    )


def _ending(present: UUID | None) -> Ending:
    return Ending.REPLACED if present else Ending.SIGNED_OFF


def _lost(pks: list[UUID], keys: Mapping[UUID, UUID]) -> dict[UUID, Ending]:
    present = Charger.objects.in_service().filter(pk__in=pks)
    held = dict(present.values_list("pk", "connection_key"))
    return {pk: _ending(held.get(pk)) for pk in pks if held.get(pk) != keys[pk]}


def _batches(pks: Iterable[UUID]) -> Iterator[list[UUID]]:
    remaining = iter(pks)
    return iter(lambda: list(itertools.islice(remaining, AT_ONCE)), [])
