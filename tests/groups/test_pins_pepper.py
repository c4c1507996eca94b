from __future__ import annotations

from io import StringIO

import pytest
from django.conf import settings as project_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from groups import pins
from groups.models import PinCheck, PinClaim
from tests.factories import make_group, make_member
from tests.groups.claims import holder_of

pytestmark = pytest.mark.django_db

NEW = "a new pepper of the test suite, 32 characters or more"


@pytest.fixture
def claimed():
    pins.verify_pepper()
    group = make_group()
    person = make_member(group=group, pin="4071")
    pins.choose(person, "5193")
    return group, person


def rotate(monkeypatch, new=NEW):
    monkeypatch.setenv("NEW_PIN_PEPPER", new)
    said = StringIO()
    call_command("rotate_pin_pepper", stdout=said)
    return said.getvalue()


def test_every_pin_is_found_under_the_new_pepper(claimed, monkeypatch, settings):
    group, person = claimed

    said = rotate(monkeypatch)
    settings.PIN_PEPPER = NEW

    pins.verify_pepper()
    held = PinClaim.objects.get(digest=pins.digest(group.pk, "5193"))
    given_up = PinClaim.objects.get(digest=pins.digest(group.pk, "4071"))
    assert held.holder == person.pk
    assert given_up.released_at is not None
    assert "2 claims are under the new pepper" in said
    assert "set PIN_PEPPER to the value of NEW_PIN_PEPPER" in said


def test_neither_pepper_nor_pin_is_printed(claimed, monkeypatch):
    said = rotate(monkeypatch)

    for secret in (NEW, project_settings.PIN_PEPPER, "4071", "5193"):
        assert secret not in said


def test_the_new_pepper_may_stand_in_a_file(claimed, monkeypatch, settings, tmp_path):
    file = tmp_path / "pepper"
    file.write_text(f"{NEW}\n")
    monkeypatch.setenv("NEW_PIN_PEPPER_FILE", str(file))

    call_command("rotate_pin_pepper", stdout=StringIO())
    settings.PIN_PEPPER = NEW

    pins.verify_pepper()


def test_a_file_that_is_not_there_is_said(claimed, monkeypatch, tmp_path):
    monkeypatch.setenv("NEW_PIN_PEPPER_FILE", str(tmp_path / "nothing"))

    with pytest.raises(CommandError, match="cannot be read"):
        call_command("rotate_pin_pepper")


def test_nothing_changes_under_a_wrong_present_pepper(claimed, monkeypatch, settings):
    before = set(PinClaim.objects.values_list("digest", flat=True))
    settings.PIN_PEPPER = "not the pepper that these claims were stored under"

    with pytest.raises(CommandError, match="PIN_PEPPER is not the one"):
        rotate(monkeypatch)

    assert set(PinClaim.objects.values_list("digest", flat=True)) == before


def test_a_rotation_is_not_done_twice(claimed, monkeypatch):
    rotate(monkeypatch)

    with pytest.raises(CommandError, match="PIN_PEPPER is not the one"):
        rotate(monkeypatch)


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("", "NEW_PIN_PEPPER is missing."),
        ("short", "NEW_PIN_PEPPER is too weak."),
        ("ab" * 40, "NEW_PIN_PEPPER is too weak."),
        (project_settings.PIN_PEPPER, "NEW_PIN_PEPPER must differ"),
        (project_settings.SECRET_KEY, "NEW_PIN_PEPPER must differ"),
    ],
)
def test_a_bad_new_pepper_is_refused(claimed, monkeypatch, new, sentence):
    before = set(PinClaim.objects.values_list("digest", flat=True))

    with pytest.raises(CommandError, match=sentence):
        rotate(monkeypatch, new)

    assert set(PinClaim.objects.values_list("digest", flat=True)) == before


def test_a_claim_of_an_unknown_digest_stops_the_rotation(claimed, monkeypatch):
    group, _person = claimed
    PinClaim.objects.create(organisation=group, digest="0" * 64)

    with pytest.raises(CommandError, match="PIN_PEPPER is not the one"):
        rotate(monkeypatch)

    assert PinClaim.objects.filter(digest=pins.digest(group.pk, "5193")).exists()


def test_rotation_keeps_every_pin_and_its_quarantine(settings):
    groups = [make_group(), make_group()]
    holders = [make_member(group=group, pin="4071") for group in groups]
    pins.choose(holders[0], "0042")

    renewed = pins.rotate_pepper(settings.PIN_PEPPER, NEW)
    settings.PIN_PEPPER = NEW

    assert renewed == 3
    assert [holder_of("0042", groups[0]), holder_of("4071", groups[1])] == holders
    with pytest.raises(pins.PinUnavailable):
        pins.choose(make_member(group=groups[0]), "4071")


def test_the_start_is_refused_under_another_pepper(settings):
    pins.verify_pepper()
    settings.PIN_PEPPER = NEW

    with pytest.raises(ImproperlyConfigured, match="PIN_PEPPER is not the one"):
        pins.verify_pepper()


def test_a_process_under_the_former_pepper_cannot_claim(settings):
    pins.verify_pepper()
    person = make_member(group=make_group())
    pins.rotate_pepper(settings.PIN_PEPPER, NEW)

    with pytest.raises(ImproperlyConfigured, match="rotated"):
        pins.choose(person, "4071")

    assert not PinClaim.objects.exists()


def test_the_check_value_does_not_tell_the_pepper(settings):
    pins.verify_pepper()

    assert settings.PIN_PEPPER not in PinCheck.objects.get().value
