"""Trees by recursive queries over plain parent references.

Why no tree library and no stored path: docs/decisions/0001-tree.md.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import In


class AndBelow(Subquery):
    """The ids that the inner query selects, and those of all groups below them."""

    template = (
        "(WITH RECURSIVE below(id) AS (%(subquery)s"
        " UNION SELECT child.id FROM groups_group child"
        " JOIN below ON child.parent_id = below.id)"
        " SELECT id FROM below)"
    )


class AndAbove(Subquery):
    """The same upwards; the inner query selects (id, parent_id)."""

    template = (
        "(WITH RECURSIVE above(id, parent_id) AS (%(subquery)s"
        " UNION SELECT parent.id, parent.parent_id FROM groups_group parent"
        " JOIN above ON parent.id = above.parent_id)"
        " SELECT id FROM above)"
    )


def within(
    path: str, groups: Subquery | Collection[UUID], *, in_order: bool = False
) -> Q:
    """Rows whose `path` leads to one of `groups`.

    `in_order` is for the first rows of a very long list: it hides the column's index,
    so that the database walks the list in its own order and stops after a page,
    instead of gathering everything group by group and sorting it.
    """
    if in_order:
        return Q(In(Coalesce(path, path), groups))
    return Q(**{f"{path}__in": groups})
