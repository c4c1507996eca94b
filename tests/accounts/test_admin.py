from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import make_user


@pytest.fixture
def root(db):
    return make_user(name="Root", is_staff=True, is_superuser=True)


def change(client, user, **changes):
    data = {"name": user.name, "language": "", "time_zone": "UTC"}
    url = reverse("admin:accounts_user_change", args=[user.pk])
    return client.post(url, data | changes)


def test_a_superuser_makes_somebody_support_staff(client, cast, root):
    client.force_login(root)

    change(client, cast.user, is_active="on", is_staff="on")

    cast.user.refresh_from_db()
    assert cast.user.is_staff


def test_an_owner_s_account_stays_active(client, cast, root):
    client.force_login(root)

    response = change(client, cast.owner, is_staff="")

    assert "The ownership is transferred first." in response.text
    cast.owner.refresh_from_db()
    assert cast.owner.is_active


@pytest.mark.parametrize("left", [{"is_active": "on"}, {"is_staff": "on"}, {}])
def test_the_last_superuser_does_not_lock_themselves_out(client, root, left):
    client.force_login(root)

    response = change(client, root, **left)

    assert "Nobody else could enter the administration then." in response.text
    root.refresh_from_db()
    assert root.is_active
    assert root.is_staff


def test_another_superuser_may_leave(client, root):
    other = make_user(is_staff=True, is_superuser=True)
    client.force_login(root)

    change(client, other)

    other.refresh_from_db()
    assert not other.is_active


def test_support_staff_find_the_administration(client, cast):
    client.force_login(cast.support)

    assert 'href="/admin/"' in client.get("/").text


def test_nobody_else_is_shown_the_administration(client, cast):
    client.force_login(cast.superadministrator)

    assert "/admin/" not in client.get("/", follow=True).text
