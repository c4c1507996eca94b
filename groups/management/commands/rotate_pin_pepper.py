from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from environ.fileaware_mapping import FileAwareMapping

from groups import pins

AFTERWARDS = """\
{count} claims are under the new pepper; nobody's PIN changed.
Now set PIN_PEPPER to the value of NEW_PIN_PEPPER, unset NEW_PIN_PEPPER, and start the
portal and the gateway again. Until then no Commander PIN is accepted or saved."""


class Command(BaseCommand):
    help = (
        "Puts every Commander PIN under the pepper in NEW_PIN_PEPPER (or in the file"
        " named by NEW_PIN_PEPPER_FILE). PIN_PEPPER must be the present one."
    )

    def handle(self, *args: object, **options: object) -> None:
        new = new_pepper()
        try:
            count = pins.rotate_pepper(settings.PIN_PEPPER, new)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self.stdout.write(AFTERWARDS.format(count=count))


def new_pepper() -> str:
    try:
        value = FileAwareMapping(cache=False).get("NEW_PIN_PEPPER", "").strip()
    except OSError as error:
        raise CommandError(
            f"NEW_PIN_PEPPER_FILE names {error.filename}, which cannot be read."
        ) from error
    if not value:
        raise CommandError(
            "NEW_PIN_PEPPER is missing. `openssl rand -base64 48` helps."
        )
    if len(value) < 32 or len(set(value)) < 8:
        raise CommandError(
            "NEW_PIN_PEPPER is too weak. Set it to at least 32 random characters."
        )
    if value in {settings.PIN_PEPPER, settings.SECRET_KEY}:
        raise CommandError("NEW_PIN_PEPPER must differ from PIN_PEPPER and SECRET_KEY.")
    return str(value)
