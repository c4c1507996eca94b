from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from chargers import commissioning, connections, credentials, handover
from chargers.models import Assignment, Charger, ChargerModel
from groups.models import AuditEntry
from tests import factories

ACTIONS = ["edit", "move", "new_password", "retire", "connect"]


@pytest.fixture(autouse=True)
def signed_in(client, cast):
    client.force_login(cast.administrator)


def words(response) -> str:
    return " ".join(response.content.decode().split())


def to(action: str, charger: Charger) -> str:
    return reverse(f"chargers:{action}", args=[charger.pk])


def add_url(cast) -> str:
    return reverse("chargers:add", args=[cast.organisation.pk])


def filled_in(cast, **changes) -> dict[str, object]:
    model = ChargerModel.objects.get(name="Wallbox Commander 2")
    return {
        "serial_number": "12345",
        "name": "",
        "model": model.pk,
        "group": cast.sibling.pk,
        **changes,
    }


def test_adding_a_charger_shows_its_password_once(client, cast):
    response = client.post(add_url(cast), filled_in(cast))

    charger = Charger.objects.get(serial_number="12345")
    assert charger.name == "12345"
    assert charger.group == cast.sibling
    assert response.url == to("connect", charger)
    password = client.cookies[handover.COOKIE].value
    assert credentials.matches(password.encode(), charger.password_digest)

    page = client.get(response.url)
    assert page["Cache-Control"].count("no-store") == 1
    for word in (
        password,
        charger.identity,
        "ws://testserver/ocpp/",
        f"ws://testserver/ocpp/{charger.identity}",
    ):
        assert word in words(page)

    again = words(client.get(response.url))
    assert password not in again
    assert "cannot be shown again" in again
    assert to("new_password", charger) in again


def test_the_password_is_kept_nowhere_in_clear(client, cast):
    client.post(add_url(cast), filled_in(cast))
    password = client.cookies[handover.COOKIE].value
    client.get(to("connect", Charger.objects.get(serial_number="12345")))

    for session in Session.objects.all():
        assert password not in str(session.get_decoded())
    for entry in AuditEntry.objects.all():
        assert password not in f"{entry.subject} {entry.details}"


def test_a_cookie_of_somebody_elses_making_is_not_shown(client, cast):
    client.cookies[handover.COOKIE] = "0123456789abcdefghjkmnpqrs"

    page = words(client.get(to("connect", cast.charger)))

    assert "0123456789abcdefghjkmnpqrs" not in page


def test_the_password_cookie_goes_to_its_own_page_only(client, cast):
    client.post(add_url(cast), filled_in(cast))

    cookie = client.cookies[handover.COOKIE]
    charger = Charger.objects.get(serial_number="12345")
    assert cookie["path"] == to("connect", charger)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"


def test_a_serial_number_is_registered_once(client, cast):
    response = client.post(
        add_url(cast), filled_in(cast, serial_number=cast.charger.serial_number)
    )

    assert "already registered" in words(response)
    assert response.context["form"].errors.keys() == {"serial_number"}
    assert Charger.objects.count() == 1


def test_the_serial_number_of_a_retired_charger_is_free(client, cast):
    cast.charger.retired_at = timezone.now()
    cast.charger.save()

    client.post(
        add_url(cast), filled_in(cast, serial_number=cast.charger.serial_number)
    )

    assert Charger.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("serial_number", " "), ("model", "0"), ("group", "nonsense"), ("group", "")],
)
def test_adding_says_beside_the_field_what_is_wrong(client, cast, field, value):
    response = client.post(add_url(cast), filled_in(cast, **{field: value}))

    assert response.context["form"].errors.keys() == {field}
    assert Charger.objects.count() == 1


def test_a_charger_is_added_only_where_one_may(client, cast):
    client.force_login(cast.site_administrator)
    url = reverse("chargers:add", args=[cast.site.pk])

    response = client.post(url, filled_in(cast, group=cast.sibling.pk))
    assert response.context["form"].errors.keys() == {"group"}
    assert "South Quay" not in str(response.context["form"]["group"])

    client.post(url, filled_in(cast, group=cast.site.pk))
    assert Charger.objects.get(serial_number="12345").group == cast.site


def test_user_may_not_add_and_a_stranger_finds_nothing(client, cast):
    url = reverse("chargers:add", args=[cast.site.pk])
    client.force_login(cast.user)
    response = client.get(url)
    assert response.status_code == 403
    assert "Administrator" in words(response)

    client.force_login(cast.stranger)
    assert client.get(url).status_code == 404


def test_adding_is_written_to_the_audit_trail(client, cast):
    client.post(add_url(cast), filled_in(cast, name="Gate"))

    entry = AuditEntry.objects.get(event=AuditEntry.Event.CHARGER_ADDED)
    assert (entry.subject, entry.group) == ("Gate", cast.sibling)
    assert entry.actor == cast.administrator


def test_a_new_password_replaces_the_old_one(client, cast):
    before = cast.charger.password_digest
    assert "stops working" in words(client.get(to("new_password", cast.charger)))

    response = client.post(to("new_password", cast.charger))

    cast.charger.refresh_from_db()
    assert cast.charger.password_digest != before
    password = client.cookies[handover.COOKIE].value
    assert password in words(client.get(response.url))
    assert AuditEntry.objects.filter(event=AuditEntry.Event.CHARGER_PASSWORD).exists()


