from __future__ import annotations

import re

from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from chargers.models import Assignment, Charger
from groups.models import Role
from tests.browser.visiting import Visits
from tests.cast import Cast
from tests.factories import make_charger, make_subgroup, membership_of


def assigned(cast: Cast) -> set[str]:
    chargers = Charger.objects.filter(assignments__user=cast.user)
    return set(chargers.values_list("name", flat=True))


def address_of_user(cast: Cast) -> str:
    return f"/groups/{cast.organisation.pk}/users/{cast.user.pk}/"


def tick(page: Page, name: str) -> None:
    """Tick or untick, and wait until it is saved."""
    state = page.get_by_role("status").filter(has_text="av")
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.get_by_role("checkbox", name=name).click()
    expect(state).to_have_text("Saved")


def test_a_superadministrator_changes_a_role(visits: Visits, cast: Cast):
    page = visits.start(cast.superadministrator)
    page.get_by_role("link", name="Users", exact=True).click()

    page.get_by_role("link", name=re.compile("^User ?: Uma")).click()
    page.locator("summary", has_text="North Quay").click()
    chargers = page.get_by_role("group").filter(has_text="North Quay")
    expect(chargers.get_by_role("link", name="Bay 1", exact=True)).to_be_visible()
    page.get_by_label("User type").select_option("Administrator")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Uma User's user type is saved.")).to_be_visible()
    membership = membership_of(cast.user, cast.site)
    assert membership.role == Role.ADMINISTRATOR


def test_an_administrator_sees_the_role_and_no_list(visits: Visits, cast: Cast):
    page = visits.start(cast.administrator, address_of_user(cast))

    page.locator("summary", has_text="North Quay").click()

    expect(page.get_by_label("User type")).to_have_count(0)
    expect(page.get_by_text("May charge here on assigned chargers.")).to_be_visible()


def test_a_tick_assigns_a_charger_at_once(visits: Visits, cast: Cast):
    make_charger(group=cast.site, name="Bay 2")
    page = visits.start(cast.administrator, address_of_user(cast))

    tick(page, "Bay 2")
    assert assigned(cast) == {"Bay 1", "Bay 2"}
    expect(page.get_by_role("listitem").filter(has_text="Bay 2")).to_contain_text(
        "May charge:"
    )

    tick(page, "Bay 1")
    assert assigned(cast) == {"Bay 2"}


def test_a_tick_assigns_a_whole_subgroup(visits: Visits, cast: Cast):
    floor = make_subgroup(parent=cast.site, name="Floor")
    make_charger(group=cast.site, name="Bay 2")
    make_charger(group=floor, name="Bay 3")
    make_charger(group=cast.sibling, name="Bay 4")
    page = visits.start(cast.administrator, address_of_user(cast))
    whole = page.get_by_role("checkbox", name="North Quay")
    expect(whole).to_be_checked(indeterminate=True)

    tick(page, "North Quay")

    assert assigned(cast) == {"Bay 1", "Bay 2", "Bay 3"}
    expect(page.get_by_role("checkbox", name="Bay 3")).to_be_checked()
    expect(whole).to_be_focused()
    tick(page, "North Quay")
    assert assigned(cast) == set()


def test_without_javascript_ticks_are_saved_by_a_button(visits: Visits, cast: Cast):
    make_charger(group=cast.site, name="Bay 2")
    address = address_of_user(cast)
    page = visits.start(cast.administrator, address, javascript=False)

    page.get_by_role("checkbox", name="Bay 1").uncheck()
    page.get_by_role("checkbox", name="Bay 2").check()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("The assigned chargers are saved.")).to_be_visible()
    assert assigned(cast) == {"Bay 2"}


def test_a_tick_that_is_not_saved_says_so_and_goes_back(visits: Visits, cast: Cast):
    page = visits.start(cast.administrator, address_of_user(cast))
    visits.expect_statuses(404)
    cast.user.memberships.all().delete()
    box = page.get_by_role("checkbox", name="Bay 1")

    box.click()

    expect(page.get_by_text("Not saved. Try again.")).to_be_visible()
    expect(box).to_be_checked()


def test_a_tick_after_the_session_has_ended_leads_to_the_sign_in(
    visits: Visits, cast: Cast
):
    make_charger(group=cast.site, name="Bay 2")
    page = visits.start(cast.administrator, address_of_user(cast))
    Session.objects.all().delete()

    page.get_by_role("checkbox", name="Bay 2").click()

    expect(page).to_have_url(re.compile(f"/sign-in/.next={address_of_user(cast)}$"))
    assert "Bay 2" not in assigned(cast)


def test_a_user_sees_only_their_own_page(visits: Visits, cast: Cast):
    page = visits.start(cast.user)

    page.get_by_role("link", name="Users", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Uma User")
    expect(page.get_by_role("checkbox")).to_have_count(0)
    assert Assignment.objects.count() == 1
