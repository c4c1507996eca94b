"""axe-core finds nothing on any page, and no page is wider than its window.

The pages are those of the access table, which has every address there is.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from chargers import commissioning
from groups import pins
from groups.models import Role
from tests.browser import bay
from tests.browser.inspecting import flaws, violations
from tests.browser.visiting import Visits
from tests.cast import Cast
from tests.factories import (
    make_charger,
    make_member,
    make_session,
    make_subgroup,
)
from tests.test_access import TABLE

PARTS = {"chargers:live_sessions", "chargers:state"}
"""Parts of pages, for htmx."""
NAMES = sorted(
    name for name in TABLE if not name.startswith("admin") and name not in PARTS
)
ERROR_PAGES = ("400.html", "403.html", "403_csrf.html", "404.html", "500.html")
SHOWN, LED_ON, NOT_FOR_READING = 200, 302, 405


@pytest.fixture
def busy_cast(cast: Cast) -> Cast:
    """The cast with somebody charging, long names and a bit of everything."""
    bay_2 = make_charger(group=cast.site, name="Bay 2", assigned_to=(cast.user,))
    make_session(charger=bay_2, user=cast.user, hours=None)
    make_session(charger=cast.charger, user=None)
    far = make_subgroup(
        parent=cast.site, name="Donaudampfschifffahrtselektrizitätengesellschaft"
    )
    make_charger(group=far, name="Rindfleischetikettierungsüberwachungsaufgabe 2")
    make_member(
        group=far,
        role=Role.ADMINISTRATOR,
        name="Hubert Blaine Wolfeschlegelsteinhausenbergerdorff",
        email="hubert.blaine.wolfeschlegelsteinhausenbergerdorff@example.org",
    )
    pins.choose(cast.user, "4816")
    commissioning.retire(make_charger(group=cast.site, name="Old"), by=cast.owner)
    User.objects.update(last_seen_at=timezone.now() - timedelta(days=40))
    return cast


def inspect(visits: Visits, user: User, cast: Cast) -> tuple[dict[str, int], list[str]]:
    """Return how every address answers `user`, and the flaws of the pages among them."""
    page = visits.start(user)
    client = Client()
    client.force_login(user)
    answers, found = {}, []
    for name in NAMES:
        url = reverse(name, args=TABLE[name].args(cast))
        # The client answers in this thread, and leaves it in the person's language.
        with translation.override("en"):
            answers[name] = client.get(url).status_code
        if answers[name] == SHOWN:
            page.goto(url)
            found += flaws(page)
    return answers, found


def flaws_at(page: Page, *paths: str) -> list[str]:
    found = []
    for path in paths:
        page.goto(path)
        found += flaws(page)
    return found


def test_every_page_of_a_superadministrator_is_good(visits: Visits, busy_cast: Cast):
    answers, found = inspect(visits, busy_cast.owner, busy_cast)

    assert not found, "\n".join(found)
    assert set(answers.values()) <= {SHOWN, LED_ON, NOT_FOR_READING}


def test_every_page_of_a_user_is_good_in_longer_words(visits: Visits, busy_cast: Cast):
    busy_cast.user.language = "de"
    busy_cast.user.save()

    answers, found = inspect(visits, busy_cast.user, busy_cast)

    assert not found, "\n".join(found)
    assert answers["chargers:pin"] == answers["chargers:detail"] == SHOWN


def test_pages_with_nothing_to_show_are_good(visits: Visits, cast: Cast):
    found = flaws_at(visits.start(cast.suspended), "/")
    page = visits.start(cast.stranger)
    here = page.url
    found += flaws_at(page, here, f"{here}chargers/", f"{here}sessions/")
    found += flaws_at(page, f"{here}users/?q=x", f"{here}subgroups/?q=x")
    found += flaws_at(page, f"{here}sessions/?q=x", f"{here}chargers/?q=x")

    assert not found, "\n".join(found)


def test_refused_forms_are_good(visits: Visits, cast: Cast):
    visits.expect_statuses(403)
    site = f"/groups/{cast.site.pk}"
    page = visits.start(cast.owner, f"{site}/chargers/add/")
    page.get_by_role("button", name="Add charger").click()
    expect(page.get_by_label("Model")).to_have_attribute("aria-invalid", "true")
    found = flaws(page)
    page.goto("/settings/commander-pin/")
    page.get_by_role("textbox", name="PIN").fill("1111")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("That PIN is not available.")).to_be_visible()
    found += flaws(page)
    page.goto(f"/chargers/{cast.charger.pk}/move/?group={cast.sibling.pk}")
    found += flaws(page)
    found += flaws_at(visits.start(cast.user), f"{site}/audit/")

    assert not found, "\n".join(found)


def test_opened_menus_and_messages_are_good(visits: Visits, cast: Cast):
    page = visits.start(cast.owner, f"/chargers/{cast.charger.pk}/password/")
    page.get_by_role("button", name="Make a new password").click()
    page.locator("main summary").click()
    found = flaws(page)
    page.locator("summary", has_text="Switch group").click()
    found += flaws(page)
    page.goto(f"/groups/{cast.organisation.pk}/users/{cast.user.pk}/")
    page.locator("summary", has_text="North Quay").click()
    found += flaws(page)
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("is suspended.")).to_be_visible()
    found += flaws(page)
    page.goto(f"/groups/{cast.organisation.pk}/subgroups/")
    page.locator("summary", has_text="Actions for South Quay").click()
    found += flaws(page)

    assert not found, "\n".join(found)


def test_the_pages_of_a_stranger_are_good(visits: Visits, cast: Cast):
    visits.expect_statuses(404)
    page = visits.start(path="/sign-in/")
    found = flaws(page)
    page.get_by_role("link", name="Continue with email").click()
    found += flaws(page)
    page.get_by_label("E-mail").fill("nobody@example.org")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found += flaws(page)

    found += flaws_at(visits.start(cast.user), "/nowhere/")
    assert not found, "\n".join(found)


def test_the_error_pages_are_good(visits: Visits):
    page = visits.start(path="/sign-in/")
    found = []
    for template in ERROR_PAGES:
        show(page, template)
        expect(page.get_by_role("link", name="Go to Home")).to_be_visible()
        found += flaws(page)

    assert not found, "\n".join(found)


def show(page: Page, template: str) -> None:
    """Show a page that no address leads to."""
    with translation.override("en"):
        html = render_to_string(template)

    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html")

    page.route("**/error/", answer)
    page.goto("/error/")
    page.unroute("**/error/")


def test_the_keypad_page_is_good(visits: Visits, cast: Cast):
    password = commissioning.renew_password(cast.charger, by=cast.owner)
    with bay.commander(cast.charger, password) as address:
        page = visits.start(path=address)
        expect(page.get_by_role("status")).to_have_text("Ready")
        found = flaws(page)
        page.get_by_role("button", name="Plug in").click()
        page.keyboard.type("9999")
        expect(page.get_by_role("status")).to_have_text("Not accepted")
        found += flaws(page)
        page.close()

    assert not found, "\n".join(found)


def test_flaws_that_are_planted_are_found(visits: Visits):
    page = visits.start(path="/sign-in/")
    page.locator("h1").evaluate("""(heading) => {
      heading.innerHTML = '<img src="/static/img/logo.svg">';
      heading.append(document.createElement("button"));
      heading.append("Donaudampfschiff".repeat(20));
      heading.className = "nowrap";
    }""")

    found = "\n".join(flaws(page))

    assert "image-alt" in found
    assert "button-name" in found
    assert "px too wide" in found


def test_faint_words_are_found(visits: Visits):
    page = visits.start(path="/sign-in/")
    page.locator("h1").evaluate("(heading) => { heading.style.color = '#999' }")

    assert "color-contrast" in "\n".join(violations(page))


def test_the_keyboard_meets_the_way_to_the_content_first(visits: Visits, cast: Cast):
    page = visits.start(cast.user)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("main")).to_be_focused()
