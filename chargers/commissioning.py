"""A charger's life in the portal: added, edited, moved, retired.

Every function writes its audit line in the same transaction. Who may do it is asked
in `policy`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chargers import connections, credentials
from chargers.models import Charger, ChargerModel
from groups import audit
from groups.models import Group

if TYPE_CHECKING:
    from accounts.models import User


class CommissioningRefusal(Exception):
    """Why a charger cannot be changed so; the text is for a person."""


class SerialNumberTaken(CommissioningRefusal):
    def __str__(self) -> str:
        return _("A charger with this serial number is already registered.")


class AnotherOrganisation(CommissioningRefusal):
    def __str__(self) -> str:
        return _("A charger stays in its organisation.")


class StillCharging(CommissioningRefusal):
    def __str__(self) -> str:
        return _("Somebody is charging here. Retire the charger when they are done.")


class AlreadyRetired(CommissioningRefusal):
    def __str__(self) -> str:
        return _("This charger is retired.")


def add(
    group: Group, *, serial_number: str, name: str, model: ChargerModel, by: User
) -> tuple[Charger, str]:
    """Return a new charger with its password, which is known only now.

    Raise SerialNumberTaken, also where somebody else was faster.
    """
    password = credentials.new_password()
    charger = Charger(
        organisation_id=group.organisation_id,
        group=group,
        model=model,
        name=name or serial_number,
        serial_number=serial_number,
        password_digest=credentials.digest(password.encode()),
    )
    with transaction.atomic():
        _save(charger)
        audit.record(
            audit.Event.CHARGER_ADDED,
            group=group,
            by=by,
            subject=charger,
            details=serial_number,
        )
    return charger, password


@transaction.atomic
def edit(
    charger: Charger, *, serial_number: str, name: str, model: ChargerModel, by: User
) -> None:
    """Raise SerialNumberTaken or AlreadyRetired."""
    locked = _lock_in_service(charger)
    before = f"{locked.name}, {locked.serial_number}, {locked.model.name}"
    locked.name = name or serial_number
    locked.serial_number = serial_number
    locked.model = model
    _save(locked, update_fields=["name", "serial_number", "model"])
    after = f"{locked.name}, {locked.serial_number}, {locked.model.name}"
    _record(audit.Event.CHARGER_CHANGED, locked, by, f"{before} → {after}")


@transaction.atomic
def move(charger: Charger, *, to: Group, by: User) -> None:
    """Raise AnotherOrganisation or AlreadyRetired."""
    to.lock_organisation()
    locked = _lock_in_service(charger)
    if locked.organisation_id != to.organisation_id:
        raise AnotherOrganisation
    before, locked.group = locked.group, to
    locked.save(update_fields=["group"])
    _record(audit.Event.CHARGER_MOVED, locked, by, f"{before} → {to}")


@transaction.atomic
def renew_password(charger: Charger, *, by: User) -> str:
    """Return a new password; the old one, and what came in by it, is out.

    Raise AlreadyRetired.
    """
    locked = _lock_in_service(charger)
    password = credentials.new_password()
    locked.password_digest = credentials.digest(password.encode())
    locked.password_set_at = timezone.now()
    locked.save(update_fields=["password_digest", "password_set_at"])
    _cut_off(locked)
    _record(audit.Event.CHARGER_PASSWORD, locked, by)
    return password


@transaction.atomic
def retire(charger: Charger, *, by: User) -> None:
    """Take a charger out of service; its sessions stay.

    Raise AlreadyRetired, and StillCharging while a charge runs on a connected charger.
    A charge that an unreachable charger never ended is ended here.
    """
    locked = _lock_in_service(charger)
    if locked.is_connected and locked.sessions.open().exists():
        raise StillCharging
    for session in locked.sessions.open():
        session.end_unstopped()
        session.save(update_fields=["ended_at", "flags", "power_w"])
    locked.assignments.all().delete()
    locked.retired_at = timezone.now()
    # No password has this digest, so the gateway turns the charger away.
    locked.password_digest = ""
    locked.save(update_fields=["retired_at", "password_digest"])
    _cut_off(locked)
    _record(audit.Event.CHARGER_RETIRED, locked, by, locked.serial_number)


def _lock_in_service(charger: Charger) -> Charger:
    locked = (
        Charger.objects.select_for_update(of=("self",), no_key=True)
        .select_related("group", "model")
        .get(pk=charger.pk)
    )
    if locked.is_retired:
        raise AlreadyRetired
    return locked


def _cut_off(charger: Charger) -> None:
    """Make the gateway close the charger's connection."""
    Charger.objects.filter(pk=charger.pk).update(**connections.OFFLINE)


def _save(charger: Charger, update_fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            charger.save(update_fields=update_fields)
    except IntegrityError as error:
        others = Charger.objects.in_service().exclude(pk=charger.pk)
        if others.filter(serial_number=charger.serial_number).exists():
            raise SerialNumberTaken from error
        raise


def _record(event: audit.Event, charger: Charger, by: User, details: str = "") -> None:
    audit.record(event, group=charger.group, by=by, subject=charger, details=details)
