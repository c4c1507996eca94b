"""Every address by every kind of person.

TABLE is the whole answer: a row for each URL name, a status for each persona. A name
that is missing here, or no longer exists, fails the suite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from tests.cast import Cast
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PERSONAS = (
    "anonymous",
    "user",
    "administrator",
    "superadministrator",
    "site_administrator",
    "sibling_administrator",
    "stranger",
    "suspended",
    "support",
)


@dataclass(frozen=True)
class Address:
    """The answer to each persona, and how to call: with what, by which method."""

    statuses: tuple[int, ...]
    args: Callable[[Cast], list[Any]] = lambda cast: []
    method: str = "get"
    data: Callable[[Cast], dict[str, Any]] = lambda cast: {}


def organisation(cast: Cast) -> list[Any]:
    return [cast.organisation.pk]


def site(cast: Cast) -> list[Any]:
    return [cast.site.pk]


def membership(cast: Cast) -> list[Any]:
    return [cast.user.memberships.get().pk]


def person(cast: Cast) -> list[Any]:
    return [cast.site.pk, cast.user.pk]


def charger(cast: Cast) -> list[Any]:
    return [cast.charger.pk]


def session(cast: Cast) -> list[Any]:
    return [cast.session.uuid]


def admin_page(*args: Any) -> Address:
    """Only support staff get in; everybody else is sent to the sign-in."""
    return Address((302,) * 8 + (200,), lambda cast: list(args))


def admin_object(answer: int, pk: Callable[[Cast], Any]) -> Address:
    return Address((302,) * 8 + (answer,), lambda cast: [pk(cast)])


def admin_refusal(*args: Any) -> Address:
    """Not even support staff may do this."""
    return Address((302,) * 8 + (403,), lambda cast: list(args))


# By persona, in the order of PERSONAS.
TABLE: dict[str, Address] = {
    "accounts:sign_in": Address((200, 302, 302, 302, 302, 302, 302, 302, 302)),
    "accounts:sign_in_email": Address((200, 302, 302, 302, 302, 302, 302, 302, 302)),
    "accounts:sign_out": Address(
        (302, 302, 302, 302, 302, 302, 302, 302, 302), method="post"
    ),
    "accounts:settings": Address((302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "accounts:profile": Address((302, 200, 200, 200, 200, 200, 200, 200, 200)),
    "groups:users": Address((302, 302, 200, 200, 200, 404, 404, 404, 404), site),
    "groups:tree": Address((302, 403, 200, 200, 200, 404, 404, 404, 404), site),
    "groups:add": Address((302, 403, 200, 200, 200, 404, 404, 404, 404), site),
    "groups:edit": Address((302, 403, 200, 200, 200, 404, 404, 404, 404), site),
    "groups:move": Address((302, 403, 403, 200, 403, 404, 404, 404, 404), site),
    "groups:delete": Address((302, 403, 403, 200, 403, 404, 404, 404, 404), site),
    "groups:transfer_ownership": Address(
        (302, 404, 403, 403, 404, 404, 404, 404, 404), organisation
    ),
    "groups:audit": Address((302, 403, 403, 200, 403, 404, 404, 404, 404), site),
    "groups:change_role": Address(
        (302, 403, 403, 302, 403, 404, 404, 404, 404),
        membership,
        "post",
        lambda cast: {"role": "user"},
    ),
    "groups:suspend": Address(
        (302, 403, 302, 302, 302, 404, 404, 404, 404), membership, "post"
    ),
    "groups:reinstate": Address(
        (302, 403, 302, 302, 302, 404, 404, 404, 404), membership, "post"
    ),
    "groups:remove": Address(
        (302, 403, 302, 302, 302, 404, 404, 404, 404), membership, "post"
    ),
    "chargers:home": Address((302, 302, 302, 302, 302, 302, 302, 200, 200)),
    "chargers:group_home": Address((302, 200, 200, 200, 200, 404, 404, 404, 404), site),
    "chargers:list": Address((302, 200, 200, 200, 200, 404, 404, 404, 404), site),
    "chargers:add": Address((302, 403, 200, 200, 200, 404, 404, 404, 404), site),
    "chargers:sessions": Address((302, 200, 200, 200, 200, 404, 404, 404, 404), site),
    "chargers:live_sessions": Address(
        (302, 200, 200, 200, 200, 404, 404, 404, 404), site
    ),
    "chargers:detail": Address((302, 200, 200, 200, 200, 404, 404, 404, 404), charger),
    "chargers:state": Address((302, 200, 200, 200, 200, 404, 404, 404, 404), charger),
    "chargers:people": Address((302, 403, 200, 200, 200, 404, 404, 404, 404), charger),
    "chargers:connect": Address((302, 403, 200, 200, 200, 404, 404, 404, 404), charger),
    "chargers:edit": Address((302, 403, 200, 200, 200, 404, 404, 404, 404), charger),
    "chargers:move": Address((302, 403, 200, 200, 200, 404, 404, 404, 404), charger),
    "chargers:new_password": Address(
        (302, 403, 302, 302, 302, 404, 404, 404, 404), charger, "post"
    ),
    "chargers:retire": Address(
        (302, 403, 302, 302, 302, 404, 404, 404, 404), charger, "post"
    ),
    "chargers:session": Address((302, 200, 200, 200, 200, 404, 404, 404, 404), session),
    "chargers:user": Address((302, 200, 200, 200, 200, 404, 404, 404, 404), person),
    "chargers:assign": Address(
        (302, 403, 302, 302, 302, 404, 404, 404, 404), person, "post"
    ),
    "chargers:assign_subgroup": Address(
        (302, 403, 302, 302, 302, 404, 404, 404, 404), person, "post"
    ),
    "chargers:remove_pin": Address(
        (302, 403, 302, 302, 302, 404, 404, 404, 404), person, "post"
    ),
    "chargers:pin": Address((302, 200, 200, 200, 200, 200, 200, 200, 200)),
    "chargers:remove_own_pin": Address(
        (302, 302, 302, 302, 302, 302, 302, 302, 302), method="post"
    ),
    "admin_sign_in": Address((302,) * 9),
    "admin:index": admin_page(),
    "admin:login": Address((302,) * 9),
    "admin:logout": Address((302,) * 9, method="post"),
    "admin:password_change": admin_page(),
    "admin:password_change_done": admin_page(),
    "admin:jsi18n": admin_page(),
    "admin:app_list": admin_page("accounts"),
    "admin:autocomplete": admin_refusal(),
    "admin:view_on_site": Address((302,) * 8 + (404,), lambda cast: [999_999, 1]),
}
ADMIN_MODELS: dict[str, Callable[[Cast], Any]] = {
    "accounts_user": lambda cast: cast.user.pk,
    "groups_group": lambda cast: cast.site.pk,
    "groups_membership": lambda cast: cast.user.memberships.get().pk,
    "groups_auditentry": lambda cast: cast.organisation.audit_trail.values_list("pk")[
        0
    ][0],
    "chargers_chargermodel": lambda cast: cast.charger.model_id,
    "chargers_charger": lambda cast: cast.charger.pk,
    "chargers_assignment": lambda cast: cast.charger.assignments.get().pk,
    "chargers_chargingsession": lambda cast: cast.session.pk,
}
for model, pk in ADMIN_MODELS.items():
    TABLE[f"admin:{model}_changelist"] = admin_page()
    TABLE[f"admin:{model}_add"] = admin_refusal()
    for page, answer in (("change", 200), ("history", 200), ("delete", 403)):
        TABLE[f"admin:{model}_{page}"] = admin_object(answer, pk)


def names_of(
    patterns: list[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names_of(pattern.url_patterns, namespace)
        elif pattern.name or prefix != "admin:":
            # The administration has two nameless ones that lead back into it.
            yield f"{prefix}{pattern.name}"


def test_the_table_has_every_address():
    assert set(names_of(get_resolver().url_patterns)) == set(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_an_address_answers_each_kind_of_person_as_the_table_says(name, cast):
    address = TABLE[name]
    url = reverse(name, args=address.args(cast))

    answers = {persona: status_for(persona, cast, address, url) for persona in PERSONAS}

    assert answers == dict(zip(PERSONAS, address.statuses, strict=True))


def status_for(persona: str, cast: Cast, address: Address, url: str) -> int:
    """The answer to this persona, on data that the others left untouched."""
    client = Client()
    with transaction.atomic():
        if persona != "anonymous":
            client.force_login(getattr(cast, persona))
        call = getattr(client, address.method)
        status: int = call(url, address.data(cast)).status_code
        transaction.set_rollback(True)
    return status


def test_signing_in_as_support_staff_leads_to_the_administration(client, cast):
    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[-1][0] == "/sign-in/?next=%2Fadmin%2F"


@pytest.mark.parametrize("name", sorted(ADMIN_MODELS))
def test_the_administration_writes_nothing_for_support_staff(name, client, cast):
    client.force_login(cast.support)
    pk = ADMIN_MODELS[name](cast)
    change = reverse(f"admin:{name}_change", args=[pk])
    changelist = reverse(f"admin:{name}_changelist")

    assert client.post(change, {"name": "changed"}).status_code == 403
    client.post(
        changelist,
        {"action": "delete_selected", "_selected_action": str(pk), "post": "yes"},
    )

    assert apps.get_model(*name.split("_")).objects.filter(pk=pk).exists()


@pytest.mark.parametrize("name", sorted(ADMIN_MODELS))
def test_the_administration_shows_no_secret(name, client, cast):
    client.force_login(cast.support)
    url = reverse(f"admin:{name}_change", args=[ADMIN_MODELS[name](cast)])

    page = client.get(url).text

    for secret in (cast.charger.password_digest, cast.user.password, "digest"):
        assert secret not in page


def test_the_owner_is_not_deleted_in_the_administration_either(client, cast):
    client.force_login(make_user(is_staff=True, is_superuser=True))

    url = reverse("admin:accounts_user_delete", args=[cast.owner.pk])

    assert client.post(url, {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=cast.owner.pk).exists()