@pytest.mark.parametrize("renew", [True, False])
def test_a_connection_ends_with_its_password(client, cast, renew):
    key = uuid.uuid4()
    connections.begin(cast.charger, key=key, gateway="here")
    assert connections.keep_alive({cast.charger.pk: key}) == {}

    client.post(to("new_password" if renew else "retire", cast.charger))

    over = {cast.charger.pk: connections.Ending.SIGNED_OFF}
    assert connections.keep_alive({cast.charger.pk: key}) == over
    cast.charger.refresh_from_db()
    assert not cast.charger.is_connected


def test_looking_at_a_confirmation_changes_nothing(client, cast):
    before = Charger.objects.values().get()

    for action in ACTIONS:
        client.get(to(action, cast.charger))

    assert Charger.objects.values().get() == before


def test_a_charger_is_renamed(client, cast):
    page = words(client.get(to("edit", cast.charger)))
    assert 'value="Bay 1"' in page

    client.post(to("edit", cast.charger), filled_in(cast, name="Gate"))

    cast.charger.refresh_from_db()
    assert cast.charger.name == "Gate"
    assert cast.charger.serial_number == "12345"
    entry = AuditEntry.objects.get(event=AuditEntry.Event.CHARGER_CHANGED)
    assert "Bay 1" in entry.details
    assert "Gate" in entry.details


def test_editing_refuses_the_serial_number_of_another(client, cast):
    other = factories.make_charger(group=cast.sibling)

    response = client.post(
        to("edit", cast.charger), filled_in(cast, serial_number=other.serial_number)
    )

    assert response.context["form"].errors.keys() == {"serial_number"}


def test_a_move_says_whose_access_changes_and_keeps_assignments(client, cast):
    url = to("move", cast.charger)
    assert "South Quay" in words(client.get(url))

    page = words(client.get(url, {"group": cast.sibling.pk}))
    assert "May no longer charge here" in page
    assert "Uma User" in page
    assert "Sibling Admin" in page

    response = client.post(url, {"group": cast.sibling.pk})
    cast.charger.refresh_from_db()
    assert response.url == cast.charger.get_absolute_url()
    assert cast.charger.group == cast.sibling
    assert Assignment.objects.count() == 1
    assert cast.charger.sessions.get().group == cast.site


def test_a_charger_moves_only_to_where_one_may_and_never_out(client, cast):
    client.force_login(cast.site_administrator)
    client.post(to("move", cast.charger), {"group": cast.sibling.pk})
    client.post(to("move", cast.charger), {"group": factories.make_group().pk})

    cast.charger.refresh_from_db()
    assert cast.charger.group == cast.site

    with pytest.raises(commissioning.AnotherOrganisation):
        commissioning.move(
            cast.charger, to=factories.make_group(), by=cast.administrator
        )


def test_retiring_ends_access_and_keeps_sessions(client, cast):
    assert "One person loses" in words(client.get(to("retire", cast.charger)))

    response = client.post(to("retire", cast.charger), follow=True)

    assert "Bay 1 is retired." in words(response)
    cast.charger.refresh_from_db()
    assert cast.charger.is_retired
    assert not credentials.matches(b"", cast.charger.password_digest)
    assert cast.charger.sessions.count() == 1
    assert not Assignment.objects.exists()


def test_a_charger_is_not_retired_while_somebody_charges(client, cast):
    cast.charger.connected_at = timezone.now()
    cast.charger.save()
    factories.make_session(charger=cast.charger, user=cast.user, hours=None)

    response = client.post(to("retire", cast.charger), follow=True)

    assert "Somebody is charging" in words(response)
    cast.charger.refresh_from_db()
    assert not cast.charger.is_retired


def test_retiring_an_unreachable_charger_ends_its_charge_at_the_last_reading(
    client, cast
):
    session = factories.make_session(charger=cast.charger, user=cast.user, hours=None)
    session.metered_at = session.started_at + timedelta(minutes=20)
    session.save()

    client.post(to("retire", cast.charger))

    session.refresh_from_db()
    assert session.ended_at == session.metered_at
    assert session.flags == "never-stopped"
    assert session.energy_wh == 7400


def test_a_retired_charger_stays_as_it_is(client, cast):
    commissioning.retire(cast.charger, by=cast.administrator)
    before = Charger.objects.values().get()

    for action in ("edit", "new_password", "retire"):
        page = words(
            client.post(to(action, cast.charger), filled_in(cast), follow=True)
        )
        assert "This charger is retired." in page
    client.post(to("move", cast.charger), {"group": cast.sibling.pk})

    assert Charger.objects.values().get() == before


@pytest.mark.parametrize("action", ACTIONS)
def test_only_administrators_of_the_place_may(client, cast, action):
    url = to(action, cast.charger)

    client.force_login(cast.user)
    assert client.post(url).status_code in (403, 405)
    assert client.get(url).status_code == 403
    for persona in (cast.stranger, cast.sibling_administrator, cast.suspended):
        client.force_login(persona)
        assert client.get(url).status_code == 404
    client.force_login(cast.site_administrator)
    assert client.put(url).status_code == 405
