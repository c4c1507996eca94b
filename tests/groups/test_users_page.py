from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups import pins
from groups.models import Role
from tests.factories import make_charger, make_group, make_member, make_user

pytestmark = pytest.mark.django_db


def url(group):
    return reverse("groups:users", args=[group.pk])


def test_an_administrator_sees_everybody_of_the_group_and_below(client, cast):
    client.force_login(cast.administrator)

    page = client.get(url(cast.organisation)).text

    for person in (cast.owner, cast.user, cast.sibling_administrator, cast.suspended):
        assert person.name in page
        assert person.email in page
    assert "North Quay" in page
    assert cast.stranger.name not in page


def test_an_administrator_of_a_subgroup_sees_only_what_is_below(client, cast):
    client.force_login(cast.site_administrator)

    page = client.get(url(cast.site)).text

    assert cast.user.name in page
    assert cast.sibling_administrator.name not in page
    assert client.get(url(cast.organisation)).status_code == 404


def test_a_user_is_led_to_their_own_page(client, cast):
    client.force_login(cast.user)

    response = client.get(url(cast.site))

    assert response.url == reverse("chargers:user", args=[cast.site.pk, cast.user.pk])


def test_the_row_says_role_chargers_and_pin(client, cast):
    pins.choose(cast.user, "9274")
    client.force_login(cast.administrator)

    rows = client.get(url(cast.site)).context["entries"]

    texts = {
        row.membership.user.name: (row.chargers, str(row.pin_state)) for row in rows
    }
    assert texts == {
        "Uma User": ("1", "set"),
        "Site Admin": ("All here", "unset"),
        "Sam Suspended": ("0", "unset"),
    }


def test_a_pin_taken_elsewhere_needs_a_new_one_here(client, cast):
    visitor = make_member(group=make_group(), name="Vera Visitor", pin="9274")
    make_member(group=cast.site, pin="9274")
    make_member(group=cast.site, user=visitor)
    client.force_login(cast.administrator)

    page = client.get(url(cast.site), {"q": "Vera"}).text

    assert "Needs a new one" in page


def test_the_own_row_leads_to_the_own_pin(client, cast):
    client.force_login(cast.administrator)

    page = client.get(url(cast.organisation), {"q": cast.administrator.name}).text

    assert f'href="{reverse("chargers:pin")}" aria-label="Commander PIN' in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q": "uma"}, ["Uma User"]),
        ({"role": "superadministrator"}, ["Olga Owner", "Sue Super"]),
        ({"role": "suspended"}, ["Sam Suspended"]),
        ({"q": "%"}, []),
        ({"role": "emperor"}, []),
        (
            {"sort": "-name", "role": "administrator"},
            ["Site Admin", "Sibling Admin", "Adam Admin"],
        ),
        (
            {"sort": "nonsense", "role": "superadministrator"},
            ["Olga Owner", "Sue Super"],
        ),
    ],
)
def test_the_list_is_searched_filtered_and_sorted(client, cast, query, names):
    client.force_login(cast.administrator)

    entries = client.get(url(cast.organisation), query).context["entries"]

    assert [entry.membership.user.name for entry in entries] == names


def test_the_list_is_narrowed_to_a_subgroup(client, cast):
    client.force_login(cast.administrator)

    response = client.get(url(cast.organisation), {"subgroup": cast.sibling.pk})

    names = [entry.membership.user.name for entry in response.context["entries"]]
    assert names == ["Sibling Admin"]


def test_a_subgroup_of_strangers_is_no_choice(client, cast):
    client.force_login(cast.administrator)
    foreign = cast.stranger.memberships.get().group

    response = client.get(url(cast.organisation), {"subgroup": foreign.pk})

    assert response.status_code == 200
    assert response.context["entries"] == []


def test_fifty_rows_a_page_and_nonsense_is_the_first(client, cast):
    for number in range(55):
        make_member(group=cast.sibling, name=f"Crowd {number:02}")
    client.force_login(cast.administrator)

    first = client.get(url(cast.organisation), {"q": "Crowd", "page": "٢"})
    second = client.get(url(cast.organisation), {"q": "Crowd", "page": "2"})

    assert len(first.context["entries"]) == 50
    assert "1–50 of 55" in first.text
    assert len(second.context["entries"]) == 5
    assert "51–55 of 55" in second.text


