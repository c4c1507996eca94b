from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import User
from chargers import credentials
from chargers.models import Assignment, Charger, ChargerModel
from groups import people, pins, subgroups
from groups.models import Group, Role

TIME_ZONE = "Europe/Madrid"
PASSWORD = "open sesame, demo"  # noqa: S105


@dataclass(frozen=True)
class Account:
    email: str
    name: str
    role: str
    group: str
    password: str = PASSWORD


ACCOUNTS = [
    Account("user@demo.example", "Uma Torres", "user", "Linden Court"),
    Account("admin@demo.example", "Adam Vidal", "administrator", "Linden Court"),
    Account("super@demo.example", "Sara Costa", "superadministrator", "Linden Court"),
    Account("north@demo.example", "Nora Puig", "administrator", "Garage North"),
    Account("south@demo.example", "Saul Roca", "user", "Garage South"),
    Account("hotel@demo.example", "Hugo Marin", "superadministrator", "Harbour Hotel"),
    Account("guest@demo.example", "Gala Ferrer", "user", "Harbour Hotel"),
    Account("support@demo.example", "Support Staff", "support", ""),
]
FOUNDERS = {"Linden Court": "super@demo.example", "Harbour Hotel": "hotel@demo.example"}
SUBGROUPS = {"Garage North": "Linden Court", "Garage South": "Linden Court"}
CHARGERS = [
    # serial number, name, model, group, assigned to
    ("DEMO-1001", "North 1", "Wallbox Commander 2", "Garage North", "user"),
    ("DEMO-1002", "North 2", "Wallbox Pulsar Plus", "Garage North", "user"),
    ("DEMO-1003", "South 1", "Wallbox Commander 2", "Garage South", "user"),
    ("DEMO-1004", "South 2", "Wallbox Commander", "Garage South", "south"),
    ("DEMO-2001", "Valet", "Other OCPP charger with keypad", "Harbour Hotel", "guest"),
]


class Command(BaseCommand):
    help = "Fills an empty portal with two organisations to try it on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--base-url", required=True)
        parser.add_argument("--gateway-url", required=True)
        parser.add_argument("--keypad-url", required=True)

    def handle(
        self,
        *,
        out: Path,
        base_url: str,
        gateway_url: str,
        keypad_url: str,
        **options: object,
    ) -> None:
        refuse_wrong_pepper()
        with transaction.atomic():
            emails = [account.email for account in ACCOUNTS]
            if not User.objects.filter(email__in=emails).exists():
                fill()
            chargers = with_passwords(known_passwords(out))
        for charger in chargers:
            if not charger["password"]:
                self.stdout.write(renewed(charger["name"]))
        write(
            out,
            {
                "base_url": base_url,
                "gateway_url": gateway_url,
                "keypad_url": keypad_url,
                "accounts": [asdict(account) for account in ACCOUNTS],
                "chargers": chargers,
            },
        )


def refuse_wrong_pepper() -> None:
    try:
        pins.verify_pepper()
    except ImproperlyConfigured as error:
        raise CommandError(str(error)) from None


def fill() -> None:
    persons = {account.email: make_person(account) for account in ACCOUNTS}
    groups = {
        name: subgroups.found(name, owner=persons[owner], time_zone=TIME_ZONE)
        for name, owner in FOUNDERS.items()
    }
    for name, parent in SUBGROUPS.items():
        owner = persons[FOUNDERS[parent]]
        groups[name] = subgroups.add(name, parent=groups[parent], by=owner)
    for account in ACCOUNTS:
        if account.group and account.email not in FOUNDERS.values():
            people.join(
                persons[account.email],
                group=groups[account.group],
                role=Role(account.role),
                by=None,
            )
    for serial_number, name, model, group, login in CHARGERS:
        charger = make_charger(serial_number, name, model, groups[group])
        Assignment.objects.create(
            organisation_id=charger.organisation_id,
            charger=charger,
            user=persons[f"{login}@demo.example"],
        )


def make_person(account: Account) -> User:
    is_support = not account.group
    return User.objects.create_user(
        account.email,
        account.password,
        name=account.name,
        time_zone=TIME_ZONE,
        is_staff=is_support,
        is_superuser=is_support,
    )


def make_charger(serial_number: str, name: str, model: str, group: Group) -> Charger:
    return Charger.objects.create(
        organisation_id=group.organisation_id,
        group=group,
        model=ChargerModel.objects.get(name=model),
        name=name,
        serial_number=serial_number,
    )


def known_passwords(path: Path) -> dict[str, str]:
    """Return the passwords by identity that an earlier run wrote to `path`."""
    try:
        chargers = json.loads(path.read_text(encoding="utf-8"))["chargers"]
        return {each["identity"]: each["password"] for each in chargers}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def with_passwords(known: dict[str, str]) -> list[dict[str, str]]:
    """Describe the demo's chargers; one that never had a password gets one."""
    serial_numbers = [row[0] for row in CHARGERS]
    chargers = Charger.objects.in_service().filter(serial_number__in=serial_numbers)
    return [
        {
            "identity": charger.identity,
            "password": right_password(charger, known.get(charger.identity, "")),
            "model": charger.model.name,
            "keypad": "yes" if charger.model.has_keypad else "",
            "group": charger.group.name,
            "name": charger.name,
        }
        for charger in chargers.select_related("model", "group").order_by(
            "serial_number"
        )
    ]


def right_password(charger: Charger, known: str) -> str:
    """Return the charger's password, empty where somebody renewed it in the portal."""
    if charger.password_digest:
        is_right = credentials.matches(known.encode(), charger.password_digest)
        return known if is_right else ""
    password = credentials.new_password()
    charger.password_digest = credentials.digest(password.encode())
    charger.save(update_fields=["password_digest"])
    return password


def renewed(name: str) -> str:
    return (
        f"The password of {name} was renewed in the portal; the demo leaves it alone."
    )


def write(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
    new.replace(path)
