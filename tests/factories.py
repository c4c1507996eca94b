"""Rows for tests: plain functions, keyword-only, each with a sensible default."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from chargers import credentials
from chargers.models import Assignment, Charger, ChargerModel, ChargingSession
from groups import people, pins, subgroups
from groups.models import Group, Membership, Role

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)


def make_user(*, email: str = "", name: str = "", **fields: object) -> User:
    number = next(_numbers)
    return User.objects.create_user(
        email=email or f"person{number}@example.org",
        password=str(fields.pop("password", PASSWORD)),
        name=name or f"Person {number}",
        **fields,
    )


def make_group(*, name: str = "", owner: User | None = None) -> Group:
    return subgroups.found(
        name or f"Group {next(_numbers)}", owner=owner or make_user()
    )


def make_subgroup(*, parent: Group, name: str = "") -> Group:
    return subgroups.add(
        name or f"Subgroup {next(_numbers)}", parent=parent, by=_owner(parent)
    )


def make_member(
    *,
    group: Group,
    role: str = Role.USER,
    user: User | None = None,
    suspended: bool = False,
    pin: str = "",
    **fields: Any,
) -> User:
    user = user or make_user(**fields)
    membership = people.join(user, group=group, role=Role(role), by=_owner(group))
    if suspended:
        people.suspend(membership, by=_owner(group))
    if pin:
        pins.choose(user, pin)
    return user


def membership_of(user: User, group: Group) -> Membership:
    return Membership.objects.get(user=user, group=group)


def make_charger(
    *,
    group: Group,
    name: str = "",
    model: str = "Wallbox Commander 2",
    serial_number: str = "",
    password: str = "",
    assigned_to: tuple[User, ...] = (),
) -> Charger:
    serial_number = serial_number or f"SN{next(_numbers):06}"
    charger = Charger.objects.create(
        organisation_id=group.organisation_id,
        group=group,
        model=ChargerModel.objects.get(name=model),
        name=name or serial_number,
        serial_number=serial_number,
        password_digest=credentials.digest(
            (password or credentials.new_password()).encode()
        ),
    )
    for user in assigned_to:
        assign(charger, user)
    return charger


def assign(charger: Charger, user: User) -> Assignment:
    return Assignment.objects.create(
        organisation_id=charger.organisation_id, charger=charger, user=user
    )


def make_session(
    *,
    charger: Charger,
    user: User | None = None,
    started_at: datetime | None = None,
    hours: float | None = 1.0,
    energy_wh: int = 7400,
    connector_number: int = 1,
) -> ChargingSession:
    """A charge of `hours`; None leaves it open."""
    started_at = started_at or timezone.now() - timedelta(hours=2)
    ended_at = None if hours is None else started_at + timedelta(hours=hours)
    return ChargingSession.objects.create(
        charger=charger,
        connector_number=connector_number,
        group=charger.group,
        user=user,
        user_name=str(user or ""),
        token_digest=credentials.new_password(),
        started_at=started_at,
        reported_start=started_at.isoformat(),
        meter_start_wh=1000,
        meter_last_wh=1000 + energy_wh,
        ended_at=ended_at,
        meter_stop_wh=None if ended_at is None else 1000 + energy_wh,
    )


def _owner(group: Group) -> User:
    owner = Group.objects.get(pk=group.organisation_id).owner
    assert owner is not None
    return owner
