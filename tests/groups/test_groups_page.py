from __future__ import annotations

import pytest
from django.urls import reverse

from groups import subgroups
from groups.models import AuditEntry, Group
from groups.models.group import MAX_DEPTH
from tests.factories import make_charger, make_group, make_member, make_subgroup

pytestmark = pytest.mark.django_db


def post(client, page, group, /, **data):
    return client.post(reverse(f"groups:{page}", args=[group.pk]), data, follow=True)


def test_the_tree_counts_what_is_in_and_below(client, cast):
    floor = make_subgroup(parent=cast.site, name="Level 2")
    make_charger(group=floor)
    client.force_login(cast.administrator)

    response = client.get(reverse("groups:tree", args=[cast.organisation.pk]))

    counted = {
        branch.group.name: (branch.level, branch.users, branch.chargers)
        for branch in response.context["outline"].branches
    }
    assert counted == {
        "Harbour": (1, 7, 2),
        "North Quay": (2, 3, 2),
        "Level 2": (3, 0, 1),
        "South Quay": (2, 1, 0),
    }


def test_the_tree_is_searched(client, cast):
    client.force_login(cast.administrator)

    url = reverse("groups:tree", args=[cast.organisation.pk])
    outline = client.get(url, {"q": "north"}).context["outline"]

    assert [branch.group.name for branch in outline.branches] == ["North Quay"]


def test_an_administrator_adds_and_renames_a_subgroup(client, cast):
    client.force_login(cast.site_administrator)

    page = post(client, "add", cast.site, name="Level 1").text
    floor = cast.site.children.get()
    assert "Level 1 is added." in page
    post(client, "edit", floor, name="Level 2")

    floor.refresh_from_db()
    assert (floor.name, floor.depth) == ("Level 2", 3)
    assert floor.organisation == cast.organisation
    events = AuditEntry.objects.filter(group=floor).values_list("event", "actor_name")
    assert set(events) == {
        ("group created", "Site Admin"),
        ("group changed", "Site Admin"),
    }


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "nul\0"])
def test_a_bad_name_is_refused_beside_its_field(client, cast, name):
    client.force_login(cast.administrator)

    response = post(client, "add", cast.site, name=name)

    assert "name" in response.context["form"].errors
    assert not cast.site.children.exists()


def test_siblings_have_different_names(client, cast):
    client.force_login(cast.superadministrator)

    for name in ("add", "edit"):
        group = cast.organisation if name == "add" else cast.sibling
        page = post(client, name, group, name="North Quay").text
        assert "There is a subgroup of this name already." in page


def test_the_tree_ends_at_its_deepest_level(client, cast):
    deepest = cast.site
    while deepest.depth < MAX_DEPTH:
        deepest = make_subgroup(parent=deepest)
    client.force_login(cast.administrator)

    page = post(client, "add", deepest, name="One more").text

    assert "Subgroups go at most 6 levels deep." in page


def test_moving_takes_everything_below_along(client, cast):
    floor = make_subgroup(parent=cast.site, name="Level 2")
    client.force_login(cast.superadministrator)

    page = post(client, "move", cast.site, parent=cast.sibling.pk).text

    assert "North Quay is in South Quay now." in page
    floor.refresh_from_db()
    cast.site.refresh_from_db()
    assert (cast.site.parent, cast.site.depth, floor.depth) == (cast.sibling, 3, 4)


def test_a_subgroup_moves_neither_into_itself_nor_elsewhere(client, cast):
    floor = make_subgroup(parent=cast.site)
    foreign = make_group()
    client.force_login(cast.superadministrator)

    for target in (cast.site, floor, foreign):
        response = post(client, "move", cast.site, parent=target.pk)
        assert "parent" in response.context["form"].errors
        with pytest.raises(subgroups.TreeRefusal):
            subgroups.move(cast.site, to=target, by=cast.owner)

    cast.site.refresh_from_db()
    assert cast.site.parent == cast.organisation


def test_a_move_that_would_go_too_deep_is_refused(client, cast):
    deepest = cast.sibling
    while deepest.depth < MAX_DEPTH - 1:
        deepest = make_subgroup(parent=deepest)
    make_subgroup(parent=cast.site)
    client.force_login(cast.superadministrator)

    page = post(client, "move", cast.site, parent=deepest.pk).text

    assert "Subgroups go at most 6 levels deep." in page


def test_a_subgroup_with_contents_is_not_deleted_and_lists_them(client, cast):
    client.force_login(cast.superadministrator)

    page = post(client, "delete", cast.site).text

    assert "Bay 1" in page
    assert "Uma User" in page
    assert Group.objects.filter(pk=cast.site.pk).exists()


