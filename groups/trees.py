"""Trees by recursive queries over plain parent references.

Why no tree library and no stored path: docs/decisions/0001-tree.md.
"""

from __future__ import annotations

from django.db.models import Subquery


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
