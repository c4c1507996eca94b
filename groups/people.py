"""Joining, leaving and changing what one is in a group.

Every function writes its audit line in the same transaction. Who may do it is not
asked here but in `policy`; what must stay true whoever does it is kept here, under a
lock on the organisation, and by the constraints of the models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from groups import audit, pins
from groups.models import Group, Membership, OrganisationMember, Role

if TYPE_CHECKING:
    from accounts.models import User


class Refusal(Exception):
    """Why a membership stays as it is; the text is for a person."""


class OwnerStays(Refusal):
    """The owner's role is kept until somebody else owns the group."""

    def __str__(self) -> str:
        return str(_("The owner stays. Transfer the ownership to somebody else first."))


class AlreadyMember(Refusal):
    def __str__(self) -> str:
        return str(_("This person is a member here already."))


class NoLongerMember(Refusal):
    def __str__(self) -> str:
        return str(_("This person is no longer a member here."))


@transaction.atomic
def join(user: User, *, group: Group, role: Role, by: User | None) -> Membership:
    """Make `user` a member of `group`; raise AlreadyMember."""
    organisation = group.lock_organisation()
    pins.hold(user)
    if Membership.objects.filter(user=user, group=group).exists():
        raise AlreadyMember
    member, is_new = OrganisationMember.objects.get_or_create(
        organisation=organisation, user=user
    )
    membership = Membership.objects.create(
        user=user, group=group, organisation=organisation, role=role
    )
    audit.record(
        audit.Event.MEMBER_JOINED,
        group=group,
        by=by,
        subject=user,
        details=role.label,
    )
    if is_new:
        pins.claim_on_joining(member)
    return membership


@transaction.atomic
def change_role(membership: Membership, *, role: Role, by: User) -> None:
    """Raise OwnerStays for the owner, NoLongerMember where somebody was faster."""
    locked = _lock_unless_owner(membership)
    if locked.role == role:
        return
    before = Role(locked.role).label
    locked.role = role
    locked.save(update_fields=["role"])
    _record(
        audit.Event.ROLE_CHANGED,
        locked,
        by,
        details=format_lazy("{} → {}", before, role.label),
    )


@transaction.atomic
def suspend(membership: Membership, *, by: User) -> None:
    """Raise OwnerStays for the owner, NoLongerMember where somebody was faster."""
    locked = _lock_unless_owner(membership)
    if locked.is_suspended:
        return
    locked.suspended_at = timezone.now()
    locked.save(update_fields=["suspended_at"])
    _record(audit.Event.MEMBER_SUSPENDED, locked, by)


@transaction.atomic
def reinstate(membership: Membership, *, by: User) -> None:
    """Raise NoLongerMember where somebody was faster."""
    locked = _lock_unless_owner(membership)
    if not locked.is_suspended:
        return
    locked.suspended_at = None
    locked.save(update_fields=["suspended_at"])
    _record(audit.Event.MEMBER_REINSTATED, locked, by)


@transaction.atomic
def remove(membership: Membership, *, by: User) -> None:
    """End a membership, and the assignments in its part of the tree.

    With the last one the person leaves the organisation, and their PIN's claim there
    ends. Raise OwnerStays, or NoLongerMember where somebody was faster.
    """
    locked = _lock_unless_owner(membership)
    pins.hold(locked.user)
    _record(audit.Event.MEMBER_REMOVED, locked, by)
    locked.user.assignments.filter(charger__group__in=locked.group.and_below()).delete()
    locked.delete()
    _leave_unless_member_elsewhere(locked)


@transaction.atomic
def transfer_ownership(group: Group, *, to: User, by: User) -> None:
    """Make `to` the owner, and a Super-administrator of the group where needed.

    Raise NoLongerMember where `to` does not belong to the organisation.
    """
    organisation = group.lock_organisation()
    if not organisation.people.filter(user=to).exists():
        raise NoLongerMember
    Membership.objects.update_or_create(
        user=to,
        group=organisation,
        defaults={
            "organisation": organisation,
            "role": Role.SUPERADMINISTRATOR,
            "suspended_at": None,
        },
    )
    organisation.owner = to
    organisation.save(update_fields=["owner"])
    audit.record(audit.Event.OWNER_CHANGED, group=organisation, by=by, subject=to)


def _leave_unless_member_elsewhere(ended: Membership) -> None:
    here = {"organisation": ended.organisation_id, "user": ended.user_id}
    if not Membership.objects.filter(**here).exists():
        member = OrganisationMember.objects.get(**here)
        pins.release(member)
        member.delete()


def _lock_unless_owner(membership: Membership) -> Membership:
    membership.group.lock_organisation()
    memberships = Membership.objects.select_related("group", "user")
    locked = memberships.filter(pk=membership.pk).first()
    if locked is None:
        raise NoLongerMember
    if locked.is_owner:
        raise OwnerStays
    return locked


def _record(
    event: audit.Event, membership: Membership, by: User, details: object = ""
) -> None:
    audit.record(
        event, group=membership.group, by=by, subject=membership.user, details=details
    )
