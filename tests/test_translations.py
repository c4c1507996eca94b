"""The catalogues in `locale/` are complete, right and what the browser gets."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone, translation

from chargers.models import Charger, ChargingSession
from groups import people
from groups.models import Role
from tests.factories import PASSWORD, make_charger, membership_of

ROOT = Path(__file__).parent.parent
CATALOGUE = Path("locale/de/LC_MESSAGES/django.po")
SPOKEN_IN = ("accounts", "groups", "chargers", "wallportal", "templates", "locale")
PLACEHOLDER = re.compile(r"%\(\w+\)\d*[a-z]|%%|{\w+}|&\w+;|<[^>]+>")

Key = tuple[str | None, str]


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="de")


def messages(catalog: Catalog) -> dict[Key, Message]:
    return {key(message): message for message in catalog if message.id}


def key(message: Message) -> Key:
    return message.context, texts(message.id)[0]


def texts(words: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def disagreeing(message: Message) -> bool:
    """Tell whether a form lacks what the English one of the same number holds."""
    forms = zip(texts(message.id), texts(message.string), strict=True)
    return any(placeholders(mine) != placeholders(other) for mine, other in forms)


@pytest.fixture(scope="module")
def german() -> dict[Key, Message]:
    return messages(catalogue(ROOT / CATALOGUE))


def test_everything_is_translated(german):
    lacking = [each for each in german.values() if not all(texts(each.string))]

    assert len(german) > 400
    assert [each.id for each in lacking] == []


def test_nothing_is_only_guessed(german):
    assert [each.id for each in german.values() if each.fuzzy] == []


def test_placeholders_agree(german):
    assert [each.id for each in german.values() if disagreeing(each)] == []


def test_sentences_end_as_they_do_in_english(german):
    """A full stop, a question mark or a colon is not lost on the way."""
    ends = (".", "?", ":", "…")

    assert [
        each.id
        for each in german.values()
        for mine, other in zip(texts(each.id), texts(each.string), strict=True)
        if mine[-1] in ends and other[-1] != mine[-1]
    ] == []


def test_what_runs_is_what_was_translated(german):
    with (ROOT / CATALOGUE).with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)

    assert [
        each.id
        for each in german.values()
        if spoken(compiled, each) != texts(each.string)
    ] == []


def spoken(compiled: GNUTranslations, message: Message) -> tuple[str, ...]:
    one, *many = texts(message.id)
    context = message.context
    if many and context:
        return tuple(compiled.npgettext(context, one, many[0], n) for n in (1, 2))
    if many:
        return tuple(compiled.ngettext(one, many[0], n) for n in (1, 2))
    return (compiled.pgettext(context, one) if context else compiled.gettext(one),)


def test_the_catalogue_holds_every_word_of_the_code(german, tmp_path):
    if not shutil.which("xgettext"):
        assert not os.environ.get("CI"), "Continuous integration needs gettext."
        pytest.skip("gettext is not installed; only it finds the words in the code")
    copy_code(tmp_path)

    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale=de", "--no-location"],
        cwd=tmp_path,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "wallportal.settings", "PYTHONWARNINGS": ""},
        check=True,
        capture_output=True,
    )

    found = messages(catalogue(tmp_path / CATALOGUE))
    assert sorted(text for _context, text in found.keys() - german.keys()) == []


def copy_code(to: Path) -> None:
    for name in SPOKEN_IN:
        ignored = shutil.ignore_patterns("__pycache__", "*.html.py")
        shutil.copytree(ROOT / name, to / name, ignore=ignored)
    shutil.copy(ROOT / "manage.py", to)


@pytest.fixture
def german_cast(client, cast):
    """The cast, with a German Administrator signed in."""
    cast.administrator.language = "de"
    cast.administrator.save()
    client.force_login(cast.administrator)
    return cast


def words(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("groups:users", ["Nutzertyp", "Zuletzt gesehen", "Super-Administrator"]),
        ("chargers:list", ["Ladestation anlegen", "Zustand", "Alle Modelle"]),
        ("chargers:sessions", ["Ladevorgänge", "Dauer", "7,40 kWh"]),
        ("groups:tree", ["Untergruppe anlegen", "1 Ladestation<", "2 Ladestationen<"]),
        ("chargers:group_home", ["Legen Sie Ihre Commander-PIN fest", "Offline"]),
    ],
)
def test_pages_of_a_group_are_german(client, german_cast, page, expected):
    make_charger(group=german_cast.sibling)

    response = client.get(reverse(page, args=[german_cast.organisation.pk]))

    assert response.headers["Content-Language"] == "de"
    assert '<html lang="de">' in words(response)
    assert [each for each in expected if each not in words(response)] == []


def test_the_pin_page_and_its_error_are_german(client, german_cast):
    page = words(client.get(reverse("chargers:pin")))
    answer = words(client.post(reverse("chargers:pin"), {"pin": "12"}))

    assert "Geben Sie Ihre PIN auf dem Tastenfeld eines Commanders ein" in page
    assert "Speichern" in page
    assert "Geben Sie vier Ziffern ein." in answer


def test_a_missing_field_is_asked_for_in_german(client, german_cast):
    url = reverse("groups:add", args=[german_cast.organisation.pk])

    assert "Dieses Feld ist zwingend erforderlich." in words(
        client.post(url, {"name": ""})
    )


def test_whether_a_person_may_charge_looks_the_same_in_german(client, german_cast):
    url = reverse("chargers:user", args=[german_cast.site.pk, german_cast.user.pk])

    page = words(client.get(url))

    assert page.count('data-status="yes"') == 2
    assert "Zugewiesen" in page


def test_how_long_ago_is_good_german(client, german_cast):
    Charger.objects.update(last_seen_at=timezone.now() - timedelta(days=2, hours=1))

    url = reverse("chargers:list", args=[german_cast.organisation.pk])
    assert "vor 2 Tagen" in words(client.get(url))


def test_chargers_that_are_no_product_have_a_german_name(client, german_cast):
    make_charger(group=german_cast.site, model="Other OCPP charger with keypad")

    listed = words(
        client.get(reverse("chargers:list", args=[german_cast.organisation.pk]))
    )
    add = words(client.get(reverse("chargers:add", args=[german_cast.site.pk])))

    assert "Andere OCPP-Ladestation mit Tastenfeld" in listed
    assert "Andere OCPP-Ladestation mit zwei Anschlüssen" in add


def test_why_a_charge_ended_is_german(client, german_cast):
    ChargingSession.objects.update(stop_reason="EVDisconnected")

    assert "Das Auto wurde ausgesteckt" in words(
        client.get(german_cast.session.get_absolute_url())
    )


@pytest.mark.parametrize("asked", ["de", "de-AT", "fr, de;q=0.8"])
def test_a_german_browser_is_asked_to_sign_in_in_german(client, asked):
    response = client.get(
        reverse("accounts:sign_in"), headers={"Accept-Language": asked}
    )

    assert "Mit E-Mail fortfahren" in words(response)
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.django_db
def test_a_german_browser_reads_in_german_why_it_cannot_sign_in(client):
    answer = client.post(
        reverse("accounts:sign_in_email"),
        {"username": "nobody@example.org", "password": "wrong"},
        headers={"Accept-Language": "de"},
    )

    assert "E-Mail-Adresse und Passwort passen nicht zusammen." in words(answer)


def test_ones_own_choice_wins_over_the_browser(client, cast):
    cast.user.language = "en"
    cast.user.save()
    signed_in = client.post(
        reverse("accounts:sign_in_email"),
        {"username": cast.user.email, "password": PASSWORD},
        headers={"Accept-Language": "de"},
        follow=True,
    )

    assert "Sign out" in words(signed_in)


def test_without_a_choice_the_browser_decides(client, cast):
    client.force_login(cast.user)

    page = client.get(reverse("accounts:profile"), headers={"Accept-Language": "de"})

    assert "Wie im Browser eingestellt" in words(page)


def test_choosing_german_is_answered_in_german(client, cast):
    client.force_login(cast.user)
    profile = {"name": "Uma User", "language": "de", "time_zone": "Europe/Berlin"}

    answer = client.post(reverse("accounts:profile"), profile, follow=True)

    assert "Ihr Profil ist gespeichert." in words(answer)


def test_everybody_reads_the_audit_trail_in_their_language(client, german_cast):
    with translation.override("de"):
        people.change_role(
            membership_of(german_cast.user, german_cast.site),
            role=Role.ADMINISTRATOR,
            by=german_cast.superadministrator,
        )
    url = reverse("groups:audit", args=[german_cast.organisation.pk])

    client.force_login(german_cast.owner)
    assert "User → Administrator" in words(client.get(url))
    headers = {"Accept-Language": "de"}
    assert "Nutzer → Administrator" in words(client.get(url, headers=headers))
