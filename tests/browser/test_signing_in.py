from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.visiting import DESKTOP, PHONE, Visits
from tests.cast import Cast
from tests.factories import PASSWORD


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_somebody_signs_in_by_email_and_out_again(
    visits: Visits, cast: Cast, width: int
):
    page = visits.start(width=width)

    page.get_by_role("link", name="Continue with email").click()
    page.get_by_label("E-mail").fill(cast.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("North Quay")

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Continue with email")).to_be_visible()


def test_a_wrong_password_says_so_and_the_right_one_leads_on(
    visits: Visits, cast: Cast
):
    page = visits.start(path=f"/groups/{cast.site.pk}/sessions/")
    page.get_by_role("link", name="Continue with email").click()

    page.get_by_label("E-mail").fill(cast.user.email.upper())
    page.get_by_label("Password").fill("something else")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")

    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible()


def test_the_settings_keep_a_profile(visits: Visits, cast: Cast):
    page = visits.start(cast.user)

    page.get_by_role("link", name="Settings").click()
    tabs = page.get_by_role("navigation", name="Settings")
    tabs.get_by_role("link", name="Commander PIN").click()
    tabs.get_by_role("link", name="Profile").click()
    page.get_by_label("Name").fill("Uma Umlaut")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status")).to_have_text("Your profile is saved.")
    expect(page.get_by_label("Name")).to_have_value("Uma Umlaut")
    cast.user.refresh_from_db()
    assert cast.user.time_zone == "Europe/Berlin"


def test_the_portal_speaks_the_language_of_the_profile(visits: Visits, cast: Cast):
    page = visits.start(cast.user, "/settings/profile/")

    page.get_by_label("Language").select_option("Deutsch")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("html")).to_have_attribute("lang", "de")
