from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from chargers import commissioning, credentials
from chargers.models import Charger
from wallportal import embedded

pytestmark = pytest.mark.django_db

HERE = embedded.Addresses(portal=8000, gateway=9000, keypad=8100)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    return tmp_path


def fill(folder) -> list[dict[str, str]]:
    """Run the command as `make run` does; return the chargers that it wrote."""
    out = folder / "demo.json"
    urls = ("--base-url=http://p", "--gateway-url=ws://g", "--keypad-url=http://k")
    call_command("demo_data", f"--out={out}", *urls)
    return json.loads(out.read_text())["chargers"]


def identity_of(name: str) -> str:
    return Charger.objects.get(name=name).identity


def test_every_charger_gets_a_password_once(folder):
    first = fill(folder)

    for entry in first:
        digest = Charger.objects.get(identity=entry["identity"]).password_digest
        assert credentials.matches(entry["password"].encode(), digest)
    assert fill(folder) == first


def test_a_password_renewed_in_the_portal_stays(folder, capsys):
    fill(folder)
    charger = Charger.objects.get(name="North 1")
    by = User.objects.get(email="super@demo.example")
    password = commissioning.renew_password(charger, by=by)

    entry = fill(folder)[0]

    charger.refresh_from_db()
    assert credentials.matches(password.encode(), charger.password_digest)
    assert (entry["name"], entry["password"]) == ("North 1", "")
    assert (
        "The password of North 1 was renewed in the portal" in capsys.readouterr().out
    )
    commander = embedded.children(HERE, {})[-1]
    assert identity_of("South 1") in commander.command


def test_without_commanders_another_charger_with_a_keypad_is_shown(folder):
    fill(folder)
    commanders = Charger.objects.filter(model__name__contains="Commander")
    commanders.update(retired_at=timezone.now())
    fill(folder)

    assert identity_of("Valet") in embedded.children(HERE, {})[-1].command
    assert identity_of("Valet") in embedded.welcome(HERE)


def test_without_any_keypad_the_demonstration_starts_and_says_so(folder):
    fill(folder)
    Charger.objects.with_keypad().update(retired_at=timezone.now())
    fill(folder)

    names = [child.name for child in embedded.children(HERE, {})]
    assert names == ["portal", "gateway"]
    assert "None of the demo's chargers with a keypad" in embedded.welcome(HERE)
    ports = [port for port, _path in embedded.Announcement(HERE).waiting]
    assert ports == [HERE.portal, HERE.gateway]
