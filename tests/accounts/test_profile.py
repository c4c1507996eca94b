from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/settings/profile/"
VALID = {"name": "Uma User", "language": "", "time_zone": "Europe/Berlin"}


def test_name_language_and_time_zone_are_saved(client):
    user = make_user()
    client.force_login(user)

    response = client.post(URL, VALID | {"language": "de"}, follow=True)

    user.refresh_from_db()
    assert (user.name, user.language, user.time_zone) == (
        "Uma User",
        "de",
        "Europe/Berlin",
    )
    assert response.redirect_chain == [(URL, 302)]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 151), ("language", "tlh"), ("time_zone", "Mars/X")],
)
def test_a_bad_value_is_named_beside_its_field(client, field, value):
    user = make_user(name="Before")
    client.force_login(user)

    response = client.post(URL, VALID | {field: value})

    user.refresh_from_db()
    assert user.name == "Before"
    assert field in response.context["form"].errors
    assert 'class="field__error"' in response.text


@pytest.mark.parametrize("field", ["is_staff", "is_superuser", "email", "is_active"])
def test_nothing_else_can_be_written(client, field):
    user = make_user(email="uma@example.org")
    client.force_login(user)

    client.post(URL, VALID | {field: "0" if field == "is_active" else "x@example.org"})

    user.refresh_from_db()
    assert (user.email, user.is_staff, user.is_superuser) == (
        "uma@example.org",
        False,
        False,
    )
    assert user.is_active


def test_settings_open_at_the_profile(client):
    client.force_login(make_user())

    assert client.get(reverse("accounts:settings")).url == URL


def test_pages_speak_the_person_s_language(client):
    client.force_login(make_user(language="de"))

    response = client.get(URL)

    assert '<html lang="de">' in response.text


def test_last_seen_is_written_once_in_ten_minutes(client, django_assert_num_queries):
    user = make_user()
    client.force_login(user)
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)

    for minutes in (0, 9, 11):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            client.get(reverse("accounts:settings"))
            user.refresh_from_db()
        assert user.last_seen_at == start + timedelta(minutes=11 if minutes > 10 else 0)


def test_dates_are_told_in_the_person_s_time_zone_and_without_a_riddle(client, cast):
    cast.user.time_zone = "Europe/Berlin"
    cast.user.save()
    cast.session.started_at = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
    cast.session.save()
    client.force_login(cast.user)

    page = client.get(cast.session.get_absolute_url()).text

    assert "5 Mar 2026, 00:30" in page
