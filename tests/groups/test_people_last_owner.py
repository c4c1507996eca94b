"""No call, however direct, leaves an organisation without a standing owner."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.models import User
from groups import people
from groups.models import Group, Membership, OrganisationMember, Role
from tests.factories import (
    make_group,
    make_member,
    make_subgroup,
    make_user,
    membership_of,
)

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

REFUSALS = (DatabaseError, ProtectedError, people.OwnerStays)


def sql(statement, *values):
    """Run one statement, "%s" standing for a key of whatever shape the database has."""
    shape = connection.features.has_native_uuid_field
    with connection.cursor() as cursor:
        cursor.execute(statement, [each if shape else each.hex for each in values])


def owner_of(group):
    return group.owner


def bulk(objects, **changes):
    rows = list(objects)
    for row in rows:
        for name, value in changes.items():
            setattr(row, name, value)
    type(rows[0])._default_manager.bulk_update(rows, list(changes))


def saved(row, **changes):
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()


def owners(group):
    return Membership.objects.filter(group=group, user=group.owner)


ATTACKS = {
    "removed": lambda group: people.remove(owners(group).get(), by=group.owner),
    "demoted": lambda group: people.change_role(
        owners(group).get(), role=Role.ADMINISTRATOR, by=group.owner
    ),
    "suspended": lambda group: people.suspend(owners(group).get(), by=group.owner),
    "membership deleted": lambda group: owners(group).get().delete(),
    "memberships deleted": lambda group: owners(group).delete(),
    "all memberships deleted": lambda group: group.memberships.all().delete(),
    "role updated": lambda group: owners(group).update(role=Role.USER),
    "role saved": lambda group: saved(owners(group).get(), role=Role.ADMINISTRATOR),
    "role bulk-updated": lambda group: bulk(owners(group), role=Role.USER),
    "suspension updated": lambda group: owners(group).update(
        suspended_at=timezone.now()
    ),
    "suspension saved": lambda group: saved(
        owners(group).get(), suspended_at=timezone.now()
    ),
    "membership moved": lambda group: owners(group).update(
        group=make_subgroup(parent=group)
    ),
    "membership given away": lambda group: owners(group).update(
        user=make_member(group=make_subgroup(parent=group))
    ),
    "user deleted": lambda group: group.owner.delete(),
    "users deleted": lambda group: User.objects.filter(pk=group.owner_id).delete(),
    "member deleted": lambda group: OrganisationMember.objects.filter(
        user=group.owner
    ).delete(),
    "owner emptied": lambda group: Group.objects.filter(pk=group.pk).update(owner=None),
    "owner saved empty": lambda group: saved(group, owner=None),
    "owner a stranger": lambda group: Group.objects.filter(pk=group.pk).update(
        owner=make_user()
    ),
    "owner an Administrator": lambda group: Group.objects.filter(pk=group.pk).update(
        owner=make_member(group=group, role=Role.ADMINISTRATOR)
    ),
    "owner suspended": lambda group: Group.objects.filter(pk=group.pk).update(
        owner=make_member(group=group, role=Role.SUPERADMINISTRATOR, suspended=True)
    ),
    "owner of a subgroup only": lambda group: Group.objects.filter(pk=group.pk).update(
        owner=make_member(
            group=make_subgroup(parent=group), role=Role.SUPERADMINISTRATOR
        )
    ),
    "owner bulk-updated": lambda group: bulk(
        Group.objects.filter(pk=group.pk), owner=make_user()
    ),
    "group without owner created": lambda group: Group.objects.create(
        name="Ownerless", organisation=group
    ),
    "made a subgroup": lambda group: Group.objects.filter(pk=group.pk).update(
        parent=make_group(), depth=2
    ),
    "SQL deletes the membership": lambda group: sql(
        "DELETE FROM groups_membership WHERE user_id = %s AND group_id = %s",
        group.owner_id,
        group.pk,
    ),
    "SQL demotes": lambda group: sql(
        "UPDATE groups_membership SET role = 'user' WHERE user_id = %s", group.owner_id
    ),
    "SQL suspends": lambda group: sql(
        "UPDATE groups_membership SET suspended_at = '2026-01-01' WHERE user_id = %s",
        group.owner_id,
    ),
    "SQL deletes the user": lambda group: sql(
        "DELETE FROM accounts_user WHERE id = %s", group.owner_id
    ),
    "SQL empties the owner": lambda group: sql(
        "UPDATE groups_group SET owner_id = NULL WHERE id = %s", group.pk
    ),
    "SQL deletes the member": lambda group: sql(
        "DELETE FROM groups_organisationmember WHERE user_id = %s", group.owner_id
    ),
}


def test_the_last_owner_stays():
    # One test, for emptying the database after each commit takes long.
    for name, attack in ATTACKS.items():
        group = make_group()
        owner = owner_of(group)

        assert is_refused(attack, group), name

        kept = Group.objects.get(pk=group.pk)
        membership = membership_of(owner, group)
        assert kept.owner == owner, name
        assert membership.role == Role.SUPERADMINISTRATOR, name
        assert membership.suspended_at is None, name
        assert not Group.objects.filter(parent=None, owner=None).exists(), name


def is_refused(attack, group):
    try:
        with transaction.atomic():
            attack(group)
    except REFUSALS:
        return True
    return False


def test_the_ownership_can_be_transferred_and_then_the_former_owner_leaves():
    group = make_group()
    former, heir = owner_of(group), make_member(group=group)

    people.transfer_ownership(group, to=heir, by=former)
    people.remove(membership_of(former, group), by=heir)

    assert Group.objects.get(pk=group.pk).owner == heir
    assert membership_of(heir, group).role == Role.SUPERADMINISTRATOR
    assert not OrganisationMember.objects.filter(user=former).exists()


def test_nobody_from_outside_becomes_the_owner():
    group = make_group()

    with pytest.raises(people.NoLongerMember):
        people.transfer_ownership(group, to=make_user(), by=owner_of(group))


def test_a_group_can_be_deleted_with_its_owner_in_one_go():
    group = make_group()
    owner = owner_of(group)

    with transaction.atomic():
        sql("DELETE FROM groups_auditentry WHERE organisation_id = %s", group.pk)
        sql("DELETE FROM groups_membership WHERE group_id = %s", group.pk)
        sql(
            "DELETE FROM groups_organisationmember WHERE organisation_id = %s", group.pk
        )
        sql("DELETE FROM groups_group WHERE id = %s", group.pk)
    owner.delete()

    assert not Group.objects.exists()