def test_more_rows_cost_no_more_queries(client, cast):
    client.force_login(cast.administrator)
    client.get(url(cast.organisation))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url(cast.organisation))
    for number in range(30):
        member = make_member(group=cast.site, name=f"Crowd {number}")
        make_charger(group=cast.site, assigned_to=(member,))

    with CaptureQueriesContext(connection) as many:
        client.get(url(cast.organisation))

    assert len(many) == len(few) <= 10


def test_the_csv_holds_what_is_filtered_and_runs_no_formula(client, cast):
    make_member(group=cast.site, name="=cmd()")
    client.force_login(cast.administrator)

    response = client.get(
        url(cast.organisation), {"format": "csv", "subgroup": cast.site.pk}
    )

    lines = response.getvalue().decode("utf-8-sig").splitlines()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert len(lines) == 1 + 4
    assert lines[1].startswith("'=cmd(),")
    assert cast.owner.email not in response.getvalue().decode()


def test_a_role_is_changed_by_a_superadministrator(client, cast):
    membership = cast.user.memberships.get()
    client.force_login(cast.superadministrator)

    response = client.post(
        reverse("groups:change_role", args=[membership.pk]),
        {"role": Role.ADMINISTRATOR},
        follow=True,
    )

    membership.refresh_from_db()
    assert membership.role == Role.ADMINISTRATOR
    assert "Uma User&#x27;s user type is saved." in response.text


def test_an_administrator_is_told_which_role_changing_needs(client, cast):
    membership = cast.user.memberships.get()
    client.force_login(cast.administrator)

    response = client.post(
        reverse("groups:change_role", args=[membership.pk]), {"role": "administrator"}
    )

    assert response.status_code == 403
    assert "This needs the role Super-administrator here." in response.text
    membership.refresh_from_db()
    assert membership.role == Role.USER


def test_nobody_changes_their_own_role_or_the_owner_s(client, cast):
    client.force_login(cast.superadministrator)
    own = cast.superadministrator.memberships.get()
    owner_s = cast.owner.memberships.get()

    assert (
        client.post(reverse("groups:change_role", args=[own.pk]), {"role": "user"})
    ).status_code == 403
    response = client.post(
        reverse("groups:change_role", args=[owner_s.pk]), {"role": "user"}, follow=True
    )

    assert "The owner stays." in response.text
    owner_s.refresh_from_db()
    assert owner_s.role == Role.SUPERADMINISTRATOR


def test_a_role_that_is_none_is_refused(client, cast):
    membership = cast.user.memberships.get()
    client.force_login(cast.superadministrator)

    response = client.post(
        reverse("groups:change_role", args=[membership.pk]),
        {"role": "emperor"},
        follow=True,
    )

    assert "Choose a user type from the list." in response.text


def test_an_administrator_suspends_and_reinstates_a_user(client, cast):
    membership = cast.user.memberships.get()
    client.force_login(cast.administrator)

    client.post(reverse("groups:suspend", args=[membership.pk]))
    membership.refresh_from_db()
    assert membership.is_suspended
    client.post(reverse("groups:reinstate", args=[membership.pk]))

    membership.refresh_from_db()
    assert not membership.is_suspended


def test_an_administrator_cannot_suspend_another(client, cast):
    membership = cast.site_administrator.memberships.get()
    client.force_login(cast.administrator)

    response = client.post(reverse("groups:suspend", args=[membership.pk]))

    assert response.status_code == 403


def test_removing_asks_first_and_then_ends_membership_and_access(client, cast):
    pins.choose(cast.user, "9274")
    membership = cast.user.memberships.get()
    client.force_login(cast.administrator)
    remove = reverse("groups:remove", args=[membership.pk])

    assert "Remove Uma User from North Quay?" in client.get(remove).text
    response = client.post(remove, follow=True)

    assert "Uma User is no longer in North Quay." in response.text
    assert not cast.user.memberships.exists()
    assert not cast.user.assignments.exists()
    assert not cast.user.organisations.exists()
    assert cast.user.charging_sessions.count() == 1
    assert not cast.user.pin_claims.filter(holder=cast.user.pk).exists()


def test_a_stranger_s_membership_does_not_exist(client, cast):
    membership = cast.user.memberships.get()
    client.force_login(cast.stranger)

    for name in ("change_role", "suspend", "reinstate", "remove"):
        response = client.post(reverse(f"groups:{name}", args=[membership.pk]))
        assert response.status_code == 404


def test_somebody_without_a_group_sees_nobody(client, cast):
    client.force_login(make_user())

    assert client.get(url(cast.organisation)).status_code == 404
