from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from chargers.models import Assignment, Charger
from groups import policy
from groups.models import Group, Membership, Role
from groups.policy import GRANTS, Action, Reach
from tests.factories import (
    assign,
    make_charger,
    make_group,
    make_member,
    make_subgroup,
    membership_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_group()


def deny(user, action, membership):
    with pytest.raises(PermissionDenied) as denied:
        policy.get_or_deny(
            user,
            action,
            Membership.objects.all(),
            see=Action.SEE_PERSON,
            pk=membership.pk,
        )
    return str(denied.value)


def test_a_higher_role_includes_a_lower_one():
    reach = [None, Reach.ASSIGNED, Reach.USERS, Reach.ALL]
    for lower, higher in (
        (Role.USER, Role.ADMINISTRATOR),
        (Role.ADMINISTRATOR, Role.SUPERADMINISTRATOR),
    ):
        for action in Action:
            less, more = GRANTS[lower].get(action), GRANTS[higher].get(action)
            assert reach.index(more) >= reach.index(less), (higher, action)


def test_colleagues_are_told_the_role_that_they_need(group):
    user = make_member(group=group)
    admin = make_member(group=group, role=Role.ADMINISTRATOR)
    other_admin = make_member(group=group, role=Role.ADMINISTRATOR)

    assert deny(user, Action.SUSPEND, membership_of(user, group)) == (
        "This needs the role Administrator here."
    )
    assert deny(admin, Action.SUSPEND, membership_of(other_admin, group)) == (
        "This needs the role Super-administrator here."
    )
    assert deny(admin, Action.CHANGE_ROLE, membership_of(user, group)) == (
        "This needs the role Super-administrator here."
    )


def test_nobody_changes_their_own_role(group):
    superadmin = make_member(group=group, role=Role.SUPERADMINISTRATOR)

    said = deny(superadmin, Action.CHANGE_ROLE, membership_of(superadmin, group))

    assert said == "You cannot do this to yourself. Ask another Super-administrator."


def test_strangers_are_told_nothing(group):
    stranger = make_member(group=make_group(), role=Role.SUPERADMINISTRATOR)

    with pytest.raises(Http404):
        policy.get_group(stranger, Action.SEE_GROUP, group.pk)


def test_a_role_below_is_no_role_above(group):
    site = make_subgroup(parent=group)
    admin = make_member(group=site, role=Role.SUPERADMINISTRATOR)

    with pytest.raises(Http404):
        policy.get_group(admin, Action.SEE_GROUP, group.pk)
    assert policy.get_group(admin, Action.SHAPE_TREE, site.pk) == site


def test_the_owner_keeps_their_role(group):
    superadmin = make_member(group=group, role=Role.SUPERADMINISTRATOR)

    assert not policy.may_change_role(superadmin, membership_of(group.owner, group))
    assert policy.may_change_role(group.owner, membership_of(superadmin, group))


def test_only_the_owner_transfers_the_ownership(group):
    superadmin = make_member(group=group, role=Role.SUPERADMINISTRATOR)

    policy.deny_unless_owner(group.owner, group)
    with pytest.raises(PermissionDenied, match="Only the owner"):
        policy.deny_unless_owner(superadmin, group)


def test_a_right_to_ones_own_is_never_guessed_of_what_has_no_owner(group):
    user = make_member(group=group)
    assign(make_charger(group=group), user)

    with pytest.raises(AttributeError, match="path_to_user"):
        policy.can(user, Action.SEE_CHARGER, Assignment.objects.get())


def test_an_assignment_in_another_place_does_not_help(group):
    site, sibling = make_subgroup(parent=group), make_subgroup(parent=group)
    user = make_member(group=site)
    charger = make_charger(group=sibling, assigned_to=(user,))

    assert not policy.can(user, Action.START_CHARGE, charger)
    assert not policy.scope(user, Action.SEE_CHARGER, Charger.objects.all())


def test_a_change_of_role_counts_at_the_next_question(group):
    user = make_member(group=group)
    membership = membership_of(user, group)
    assert not policy.can(user, Action.EDIT_GROUP, group)

    Membership.objects.filter(pk=membership.pk).update(role=Role.ADMINISTRATOR)

    assert policy.can(user, Action.EDIT_GROUP, group)


def test_superusers_have_no_shortcut(group):
    make_charger(group=group)
    stranger = make_member(group=make_group(), is_superuser=True, is_staff=True)

    assert not policy.scope(
        stranger, Action.SEE_GROUP, Group.objects.filter(pk=group.pk)
    )
    assert not policy.scope(stranger, Action.SEE_CHARGER, Charger.objects.all())