def test_an_empty_subgroup_leaves_its_history_to_the_group_above(client, cast):
    floor = make_subgroup(parent=cast.site, name="Level 2")
    cast.session.group = floor
    cast.session.save()
    client.force_login(cast.superadministrator)

    page = post(client, "delete", floor).text

    assert "Level 2 is deleted." in page
    cast.session.refresh_from_db()
    assert cast.session.group == cast.site
    assert (
        AuditEntry.objects.filter(event="group created", group=cast.site).count() == 2
    )


@pytest.mark.parametrize("page", ["move", "delete"])
def test_the_group_itself_is_neither_moved_nor_deleted(client, cast, page):
    client.force_login(cast.owner)

    response = post(client, page, cast.organisation, parent=cast.site.pk)

    assert response.status_code == 404
    with pytest.raises(subgroups.NotEmpty):
        subgroups.delete(cast.organisation, by=cast.owner)


def test_a_superadministrator_sets_currency_and_time_zone(client, cast):
    client.force_login(cast.superadministrator)

    post(
        client,
        "edit",
        cast.organisation,
        name="Port",
        currency="chf",
        time_zone="Europe/Zurich",
    )

    cast.organisation.refresh_from_db()
    assert cast.organisation.name == "Port"
    assert cast.organisation.currency == "CHF"
    assert cast.organisation.time_zone == "Europe/Zurich"


@pytest.mark.parametrize("wrong", [{"currency": "EURO"}, {"time_zone": "Mars/X"}])
def test_a_bad_setting_is_refused(client, cast, wrong):
    client.force_login(cast.superadministrator)
    valid = {"name": "Port", "currency": "EUR", "time_zone": "UTC"}

    response = post(client, "edit", cast.organisation, **valid | wrong)

    assert set(response.context["form"].errors) == set(wrong)
    cast.organisation.refresh_from_db()
    assert cast.organisation.name == "Harbour"


@pytest.mark.parametrize("name", ["move", "delete"])
def test_an_administrator_neither_moves_nor_deletes(client, cast, name):
    client.force_login(cast.administrator)

    response = post(client, name, cast.site, parent=cast.sibling.pk)

    assert response.status_code == 403
    assert "Super-administrator" in response.text


def test_only_the_owner_hands_the_group_over(client, cast):
    client.force_login(cast.superadministrator)
    response = post(
        client,
        "transfer_ownership",
        cast.organisation,
        owner=cast.superadministrator.pk,
    )
    assert response.status_code == 403
    client.force_login(cast.owner)

    post(
        client,
        "transfer_ownership",
        cast.organisation,
        owner=cast.superadministrator.pk,
    )

    cast.organisation.refresh_from_db()
    assert cast.organisation.owner == cast.superadministrator


def test_ownership_goes_to_a_superadministrator_only(client, cast):
    client.force_login(cast.owner)

    for person in (cast.user, cast.administrator, cast.stranger):
        response = post(
            client, "transfer_ownership", cast.organisation, owner=person.pk
        )
        assert "owner" in response.context["form"].errors

    cast.organisation.refresh_from_db()
    assert cast.organisation.owner == cast.owner


def test_the_audit_trail_shows_who_did_what(client, cast):
    make_member(group=cast.site, name="Nina New")
    client.force_login(cast.superadministrator)
    url = reverse("groups:audit", args=[cast.organisation.pk])

    page = client.get(url, {"q": "Nina"}).text

    assert "Person joined" in page
    assert "Olga Owner" in page
    assert client.get(url, {"event": "nonsense"}).context["page"].rows == []
    lines = client.get(url, {"format": "csv", "q": "Nina"}).getvalue().decode()
    assert lines.count("\r\n") == 2


def test_the_switcher_keeps_the_chosen_group(client, cast):
    client.force_login(cast.administrator)
    client.get(reverse("groups:tree", args=[cast.site.pk]))

    page = client.get(reverse("accounts:profile")).text

    assert f'href="{reverse("groups:users", args=[cast.site.pk])}"' in page


def test_the_switcher_offers_the_subgroups_in_reach(client, cast):
    client.force_login(cast.superadministrator)

    page = client.get(reverse("groups:tree", args=[cast.organisation.pk])).text

    for group in (cast.organisation, cast.site, cast.sibling):
        assert f'class="switcher__link" href="/groups/{group.pk}/"' in page
    assert "Elsewhere" not in page
