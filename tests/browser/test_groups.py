from __future__ import annotations

from playwright.sync_api import Page, expect

from groups.models import Group, Role
from tests.browser.visiting import PHONE, Visits
from tests.cast import Cast
from tests.factories import make_member, membership_of


def do(page: Page, deed: str, name: str) -> None:
    """Choose `deed` from the menu beside the group of that name."""
    page.locator("summary", has_text=f"Actions for {name}").click()
    page.get_by_role("listitem").filter(has_text=f"Actions for {name}").get_by_role(
        "link", name=deed
    ).click()


def test_a_subgroup_is_added_renamed_moved_and_deleted(visits: Visits, cast: Cast):
    page = visits.start(cast.superadministrator)
    page.get_by_role("link", name="Groups").click()

    page.get_by_role("link", name="Add subgroup").first.click()
    page.get_by_label("Name").fill("Roof")
    page.get_by_role("button", name="Add subgroup").click()
    expect(page.get_by_role("status")).to_have_text("Roof is added.")

    do(page, "Rename", "Roof")
    page.get_by_label("Name").fill("Deck")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Deck", exact=True)).to_be_visible()

    do(page, "Move", "Deck")
    page.get_by_label("Move to").select_option(label="\u2003North Quay")
    page.get_by_role("button", name="Move").click()
    expect(page.get_by_role("status")).to_have_text("Deck is in North Quay now.")
    assert Group.objects.get(name="Deck").parent == cast.site

    do(page, "Delete", "Deck")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_have_text("Deck is deleted.")


def test_a_subgroup_with_people_lists_them_instead_of_going(visits: Visits, cast: Cast):
    page = visits.start(
        cast.superadministrator, f"/groups/{cast.organisation.pk}/subgroups/"
    )

    do(page, "Delete", "North Quay")

    expect(page.get_by_role("main")).to_contain_text("Uma User")
    expect(page.get_by_role("main")).to_contain_text("Bay 1")
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)


def switch(page: Page, name: str) -> None:
    page.locator("summary", has_text="Switch group").click()
    page.get_by_role("banner").get_by_role("link", name=name).click()


def test_the_switcher_scopes_the_pages_and_is_in_the_address(
    visits: Visits, cast: Cast
):
    make_member(group=cast.site, user=cast.stranger, role=Role.ADMINISTRATOR)
    page = visits.start(cast.stranger)

    switch(page, "North Quay")
    page.get_by_role("link", name="Users", exact=True).click()
    expect(page.get_by_role("link", name="Uma User").first).to_be_visible()
    assert page.url.endswith(f"/groups/{cast.site.pk}/users/")

    switch(page, "Elsewhere")
    page.get_by_role("link", name="Users", exact=True).click()
    expect(page.get_by_role("row")).to_have_count(2)

    colleague = visits.start(cast.administrator, f"/groups/{cast.site.pk}/users/")
    expect(colleague.get_by_role("link", name="Uma User").first).to_be_visible()


def test_the_group_chosen_scopes_the_pages(visits: Visits, cast: Cast):
    page = visits.start(
        cast.superadministrator, f"/groups/{cast.organisation.pk}/subgroups/"
    )

    page.get_by_role("link", name="South Quay", exact=True).click()
    page.get_by_role("link", name="Users", exact=True).click()

    assert page.url.endswith(f"/groups/{cast.sibling.pk}/users/")
    expect(page.get_by_role("link", name="Sibling Admin").first).to_be_visible()
    expect(page.get_by_text("Uma User")).to_have_count(0)


def test_the_switcher_opens_by_keyboard_and_closes_on_escape(
    visits: Visits, cast: Cast
):
    page = visits.start(
        cast.superadministrator, f"/groups/{cast.organisation.pk}/", width=PHONE
    )
    summary = page.locator("summary", has_text="Switch group")
    choice = page.get_by_role("link", name="Harbour").first

    summary.focus()
    page.keyboard.press("Enter")
    expect(choice).to_be_visible()
    page.keyboard.press("Escape")
    expect(choice).to_be_hidden()
    expect(summary).to_be_focused()

    summary.click()
    page.get_by_role("heading", level=1).click()
    expect(choice).to_be_hidden()


def test_the_menu_says_where_one_is(visits: Visits, cast: Cast):
    page = visits.start(cast.owner, f"/groups/{cast.site.pk}/subgroups/")
    present = page.get_by_role("navigation", name="Main").locator("[aria-current]")
    expect(present).to_have_text("Groups")

    page.goto(f"/groups/{cast.site.pk}/audit/")
    expect(present).to_have_text("Groups")

    page.goto(f"/memberships/{membership_of(cast.user, cast.site).pk}/remove/")
    expect(present).to_have_text("Users")
