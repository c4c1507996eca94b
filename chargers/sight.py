"""What a person sees of a group, asked so that an index finds the first page.

The rows are those of `policy.scope` inside the group and below it. `scope` alone asks
of every row whether a recursive query holds its group, in no order; with many chargers
that is slow. Here the question is settled once for the whole group: an Administrator of
it sees all there is, a plain User what is their own, and only for somebody who is both
in different parts is `scope` left to filter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, Model, QuerySet

from accounts.models import User
from chargers.models import Assignment, Charger, ChargingSession
from groups import policy
from groups.models import Group, Membership
from groups.models.group import in_tree_order
from groups.policy import Action, Reach
from groups.trees import AndBelow, within

Row = TypeVar("Row", bound=Model)

LISTED_AT_MOST = 500


class Extent(Enum):
    ALL = "everything"
    OWN = "one's own"
    MIXED = "everything in some subgroups, one's own in the others"


@dataclass(frozen=True)
class Sight:
    user: User
    group: Group
    action: Action
    extent: Extent
    groups: tuple[Group, ...]
    """The group and what is below it, in tree order; of a very large tree the top."""

    @classmethod
    def of(cls, user: User, group: Group, action: Action) -> Sight:
        rules = _rules(user, action)
        found = list(
            group.and_below()
            .annotate(
                is_ruled=Exists(rules.filter(group__in=group.and_above())),
                is_ruled_partly=Exists(rules.filter(group__in=group.and_below())),
            )
            .order_by("depth", "name", "pk")[: LISTED_AT_MOST + 1]
        )
        groups = tuple(in_tree_order(found[:LISTED_AT_MOST]))
        return cls(user, group, action, _extent(found), groups)

    @property
    def is_complete(self) -> bool:
        """False where there are more groups than are listed."""
        return len(self.groups) < LISTED_AT_MOST

    def chargers(self, *, in_order: bool = False) -> QuerySet[Charger]:
        """`in_order` changes the way, not the rows: see `trees.within`."""
        inside = self._inside(Charger.objects.all(), "organisation", in_order)
        if self.extent is Extent.ALL:
            return inside
        if self.extent is Extent.OWN:
            assigned = Assignment.objects.filter(
                user=self.user, organisation=self.group.organisation_id
            )
            inside = inside.filter(pk__in=assigned.values("charger"))
        return policy.scope(self.user, self.action, inside, in_order=in_order)

    def sessions(self, *, in_order: bool = False) -> QuerySet[ChargingSession]:
        """`in_order` changes the way, not the rows: see `trees.within`."""
        rows = ChargingSession.objects.all()
        inside = self._inside(rows, "charger__organisation", in_order)
        if self.extent is Extent.ALL:
            return inside
        if self.extent is Extent.OWN:
            return inside.filter(user=self.user)
        return policy.scope(self.user, self.action, inside, in_order=in_order)

    def below(self, group: Group) -> list[UUID]:
        """The ids of one of `groups` and of the listed ones below it."""
        return list(self._walk(group))

    def _inside(
        self, rows: QuerySet[Row], path_to_organisation: str, in_order: bool
    ) -> QuerySet[Row]:
        here = within("group", self._ids(), in_order=in_order)
        if in_order:
            return rows.filter(here)
        in_organisation = {path_to_organisation: self.group.organisation_id}
        return rows.filter(here, **in_organisation)

    def _ids(self) -> Collection[UUID] | AndBelow:
        if self.is_complete:
            return [group.pk for group in self.groups]
        return self.group.ids_and_below()

    def _walk(self, group: Group) -> Iterator[UUID]:
        found = {group.pk}
        for each in self.groups:
            if each.pk == group.pk or each.parent_id in found:
                found.add(each.pk)
                yield each.pk


def _rules(user: User, action: Action) -> QuerySet[Membership]:
    roles = policy.roles_for(action, Reach.ALL)
    return Membership.objects.filter(user=user, standing__in=roles)


def _extent(found: list[Group]) -> Extent:
    first = found[0]
    if getattr(first, "is_ruled", False):
        return Extent.ALL
    if getattr(first, "is_ruled_partly", False):
        return Extent.MIXED
    return Extent.OWN
