"""Who may do what to whom.

GRANTS is the whole policy; the page that explains the roles is rendered from it.
`scope` turns it into rows, and `can` asks `scope`, so that a list and an object can
never disagree. A model says where it stands by `path_to_group`, whose it is by
`path_to_user`, and what role it speaks of by `path_to_role`.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from groups.models import Group, Membership, Role
from groups.trees import AndBelow, within

if TYPE_CHECKING:
    from accounts.models import User

Row = TypeVar("Row", bound=Model)


class Action(StrEnum):
    SEE_GROUP = "see group"
    SEE_TREE = "see subgroups"
    EDIT_GROUP = "create and rename subgroups"
    SHAPE_TREE = "move and delete subgroups, rename the group"
    SEE_PERSON = "see a person's details"
    SEE_PEOPLE = "see everybody's details"
    INVITE = "invite people"
    CHANGE_ROLE = "change a role"
    SUSPEND = "suspend, reinstate or remove a person"
    REMOVE_PIN = "remove a person's Commander PIN"
    GIVE_ACCESS = "assign chargers to a person"
    SEE_CHARGER = "see a charger"
    START_CHARGE = "charge"
    EDIT_CHARGER = "add, edit, move and retire chargers"
    ASSIGN_CHARGER = "assign a charger"
    SEE_SESSION = "see a charging session"
    SEE_AUDIT = "see the audit trail"


class Reach(Enum):
    """How far a right goes inside the group where the role is held."""

    ALL = "everything"
    USERS = "people who are Users"
    ASSIGNED = "what is assigned to oneself"


A_USER_MAY = {
    Action.SEE_GROUP: Reach.ALL,
    Action.SEE_CHARGER: Reach.ASSIGNED,
    Action.START_CHARGE: Reach.ASSIGNED,
}
AN_ADMINISTRATOR_MAY = A_USER_MAY | {
    Action.SEE_TREE: Reach.ALL,
    Action.EDIT_GROUP: Reach.ALL,
    Action.SEE_PERSON: Reach.ALL,
    Action.SEE_PEOPLE: Reach.ALL,
    Action.INVITE: Reach.USERS,
    Action.SUSPEND: Reach.USERS,
    Action.REMOVE_PIN: Reach.USERS,
    Action.GIVE_ACCESS: Reach.USERS,
    Action.SEE_CHARGER: Reach.ALL,
    Action.START_CHARGE: Reach.ALL,
    Action.EDIT_CHARGER: Reach.ALL,
    Action.ASSIGN_CHARGER: Reach.ALL,
    Action.SEE_SESSION: Reach.ALL,
}
A_SUPERADMINISTRATOR_MAY = AN_ADMINISTRATOR_MAY | {
    Action.SHAPE_TREE: Reach.ALL,
    Action.INVITE: Reach.ALL,
    Action.CHANGE_ROLE: Reach.ALL,
    Action.SUSPEND: Reach.ALL,
    Action.REMOVE_PIN: Reach.ALL,
    Action.GIVE_ACCESS: Reach.ALL,
    Action.SEE_AUDIT: Reach.ALL,
}
GRANTS: dict[Role, dict[Action, Reach]] = {
    Role.USER: A_USER_MAY,
    Role.ADMINISTRATOR: AN_ADMINISTRATOR_MAY,
    Role.SUPERADMINISTRATOR: A_SUPERADMINISTRATOR_MAY,
}
# What everybody may with what is their own, also suspended or long gone.
ONES_OWN = frozenset({Action.SEE_PERSON, Action.SEE_SESSION})
NEVER_TO_ONESELF = frozenset({Action.CHANGE_ROLE, Action.SUSPEND})
# A PIN counts in the whole organisation, so a higher role anywhere in it protects.
ORGANISATION_WIDE = frozenset({Action.REMOVE_PIN})


def scope(
    user: User, action: Action, queryset: QuerySet[Row], *, in_order: bool = False
) -> QuerySet[Row]:
    """Narrow `queryset` to the rows to which `user` may do `action`.

    `in_order` changes the way, not the rows: see `trees.within`.
    """
    if not user.is_active:
        return queryset.none()
    model: Any = queryset.model
    allowed = Q(pk__in=[])
    for reach in Reach:
        if roles := roles_for(action, reach):
            ruled = _groups_ruled_by(user, roles)
            allowed |= within(
                model.path_to_group, ruled, in_order=in_order
            ) & _as_far_as(reach, action, user, queryset)
    if action in ONES_OWN:
        allowed |= Q(**{model.path_to_user: user})
    narrowed = queryset.filter(allowed)
    if action in NEVER_TO_ONESELF:
        narrowed = narrowed.exclude(**{model.path_to_user: user})
    return narrowed


def can(user: User, action: Action, obj: Model) -> bool:
    """Say whether `user` may do `action` to `obj`, as it is in the database."""
    rows: QuerySet[Model] = type(obj)._default_manager.filter(pk=obj.pk)
    return scope(user, action, rows).exists()


def get_or_deny(
    user: User, action: Action, queryset: QuerySet[Row], see: Action, **lookup: object
) -> Row:
    """Return the one row that `lookup` names.

    Raise Http404 where `user` may not even `see` it, and PermissionDenied with a
    sentence for people where they see it but may not do `action`.
    """
    found = queryset.filter(**lookup)
    allowed = scope(user, action, found).first()
    if allowed is not None:
        return allowed
    if scope(user, see, found).exists():
        raise PermissionDenied(_denial(user, action, found))
    raise Http404


def get_group(user: User, action: Action, pk: object) -> Group:
    """Return the group `pk`, by the rule of `get_or_deny`."""
    groups = Group.objects.select_related("organisation")
    return get_or_deny(user, action, groups, see=Action.SEE_GROUP, pk=pk)


def roles_for(action: Action, reach: Reach) -> list[Role]:
    """The roles whose right to `action` goes as far as `reach`."""
    return [role for role, rights in GRANTS.items() if rights.get(action) is reach]


def may_change_role(actor: User, membership: Membership) -> bool:
    """Say whether `actor` may choose this person's role; the owner keeps theirs."""
    return not membership.is_owner and can(actor, Action.CHANGE_ROLE, membership)


