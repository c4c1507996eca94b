from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from groups import pins
from groups.models import PinClaim
from tests.browser.visiting import PHONE, Visits
from tests.cast import Cast
from tests.factories import make_member

ADDRESS = "/settings/commander-pin/"


def pin_field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="PIN")


def type_pin(page: Page, keys: str) -> None:
    """Click on the first box and type; a space stands for Backspace."""
    pin_field(page).click(position={"x": 10, "y": 10})
    for key in keys:
        page.keyboard.press("Backspace" if key == " " else key)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your Commander PIN is saved.")).to_be_visible()


def holds(user: User, pin: str) -> bool:
    claims = PinClaim.objects.filter(holder=user.pk)
    return (
        [pins.digest(claim.organisation_id, pin) for claim in claims]
        == [claim.digest for claim in claims]
        != []
    )


def test_an_administrator_sets_a_pin_from_the_users_page(visits: Visits, cast: Cast):
    page = visits.start(cast.administrator)

    page.get_by_role("link", name="Users", exact=True).click()
    own_row = page.get_by_role("row").filter(has_text="(you)")
    own_row.get_by_role("link", name="Commander PIN").click()
    type_pin(page, "4816")
    save(page)

    assert holds(cast.administrator, "4816")


def test_a_user_sets_a_pin_from_the_settings(visits: Visits, cast: Cast):
    page = visits.start(cast.user, width=PHONE)

    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Commander PIN").click()
    type_pin(page, "4816")
    save(page)

    assert holds(cast.user, "4816")
    expect(page.get_by_role("link", name="Bay 1")).to_be_visible()


def test_the_pin_that_is_suggested_can_be_saved_as_it_is(visits: Visits, cast: Cast):
    page = visits.start(cast.user, ADDRESS)
    suggested = pin_field(page).input_value()

    save(page)

    assert holds(cast.user, suggested)
    expect(pin_field(page)).to_have_value("")


def test_another_pin_is_another_one(visits: Visits, cast: Cast):
    page = visits.start(cast.user, ADDRESS)
    suggested = pin_field(page).input_value()

    page.get_by_role("link", name="Another PIN").click()

    expect(pin_field(page)).not_to_have_value(suggested)
    another = pin_field(page).input_value()
    save(page)
    assert holds(cast.user, another)


def test_a_pasted_pin_may_have_spaces(visits: Visits, cast: Cast):
    page = visits.start(cast.user, ADDRESS)
    page.evaluate("navigator.clipboard.writeText('4 8 1 6')")

    pin_field(page).click()
    page.keyboard.press("ControlOrMeta+V")
    save(page)

    assert holds(cast.user, "4816")


def test_the_boxes_behave_as_one_field(visits: Visits, cast: Cast):
    page = visits.start(cast.user, ADDRESS)
    field = pin_field(page)

    type_pin(page, "4816")
    expect(field).to_have_value("4816")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.type("x72")
    expect(field).to_have_value("4872")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("0")
    expect(field).to_have_value("4072")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    page.keyboard.type("073")
    expect(field).to_have_value("073")
    expect(page.locator(".pin__cell")).to_have_text(["0", "7", "3", ""])


def test_leading_zeros_count(visits: Visits, cast: Cast):
    page = visits.start(cast.user, ADDRESS)

    type_pin(page, "0073")
    save(page)

    assert holds(cast.user, "0073")


def test_a_screen_reader_finds_one_field_with_a_name(visits: Visits, cast: Cast):
    page = visits.start(cast.user, ADDRESS)

    expect(page.get_by_role("main").locator("form").last).to_match_aria_snapshot(r"""
      - text: PIN
      - textbox "PIN": /^\d{4}$/
      - text: Four digits. Years, runs and repeats are not available.
      - link "Another PIN"
      - button "Save"
    """)
    expect(pin_field(page)).to_have_accessible_description(re.compile("Four"))
    expect(pin_field(page)).to_have_attribute("inputmode", "numeric")


def test_a_trivial_pin_is_refused_beside_the_field(visits: Visits, cast: Cast):
    page = visits.start(cast.user, ADDRESS)

    type_pin(page, "1111")
    page.get_by_role("button", name="Save").click()

    expect(pin_field(page)).to_have_attribute("aria-invalid", "true")
    expect(pin_field(page)).to_have_accessible_description(
        re.compile("That PIN is not available. Try another or keep the one we suggest.")
    )
    expect(pin_field(page)).not_to_have_value("1111")
    assert not PinClaim.objects.exists()


def test_a_taken_pin_gets_the_same_answer(visits: Visits, cast: Cast):
    make_member(group=cast.sibling, pin="4816")
    page = visits.start(cast.user, ADDRESS)

    type_pin(page, "4816")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("That PIN is not available.")).to_be_visible()


def test_without_javascript_it_is_one_plain_field(visits: Visits, cast: Cast):
    page = visits.start(cast.user, ADDRESS, javascript=False)

    expect(page.locator(".pin__cell")).to_have_count(0)
    page.get_by_role("textbox", name="PIN").fill("4816")
    save(page)

    assert holds(cast.user, "4816")
