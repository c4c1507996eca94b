"""The Groups page: a tree with what is in each place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from accounts.models import User
from groups import policy
from groups.models import Group
from groups.models.group import in_tree_order
from groups.policy import Action

SHOW_AT_MOST = 500


@dataclass
class Branch:
    """A line of the tree; the numbers count what is in it and below it."""

    group: Group
    level: int
    users: int
    chargers: int
    may_edit: bool
    may_shape: bool


@dataclass(frozen=True)
class Outline:
    branches: list[Branch]
    hidden: int


def outline(top: Group, *, seen_by: User, search: str = "") -> Outline:
    """Return the tree from `top` downwards; with `search`, what is named so."""
    groups = in_tree_order(top.and_below().order_by("name", "pk"))
    users = _sums(groups, _counts(top, "memberships"))
    chargers = _sums(groups, _counts(top, "chargers"))
    wanted = [each for each in groups if search.casefold() in each.name.casefold()]
    shown = wanted[:SHOW_AT_MOST]
    may_edit = policy.can(seen_by, Action.EDIT_GROUP, top)
    may_shape = policy.can(seen_by, Action.SHAPE_TREE, top)
    branches = [
        Branch(
            group=each,
            level=each.depth - top.depth + 1,
            users=users[each.pk],
            chargers=chargers[each.pk],
            # A right that holds for the top holds for everything below it.
            may_edit=may_edit if not each.is_root else may_shape,
            may_shape=may_shape and not each.is_root,
        )
        for each in shown
    ]
    return Outline(branches, hidden=len(wanted) - len(shown))


def _counts(top: Group, what: str) -> dict[UUID, int]:
    counted = top.and_below().annotate(number=Count(what)).filter(number__gt=0)
    return dict(counted.values_list("pk", "number"))


def _sums(groups: list[Group], own: dict[UUID, int]) -> dict[UUID | None, int]:
    sums: dict[UUID | None, int] = defaultdict(int)
    for pk, number in own.items():
        sums[pk] = number
    for group in reversed(groups):
        sums[group.parent_id] += sums[group.pk]
    return sums
