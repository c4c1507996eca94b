"""A person sets a PIN in the portal, types it on a Commander, and the charge starts.

Everything is real: two people's browsers, the keypad page, OCPP between the processes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from chargers import commissioning, units
from chargers.models import ChargingSession
from tests.browser import bay
from tests.browser.visiting import Visits
from tests.cast import Cast
from tests.factories import make_member


@pytest.fixture
def keypad(visits: Visits, cast: Cast) -> Iterator[Page]:
    """The page of the Commander that stands in Bay 1."""
    password = commissioning.renew_password(cast.charger, by=cast.owner)
    with bay.commander(cast.charger, password) as address:
        page = visits.start(path=address)
        expect(display(page)).to_have_text("Ready")
        yield page
        page.close()


def display(keypad: Page) -> Locator:
    return keypad.get_by_role("status")


def press(keypad: Page, keys: str) -> None:
    for key in keys:
        keypad.get_by_role("button", name=key, exact=True).click()


def test_a_person_sets_a_pin_types_it_and_charges(
    visits: Visits, keypad: Page, cast: Cast
):
    onlooker = visits.start(cast.administrator, f"/groups/{cast.site.pk}/sessions/")
    person = visits.start(cast.user, "/settings/commander-pin/")
    person.get_by_role("textbox", name="PIN").fill("4816")
    person.get_by_role("button", name="Save").click()
    expect(person.get_by_text("Your Commander PIN is saved.")).to_be_visible()

    press(keypad, "4816")
    expect(display(keypad)).to_have_text("Plug in")
    keypad.get_by_role("button", name="Plug in").click()
    expect(display(keypad)).to_have_text(re.compile(r"Charging [1-9]\d*\.\d kWh"))
    live = onlooker.get_by_role("region", name="Charging now").get_by_role("article")
    expect(live).to_contain_text("Uma User")
    expect(live).to_contain_text("Bay 1")

    keypad.get_by_role("button", name="Unplug").click()
    expect(onlooker.get_by_text("Nobody is charging right now.")).to_be_visible()
    session = ChargingSession.objects.get(started_at__gt=cast.session.ended_at)
    assert (session.user, session.charger) == (cast.user, cast.charger)
    assert session.energy_wh > 1000
    person.get_by_role("link", name="Sessions").click()
    expect(person.get_by_role("row").nth(1)).to_contain_text(
        f"{units.kwh_text(session.energy_wh)} kWh"
    )


def test_a_wrong_code_and_a_strangers_are_not_accepted(keypad: Page, cast: Cast):
    make_member(group=cast.site, name="Nobody's Driver", pin="7302")

    for code in ("9999", "7302"):
        expect(display(keypad)).to_have_text("Ready")
        press(keypad, code)
        expect(display(keypad)).to_have_text("Not accepted")

    keypad.get_by_role("button", name="Plug in").click()
    expect(keypad.get_by_text("Car connected")).to_be_visible()
    assert not ChargingSession.objects.filter(ended_at=None).exists()
