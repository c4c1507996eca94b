"""Why a person may charge on a charger, or why not.

The answers are the ones of `policy.can(person, START_CHARGE, charger)` for chargers in
service, with the reason in words, for one pair or for a whole page of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from chargers.models import Assignment, Charger
from groups import policy
from groups.models import Group, Membership
from groups.policy import Action, Reach

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Access:
    allowed: bool
    reason: str


@dataclass(frozen=True)
class Change:
    """What a move does to one person."""

    person: User
    before: Access
    after: Access


def explain(user: User, charger: Charger) -> Access:
    return access_of(user, [charger])[charger.pk]


def access_of(person: User, chargers: Iterable[Charger]) -> dict[UUID, Access]:
    """Say for each of `chargers`, by id, whether `person` may charge there."""
    chargers = list(chargers)
    tree = _Tree.around({charger.group_id for charger in chargers})
    held = _memberships(tree.groups).filter(user=person)
    memberships = {membership.group_id: membership for membership in held}
    assigned = set(
        Assignment.objects.filter(
            user=person, organisation__in={each.organisation_id for each in chargers}
        ).values_list("charger_id", flat=True)
    )
    return {
        charger.pk: _decide(
            person,
            charger,
            tree.groups[charger.group_id],
            [
                memberships[pk]
                for pk in tree.upwards(charger.group_id)
                if pk in memberships
            ],
            is_assigned=charger.pk in assigned,
        )
        for charger in chargers
    }


def people_with_access(charger: Charger) -> QuerySet[User]:
    """The people to name at a charger: by role, or because it is assigned to them.

    Also those who are suspended; `access_to` says so.
    """
    return _concerned(charger, charger.group.and_above())


def access_to(charger: Charger, people: Collection[User]) -> dict[UUID, Access]:
    """Say for each of `people`, by id, whether they may charge on `charger`."""
    return _access_in(charger.group_id, charger, people)


def changed_by_move(charger: Charger, *, to: Group) -> list[Change]:
    """Whose access a move to another group gives or takes."""
    above = Group.objects.filter(pk__in=[charger.group_id, to.pk]).and_above()
    people = list(_concerned(charger, above).order_by("name", "pk"))
    before = _access_in(charger.group_id, charger, people)
    after = _access_in(to.pk, charger, people)
    changes = (Change(each, before[each.pk], after[each.pk]) for each in people)
    return [each for each in changes if each.before.allowed != each.after.allowed]


@dataclass(frozen=True)
class _Tree:
    groups: dict[UUID, Group]

    @classmethod
    def around(cls, group_ids: Collection[UUID]) -> _Tree:
        above = Group.objects.filter(pk__in=group_ids).and_above()
        return cls({group.pk: group for group in above})

    def upwards(self, group_id: UUID | None) -> Iterator[UUID]:
        while group_id is not None:
            yield group_id
            group_id = self.groups[group_id].parent_id


def _access_in(
    group_id: UUID, charger: Charger, people: Collection[User]
) -> dict[UUID, Access]:
    tree = _Tree.around({group_id})
    memberships: dict[UUID, list[Membership]] = {}
    for membership in _memberships(tree.groups).filter(user__in=people):
        memberships.setdefault(membership.user_id, []).append(membership)
    assigned = set(
        charger.assignments.filter(user__in=people).values_list("user_id", flat=True)
    )
    return {
        person.pk: _decide(
            person,
            charger,
            tree.groups[group_id],
            memberships.get(person.pk, []),
            is_assigned=person.pk in assigned,
        )
        for person in people
    }


def _memberships(group_ids: Collection[UUID]) -> QuerySet[Membership]:
    return Membership.objects.filter(group__in=group_ids).select_related("group")


def _concerned(charger: Charger, above: QuerySet[Group]) -> QuerySet[User]:
    roles = policy.roles_for(Action.START_CHARGE, Reach.ALL)
    by_role = Membership.objects.filter(group__in=above, role__in=roles)
    return User.objects.filter(
        Q(pk__in=by_role.values("user"))
        | Q(pk__in=charger.assignments.order_by().values("user"))
    )


def _decide(
    person: User,
    charger: Charger,
    group: Group,
    memberships: Sequence[Membership],
    *,
    is_assigned: bool,
) -> Access:
    """Decide by the memberships that reach the charger when it stands in `group`."""
    if charger.is_retired:
        return Access(False, _("This charger is retired"))
    if not person.is_active:
        return Access(False, _("The account is not active"))
    everywhere = policy.roles_for(Action.START_CHARGE, Reach.ALL)
    where_assigned = policy.roles_for(Action.START_CHARGE, Reach.ASSIGNED)
    by_depth = sorted(memberships, key=lambda each: each.group.depth)
    for membership in by_depth:
        if membership.standing in everywhere:
            return Access(True, _role_in(membership))
    if any(membership.standing in where_assigned for membership in memberships):
        return _by_assignment(is_assigned)
    if by_depth:
        suspended_in = by_depth[0].group
        return Access(False, _("Suspended in %(group)s") % {"group": suspended_in})
    return _without_membership(group, is_assigned)


def _role_in(membership: Membership) -> str:
    return _("%(role)s of %(group)s") % {
        "role": membership.get_role_display(),
        "group": membership.group,
    }


def _by_assignment(is_assigned: bool) -> Access:
    if is_assigned:
        return Access(True, _("Assigned"))
    return Access(False, _("Not assigned"))


def _without_membership(group: Group, is_assigned: bool) -> Access:
    if is_assigned:
        text = _("Assigned, but not a member of %(group)s")
    else:
        text = _("Not a member of %(group)s")
    return Access(False, text % {"group": group})
