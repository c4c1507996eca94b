from __future__ import annotations

import logging
import re

import pytest
from django.urls import reverse

from groups import people, pins
from groups.models import PinClaim, PinRefusal, Role
from tests.factories import (
    make_charger,
    make_group,
    make_member,
    make_subgroup,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_group(name="Harbour Housing")


@pytest.fixture
def person(group, client):
    person = make_member(group=group)
    client.force_login(person)
    return person


@pytest.fixture
def url():
    return reverse("chargers:pin")


def filled_in(response):
    """What the field holds when the page opens."""
    field = re.search(r'<input[^>]*name="pin"[^>]*>', response.text)
    assert field
    value = re.search(r'value="(\d*)"', field[0])
    return value[1] if value else ""


def held_by(person, group, pin):
    digest = pins.digest(group.organisation_id, pin)
    return PinClaim.objects.filter(holder=person.pk, digest=digest).exists()


def test_four_digits_and_save(client, group, person, url):
    response = client.post(url, {"pin": "4071"}, follow=True)

    assert "Your Commander PIN is saved." in response.text
    assert held_by(person, group, "4071")


def test_the_field_comes_filled_with_a_free_pin(client, group, person, url):
    suggested = filled_in(client.get(url))

    client.post(url, {"pin": suggested})

    assert held_by(person, group, suggested)


def test_another_pin_can_be_drawn(client, person, url):
    first = client.get(url)
    link = re.search(r'href="(\?draw=\d+)"', first.text)
    assert link

    second = client.get(url + link[1])

    assert "Another PIN" in first.text
    assert re.fullmatch("[0-9]{4}", filled_in(second))
    assert filled_in(second) != filled_in(first)


@pytest.mark.parametrize("draw", ["-1", "x", "٣", "999999", "1" * 5000, ""])
def test_a_strange_draw_does_no_harm(client, person, url, draw):
    assert client.get(url, {"draw": draw}).status_code == 200


def test_after_saving_the_field_is_empty_and_the_pin_nowhere(client, person, url):
    response = client.post(url, {"pin": "4071"}, follow=True)

    assert filled_in(response) == ""
    assert "4071" not in response.text
    assert "4071" not in str(dict(client.session))
    assert "Set since" in response.text
    assert "Suggest a PIN" in response.text


def test_a_set_pin_is_changed_on_the_same_form(client, group, person, url):
    pins.choose(person, "4071")

    client.post(url, {"pin": "0042"})

    assert held_by(person, group, "0042")
    assert not held_by(person, group, "4071")


@pytest.mark.parametrize(
    "text",
    ["", "123", "12345", "12a4", "١٢٣٤", "１２３４", "4071 ", "40\x0071", "4071\n5"],
)
def test_what_is_no_pin_is_refused_beside_the_field(client, person, url, text):
    response = client.post(url, {"pin": text})

    assert response.status_code == 200
    assert 'id="id_pin_error"' in response.text
    assert not PinClaim.objects.exists()
    assert not PinRefusal.objects.exists()


@pytest.mark.parametrize("pin", ["4071", "1234"])
def test_taken_and_trivial_pins_get_one_sentence(client, group, url, pin):
    make_member(group=group, pin="4071")
    client.force_login(make_member(group=group))

    response = client.post(url, {"pin": pin})

    assert (
        "That PIN is not available. Try another or keep the one we suggest."
        in response.text
    )
    assert 'aria-invalid="true"' in response.text
    assert filled_in(response) not in ("", pin)
    assert "The field holds a free PIN now: Save takes it." in response.text


def test_the_sixth_refused_try_is_refused_whatever_it_is(client, group, person, url):
    for _ in range(5):
        client.post(url, {"pin": "1234"})

    refused = client.post(url, {"pin": "1111"})
    kept = client.post(url, {"pin": filled_in(refused)}, follow=True)

    assert "You have tried too many PINs of your own today." in refused.text
    assert "Your Commander PIN is saved." in kept.text


def test_who_changed_too_often_is_told_to_come_back(client, person, url):
    for number in range(pins.CHANGES_A_DAY):
        client.post(url, {"pin": pins.suggest(person, number)})

    response = client.post(url, {"pin": "4071"})

    assert "You have changed your Commander PIN too often today." in response.text
    assert "Save takes it" not in response.text


def test_the_page_is_kept_by_nobody(client, person, url):
    for response in (client.get(url), client.post(url, {"pin": "1234"})):
        assert "no-store" in response["Cache-Control"]


def test_the_pin_goes_into_no_log(client, person, url, caplog):
    caplog.set_level(logging.DEBUG)

    client.post(url, {"pin": "4071"})
    client.post(url, {"pin": "1234"})

    assert "4071" not in caplog.text
    assert "1234" not in caplog.text


def test_browsers_and_password_managers_leave_the_field_alone(client, person, url):
    field = re.search(r'<input[^>]*name="pin"[^>]*>', client.get(url).text)
    assert field

    for attribute in ('autocomplete="off"', 'inputmode="numeric"', "data-1p-ignore"):
        assert attribute in field[0]


def test_the_page_names_the_commanders_where_the_pin_works(client, group, person, url):
    make_charger(group=group, name="Bay 02", assigned_to=(person,))
    make_charger(group=group, name="Bay 03")
    pulsar = "Wallbox Pulsar Plus"
    make_charger(group=group, name="Roof", model=pulsar, assigned_to=(person,))

    before = client.get(url)
    pins.choose(person, "4071")
    after = client.get(url)

    assert "It will work on these Commanders:" in before.text
    assert "It works on these Commanders:" in after.text
    assert "Bay 02" in after.text
    assert "Bay 03" not in after.text
    assert "Roof" not in after.text


def test_an_administrator_reaches_every_commander(client, group, url):
    site = make_subgroup(parent=group)
    client.force_login(make_member(group=group, role=Role.ADMINISTRATOR))
    for number in range(12):
        make_charger(group=site, name=f"Bay {number:02}")

    response = client.get(url)

    assert "Bay 09" in response.text
    assert "Bay 10" not in response.text
    assert "and more" in response.text


def test_no_commander_within_reach_is_said(client, group, person, url):
    make_charger(group=group)

    assert "No Commander is within your reach" in client.get(url).text


def test_somebody_in_no_group_has_nothing_to_fill_in(client, url):
    client.force_login(make_user())

    response = client.get(url)
    posted = client.post(url, {"pin": "4071"})

    assert 'name="pin"' not in response.text
    assert posted.status_code == 200
    assert not PinClaim.objects.exists()


def test_a_pin_that_is_taken_elsewhere_asks_for_a_new_one(client, group, person, url):
    pins.choose(person, "4071")
    depot = make_group(name="Depot South")
    make_member(group=depot, pin="4071")
    people.join(person, group=depot, role=Role.USER, by=depot.owner)

    asked = client.get(url)
    client.post(url, {"pin": filled_in(asked)})

    assert "Needs a new one" in asked.text
    assert "does not count in Depot South" in asked.text
    assert "Needs a new one" not in client.get(url).text
    assert PinClaim.objects.filter(holder=person.pk).count() == 2


def test_ones_own_pin_can_be_removed(client, person, url):
    pins.choose(person, "4071")
    remove = reverse("chargers:remove_own_pin")

    assert remove in client.get(url).text
    asked = client.get(remove)
    assert PinClaim.objects.filter(holder=person.pk).exists()
    response = client.post(remove, follow=True)

    assert "Remove your Commander PIN?" in asked.text
    assert "Your Commander PIN is removed." in response.text
    assert not PinClaim.objects.filter(holder=person.pk).exists()


def test_removing_where_nothing_is_set_is_no_fault(client, url):
    client.force_login(make_user())

    assert client.post(reverse("chargers:remove_own_pin")).status_code == 302


def test_the_page_needs_few_queries(
    client, group, person, url, django_assert_max_num_queries
):
    make_charger(group=group, assigned_to=(person,))

    with django_assert_max_num_queries(14):
        client.get(url)
