from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from chargers.models import Charger, ChargerModel, ChargingSession
from groups.models import Group, Membership, OrganisationMember, Role

Row = TypeVar("Row", bound=Model)
BATCH = 1000


def fill(groups: list[Group], numbers: range) -> None:
    """Spread as many users, chargers and sessions over `groups` as there are numbers."""
    keypad = ChargerModel.objects.get(name="Wallbox Commander 2")
    for batch in batches(zip(numbers, itertools.cycle(groups), strict=False)):
        with transaction.atomic():
            people = User.objects.bulk_create(person(n) for n, _group in batch)
            add_members([group for _n, group in batch], people)
            chargers = Charger.objects.bulk_create(
                charger(n, group, keypad) for n, group in batch
            )
            ChargingSession.objects.bulk_create(
                session(n, each, user)
                for (n, _group), each, user in zip(batch, chargers, people, strict=True)
            )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def batches(rows: Iterable[tuple[int, Group]]) -> Iterator[list[tuple[int, Group]]]:
    rows = iter(rows)
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch


def person(n: int) -> User:
    email = f"person{n}@bench.example"
    return User(
        pk=uuid.uuid4(),
        email=email,
        email_canonical=email,
        name=f"Person {n * 7919 % 1_000_003:07}",
        password="!",
        last_seen_at=timezone.now() - timedelta(minutes=n),
    )


def add_members(groups: list[Group], people: list[User]) -> None:
    pairs = list(zip(groups, people, strict=True))
    OrganisationMember.objects.bulk_create(
        OrganisationMember(organisation_id=group.organisation_id, user=user)
        for group, user in pairs
    )
    Membership.objects.bulk_create(
        Membership(
            group=group,
            organisation_id=group.organisation_id,
            user=user,
            role=Role.USER,
        )
        for group, user in pairs
    )


def charger(n: int, group: Group, model: ChargerModel) -> Charger:
    return Charger(
        organisation_id=group.organisation_id,
        group=group,
        model=model,
        name=f"Charger {n * 7919 % 1_000_003:07}",
        serial_number=f"BENCH{n:07}",
        password_digest="0" * 64,
        last_seen_at=timezone.now() - timedelta(minutes=n),
    )


def session(n: int, charger: Charger, user: User) -> ChargingSession:
    started_at = timezone.now() - timedelta(minutes=10 * n + 600)
    return ChargingSession(
        charger=charger,
        group_id=charger.group_id,
        user=user,
        user_name=user.name,
        token_digest="0" * 64,
        started_at=started_at,
        reported_start=f"{started_at:%Y-%m-%dT%H:%M:%SZ}",
        meter_start_wh=1000,
        meter_last_wh=1000 + n % 40_000,
        meter_stop_wh=1000 + n % 40_000,
        ended_at=started_at + timedelta(hours=2),
    )
