from __future__ import annotations

from playwright.sync_api import Page, expect

from chargers import credentials
from chargers.models import Charger
from tests.browser.visiting import PHONE, Visits
from tests.cast import Cast

CLICK_TWICE = """(button) => {
  let sent = 0;
  addEventListener("submit", (event) => { sent += !event.defaultPrevented; });
  button.click();
  button.click();
  return sent;
}"""


def secret(page: Page, label: str) -> str:
    """Copy what stands under `label` by its button."""
    page.get_by_role("button", name=f"Copy {label}").click()
    expect(page.get_by_role("button", name=f"Copied {label}")).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_a_charger_is_added_and_its_password_is_shown_once(visits: Visits, cast: Cast):
    page = visits.start(cast.administrator)
    page.get_by_role("link", name="Chargers", exact=True).click()
    page.get_by_role("link", name="Add charger").click()

    page.get_by_label("Serial number").fill("SN 204418")
    page.get_by_label("Model").select_option("Wallbox Commander 2")
    page.get_by_label("Group or subgroup").select_option(label="\u2003North Quay")
    page.get_by_role("button", name="Add charger").click()

    expect(page.get_by_text("The password is shown only now")).to_be_visible()
    charger = Charger.objects.get(serial_number="SN 204418")
    assert (charger.name, charger.group) == ("SN 204418", cast.site)
    assert secret(page, "Identity") == charger.identity
    password = secret(page, "Password")
    assert credentials.matches(password.encode(), charger.password_digest)

    page.reload()
    expect(page.get_by_text("The password cannot be shown again")).to_be_visible()
    expect(page.get_by_text(password)).to_have_count(0)


def test_a_charger_without_a_serial_number_is_refused(visits: Visits, cast: Cast):
    page = visits.start(cast.administrator, f"/groups/{cast.site.pk}/chargers/add/")

    page.get_by_role("button", name="Add charger").click()

    expect(page.get_by_label("Serial number")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Model")).to_have_attribute("aria-invalid", "true")
    assert Charger.objects.count() == 1


def test_a_charger_is_renamed_on_a_phone(visits: Visits, cast: Cast):
    page = visits.start(cast.administrator, width=PHONE)
    page.get_by_role("link", name="Chargers", exact=True).click()
    page.get_by_role("row").filter(has_text="Bay 1").click()

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Name").fill("Bay One")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Bay One")


def test_a_new_password_replaces_the_old_one(visits: Visits, cast: Cast):
    before = cast.charger.password_digest
    page = visits.start(cast.administrator, f"/chargers/{cast.charger.pk}/")

    page.get_by_role("link", name="New password").click()
    expect(page.get_by_text("The present password stops working")).to_be_visible()
    page.get_by_role("button", name="Make a new password").click()

    expect(page.get_by_text("The password is shown only now")).to_be_visible()
    cast.charger.refresh_from_db()
    assert cast.charger.password_digest != before


def test_moving_a_charger_says_what_changes(visits: Visits, cast: Cast):
    page = visits.start(cast.superadministrator, f"/chargers/{cast.charger.pk}/")

    page.get_by_role("link", name="Move").click()
    page.get_by_label("Move to").select_option(label="\u2003South Quay")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("main")).to_contain_text("Site Admin")
    page.get_by_role("button", name="Move").click()

    expect(page.get_by_text("Bay 1 is in South Quay now.")).to_be_visible()


def test_retiring_a_charger_asks_first(visits: Visits, cast: Cast):
    page = visits.start(cast.administrator, f"/chargers/{cast.charger.pk}/")

    page.get_by_role("link", name="Retire").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Retire Bay 1?")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_text("Retired since")).to_have_count(0)

    page.get_by_role("link", name="Retire").click()
    page.get_by_role("button", name="Retire").click()
    expect(page.get_by_text("Bay 1 is retired.")).to_be_visible()
    expect(page.get_by_text("Retired since")).to_be_visible()


def test_a_list_that_is_chosen_filters_at_once(visits: Visits, cast: Cast):
    page = visits.start(cast.administrator, f"/groups/{cast.organisation.pk}/users/")

    page.get_by_label("User type").select_option("Suspended")

    expect(page.get_by_role("row")).to_have_count(2)
    assert "role=suspended" in page.url


def test_a_form_is_sent_once(visits: Visits, cast: Cast):
    page = visits.start(cast.administrator, f"/groups/{cast.site.pk}/subgroups/add/")
    page.get_by_label("Name").fill("Roof")

    button = page.get_by_role("button", name="Add subgroup")
    assert button.evaluate(CLICK_TWICE) == 1

    expect(page.get_by_text("Roof is added.")).to_be_visible()


def test_without_javascript_nothing_offers_to_copy(visits: Visits, cast: Cast):
    address = f"/chargers/{cast.charger.pk}/connect/"
    page = visits.start(cast.administrator, address, javascript=False)

    expect(page.get_by_text(cast.charger.identity, exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
