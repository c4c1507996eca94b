"""Founding groups and shaping the tree below them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F, Manager
from django.utils.translation import gettext_lazy as _

from groups import audit
from groups.models import Group, Membership, OrganisationMember, Role
from groups.models.group import MAX_DEPTH

if TYPE_CHECKING:
    from accounts.models import User


class TreeRefusal(Exception):
    """Why the tree cannot be changed so; the text is for a person."""


class NotEmpty(TreeRefusal):
    def __str__(self) -> str:
        return str(_("Move or remove the people, chargers and subgroups first."))


@transaction.atomic
def found(
    name: str, *, owner: User, currency: str = "EUR", time_zone: str = "UTC"
) -> Group:
    """Create a group with its owner as its first Super-administrator."""
    pk = uuid.uuid4()
    group = Group.objects.create(
        pk=pk,
        organisation_id=pk,
        name=name,
        owner=owner,
        currency=currency,
        time_zone=time_zone,
    )
    OrganisationMember.objects.create(organisation=group, user=owner)
    Membership.objects.create(
        group=group, organisation=group, user=owner, role=Role.SUPERADMINISTRATOR
    )
    audit.record(audit.Event.GROUP_CREATED, group=group, by=owner, subject=group)
    return group


@transaction.atomic
def add(name: str, *, parent: Group, by: User) -> Group:
    """Raise TreeRefusal at the deepest level, or where the name is taken."""
    parent.lock_organisation()
    parent.refresh_from_db(fields=["depth"])
    if parent.depth >= MAX_DEPTH:
        raise TreeRefusal(_too_deep())
    if parent.children.filter(name=name).exists():
        raise TreeRefusal(_name_taken())
    group = Group.objects.create(
        name=name,
        parent=parent,
        organisation_id=parent.organisation_id,
        depth=parent.depth + 1,
        currency=parent.currency,
        time_zone=parent.time_zone,
    )
    audit.record(audit.Event.GROUP_CREATED, group=group, by=by, subject=group)
    return group


@transaction.atomic
def rename(group: Group, *, name: str, by: User) -> None:
    """Raise TreeRefusal where a sibling has the name."""
    group.lock_organisation()
    siblings = Group.objects.filter(parent=group.parent_id).exclude(pk=group.pk)
    if not group.is_root and siblings.filter(name=name).exists():
        raise TreeRefusal(_name_taken())
    before, group.name = group.name, name
    group.save(update_fields=["name"])
    audit.record(
        audit.Event.GROUP_CHANGED, group=group, by=by, subject=name, details=before
    )


@transaction.atomic
def move(group: Group, *, to: Group, by: User) -> None:
    """Hang a subgroup, with all below it, under another group of its organisation.

    Raise TreeRefusal for the group itself and what is below it, for more than
    MAX_DEPTH levels, and where a subgroup of the same name is there.
    """
    group.lock_organisation()
    moving = list(group.and_below())
    to.refresh_from_db(fields=["depth"])
    by_levels = to.depth + 1 - group.depth
    if group.is_root or to.organisation_id != group.organisation_id or to in moving:
        raise TreeRefusal(_("A subgroup cannot be moved there."))
    if max(each.depth for each in moving) + by_levels > MAX_DEPTH:
        raise TreeRefusal(_too_deep())
    if to.children.filter(name=group.name).exclude(pk=group.pk).exists():
        raise TreeRefusal(_name_taken())
    Group.objects.filter(pk__in=[each.pk for each in moving]).update(
        depth=F("depth") + by_levels
    )
    Group.objects.filter(pk=group.pk).update(parent=to)
    audit.record(
        audit.Event.GROUP_MOVED, group=to, by=by, subject=group, details=f"→ {to}"
    )


@transaction.atomic
def delete(group: Group, *, by: User) -> None:
    """Delete an empty subgroup; its history goes to the group above.

    Raise NotEmpty while people, chargers or subgroups are in it.
    """
    group.lock_organisation()
    if group.parent is None or not contents(group).is_empty:
        raise NotEmpty
    audit.record(audit.Event.GROUP_DELETED, group=group.parent, by=by, subject=group)
    try:
        with transaction.atomic():
            group.delete()
    except IntegrityError as error:
        raise NotEmpty from error


@transaction.atomic
def configure(
    group: Group, *, name: str, currency: str, time_zone: str, by: User
) -> None:
    """Change what a group has and its subgroups inherit."""
    organisation = group.lock_organisation()
    organisation.name = name
    organisation.currency = currency
    organisation.time_zone = time_zone
    organisation.save(update_fields=["name", "currency", "time_zone"])
    audit.record(
        audit.Event.GROUP_CHANGED,
        group=organisation,
        by=by,
        subject=name,
        details=f"{currency}, {time_zone}",
    )


@dataclass(frozen=True)
class Contents:
    """What stands in the way of deleting a group."""

    subgroups: list[str]
    people: list[str]
    chargers: list[str]

    @property
    def is_empty(self) -> bool:
        return not (self.subgroups or self.people or self.chargers)


def contents(group: Group) -> Contents:
    return Contents(
        subgroups=_names(group.children, "name"),
        people=_names(group.memberships, "user__name"),
        chargers=_names(group.chargers, "name"),
    )


def _names(rows: Manager[Any], path: str) -> list[str]:
    return list(rows.order_by(path).values_list(path, flat=True))


def _too_deep() -> str:
    return str(
        _("Subgroups go at most %(levels)d levels deep.") % {"levels": MAX_DEPTH}
    )


def _name_taken() -> str:
    return str(_("There is a subgroup of this name already."))
