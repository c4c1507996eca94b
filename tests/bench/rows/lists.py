"""Every list page: the same queries, and nearly the same time, for 100 rows as for
100,000.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups.models import Group
from tests.bench.rows import seeding, table
from tests.factories import make_group, make_subgroup, make_user

MOST_QUERIES = 10
MOST_GROWTH = 1.3
FEW = 100
PAGES = ("groups:users", "chargers:list", "chargers:sessions")


@dataclass(frozen=True)
class Visit:
    queries: int
    median_ms: float
    reference_ms: float

    @property
    def relative(self) -> float:
        """How long it took compared to a page that has no rows."""
        return self.median_ms / self.reference_ms


def visit(client: Client, name: str, group: Group) -> Visit:
    url = reverse(name, args=[group.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
        queries = len(captured)
    assert answer.status_code == 200, (url, answer.status_code)
    profile = reverse("accounts:profile")
    client.get(profile)
    medians = table.median_ms(lambda: client.get(url), lambda: client.get(profile))
    return Visit(queries, *medians)


def compare(name: str, few: Visit, many: Visit) -> bool:
    ratio = many.relative / few.relative
    kept = few.queries == many.queries <= MOST_QUERIES and ratio <= MOST_GROWTH
    figures = (
        f"{few.queries} and {many.queries} queries,"
        f" {few.median_ms:.1f} and {many.median_ms:.1f} ms"
    )
    table.line(name, figures, ratio, f"<= {MOST_GROWTH}", kept=kept)
    return kept


def main() -> int:
    rows = table.start().rows
    owner = make_user()
    group = make_group(owner=owner)
    subgroups = [make_subgroup(parent=group) for _ in range(10)]
    client = Client()
    client.force_login(owner)
    seeding.fill(subgroups, range(FEW))
    few = {name: visit(client, name, group) for name in PAGES}
    seeding.fill(subgroups, range(FEW, rows))
    many = {name: visit(client, name, group) for name in PAGES}
    kept = [compare(name, few[name], many[name]) for name in PAGES]
    return int(not all(kept))


if __name__ == "__main__":
    sys.exit(main())
