from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
WRONG = "This e-mail address and password do not belong together."


def sign_in(client, email, password, **data):
    url = reverse("accounts:sign_in_email")
    return client.post(url, {"username": email, "password": password, **data})


def test_signing_in_begins_with_the_button_and_keeps_the_way_on(client):
    response = client.get("/settings/profile/", follow=True)

    assert "Continue with email" in response.text
    assert "/sign-in/email/?next=%2Fsettings%2Fprofile%2F" in response.text


def test_the_right_password_leads_home_under_a_new_session_key(client):
    make_user(email="uma@example.org")
    before = client.session
    before["planted"] = True
    before.save()
    client.cookies["sessionid"] = before.session_key

    response = sign_in(client, "uma@example.org", PASSWORD)

    assert response.status_code == 302
    assert response.url == reverse("chargers:home")
    assert "_auth_user_id" in client.session
    assert client.session.session_key != before.session_key


@pytest.mark.parametrize(
    "typed", ["UMA@Example.ORG", " uma@example.org ", "ｕma@example.org"]
)
def test_an_address_is_known_however_it_is_spelled(client, typed):
    make_user(email="uma@example.org")

    assert sign_in(client, typed, PASSWORD).status_code == 302


@pytest.mark.parametrize(
    "case", ["unknown", "wrong password", "inactive", "no address"]
)
def test_every_failure_says_the_same(client, case):
    user = make_user(email="uma@example.org", is_active=case != "inactive")
    email = {"unknown": "nobody@example.org", "no address": "nobody"}.get(
        case, user.email
    )
    password = "not it at all" if case == "wrong password" else PASSWORD

    response = sign_in(client, email, password)

    assert response.status_code == 200
    assert WRONG in response.text
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "case", ["unknown", "wrong password", "inactive", "no address"]
)
def test_every_failure_hashes_once(client, case, settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.hashing.CountingHasher"]
    from tests.accounts.hashing import CountingHasher

    user = make_user(email="uma@example.org", is_active=case != "inactive")
    email = {"unknown": "nobody@example.org", "no address": "nobody"}.get(
        case, user.email
    )
    CountingHasher.count = 0

    sign_in(client, email, PASSWORD if case == "inactive" else "not it at all")

    assert CountingHasher.count == 1


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example/", "\\\\evil.example", "javascript:1"],
)
def test_signing_in_never_leads_to_other_sites(client, address):
    make_user(email="uma@example.org")

    response = sign_in(client, "uma@example.org", PASSWORD, next=address)

    assert response.url == reverse("chargers:home")


def test_signing_in_goes_on_to_the_page_that_was_asked_for(client):
    make_user(email="uma@example.org")

    response = sign_in(client, "uma@example.org", PASSWORD, next="/settings/profile/")

    assert response.url == "/settings/profile/"


def test_a_password_with_a_nul_byte_is_refused_in_words(client):
    response = sign_in(client, "uma@example.org\0", "pass\0word")

    assert response.status_code == 200
    assert "Null characters are not allowed." in response.text


def test_signing_out_needs_a_post_and_ends_the_session(client):
    client.force_login(make_user())

    assert client.get(reverse("accounts:sign_out")).status_code == 405
    client.post(reverse("accounts:sign_out"))

    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("josé@example.org", "JOSÉ@example.org"),
        ("strasse@example.org", "straße@example.org"),
        ("sam@example.org", "ſam@example.org"),
        ("uma@bücher.example", "uma@xn--bcher-kva.example"),
        ("uma@example.org", "uma@EXAMPLE.org"),
    ],
)
def test_look_alike_addresses_are_one_account(first, second):
    make_user(email=first)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(email=second)


def test_the_canonical_address_follows_every_way_of_writing():
    user = make_user(email="Uma@Example.org")
    user.email = "Uma.New@Example.org"
    user.save(update_fields=["email"])
    User.objects.bulk_create([User(email="Bulk@Example.org", name="Bulk")])

    user.refresh_from_db()
    assert user.email_canonical == "uma.new@example.org"
    assert User.objects.filter(email_canonical="bulk@example.org").exists()


def test_createsuperuser_works(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)

    call_command("createsuperuser", "--no-input", email="root@example.org", name="Root")

    root = User.objects.get(email_canonical="root@example.org")
    assert root.is_superuser
    assert root.check_password(PASSWORD)