def may_transfer_ownership(user: User, group: Group) -> bool:
    return group.owner_id == user.pk


def deny_unless_owner(user: User, group: Group) -> None:
    if not may_transfer_ownership(user, group):
        raise PermissionDenied(_("Only the owner of the group can do this."))


def _groups_ruled_by(user: User, roles: list[Role]) -> AndBelow:
    held = Membership.objects.filter(user=user, standing__in=roles)
    return AndBelow(held.values("group_id"))


def _as_far_as(reach: Reach, action: Action, user: User, rows: QuerySet[Row]) -> Q:
    model: Any = rows.model
    # A group is judged as a place, whoever and whatever is in it.
    if reach is Reach.ALL or model is Group:
        return Q()
    if reach is Reach.ASSIGNED:
        own = model._default_manager.filter(**{model.path_to_user: user})
        return Q(pk__in=own.values("pk"))
    if action in ORGANISATION_WIDE:
        return Q(pk__in=model.objects.of_users_only().values("pk"))
    return Q(**{model.path_to_role: Role.USER})


def _denial(user: User, action: Action, rows: QuerySet[Row]) -> str:
    held = [role for role in Role if _rules(user, role, rows)]
    enough = roles_for(action, Reach.USERS) + roles_for(action, Reach.ALL)
    rank = list(Role).index
    higher = [role for role in enough if all(rank(role) > rank(own) for own in held)]
    if higher:
        return _("This needs the role %(role)s here.") % {"role": higher[0].label}
    return _("You cannot do this to yourself. Ask another %(role)s.") % {
        "role": enough[-1].label
    }


def _rules(user: User, role: Role, rows: QuerySet[Row]) -> bool:
    model: Any = rows.model
    ruled = _groups_ruled_by(user, [role])
    return rows.filter(**{f"{model.path_to_group}__in": ruled}).exists()
