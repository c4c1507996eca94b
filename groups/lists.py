"""What every list page does: sort, page and download, whatever the number of rows.

A page costs the same at a hundred rows and at a hundred thousand: rows are read by
slices, and counting stops at COUNT_UP_TO.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.formats import localize

Row = TypeVar("Row", bound=Model)

PER_PAGE = 50
COUNT_UP_TO = 1000
LAST_PAGE = 100_000
# A spreadsheet would run what begins so.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Fifty rows and what is around them; enough for `components/pagination.html`."""

    rows: Sequence[Row]
    number: int
    has_next: bool
    total: int

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def previous_page_number(self) -> int:
        return self.number - 1

    @property
    def next_page_number(self) -> int:
        return self.number + 1

    @property
    def first_row(self) -> int:
        return (self.number - 1) * PER_PAGE + 1

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.rows) - 1

    @property
    def total_text(self) -> str:
        return _count_text(self.total)


def page_of(
    queryset: QuerySet[Row], number_text: str, in_order: QuerySet[Row] | None = None
) -> Page[Row]:
    """Return the page that `?page=` asks for; the first one for nonsense.

    `in_order` gives the same rows by another way (`trees.within`), which is taken
    where there are more than COUNT_UP_TO of them.
    """
    number = _page_number(number_text)
    start = (number - 1) * PER_PAGE
    total = _capped_count(queryset)
    if in_order is not None and total > COUNT_UP_TO:
        queryset = in_order
    rows = list(queryset[start : start + PER_PAGE + 1])
    return Page(rows[:PER_PAGE], number, len(rows) > PER_PAGE, total)


def _page_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return 1
    return min(max(int(text), 1), LAST_PAGE)


def count_text(queryset: QuerySet[Row]) -> str:
    return _count_text(_capped_count(queryset))


def _capped_count(queryset: QuerySet[Row]) -> int:
    return queryset.order_by().values("pk")[: COUNT_UP_TO + 1].count()


def _count_text(number: int) -> str:
    """Return the number, or `1,000+` where counting stopped."""
    if number > COUNT_UP_TO:
        return f"{localize(COUNT_UP_TO, use_l10n=True)}+"
    return str(localize(number, use_l10n=True))


@dataclass(frozen=True)
class Sorting:
    """The columns that a list sorts by, and the one it is sorted by now.

    `columns` maps the word in `?sort=` to field names; a leading `-` in the word
    turns every one of them round. Ties are always broken by the primary key.
    """

    columns: Mapping[str, tuple[str, ...]]
    by: str

    @classmethod
    def from_text(
        cls, columns: Mapping[str, tuple[str, ...]], text: str, default: str
    ) -> Sorting:
        return cls(columns, text if text.removeprefix("-") in columns else default)

    @property
    def column(self) -> str:
        return self.by.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.by.startswith("-")

    def apply(self, queryset: QuerySet[Row]) -> QuerySet[Row]:
        fields = (*self.columns[self.column], "pk")
        if self.is_descending:
            fields = tuple(
                name[1:] if name.startswith("-") else f"-{name}" for name in fields
            )
        return queryset.order_by(*fields)


def csv_response(
    name: str, header: Iterable[str], rows: Iterable[Iterable[object]]
) -> StreamingHttpResponse:
    """Stream `rows` as `name`.csv; cells that a spreadsheet would run are quoted."""
    lines = _csv_lines(
        header, rows, translation.get_language(), timezone.get_current_timezone()
    )
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def _csv_lines(
    header: Iterable[str],
    rows: Iterable[Iterable[object]],
    language: str | None,
    zone: tzinfo,
) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # The lines are written after the request, when its preferences are forgotten.
    with translation.override(language), timezone.override(zone):
        # Without the mark, spreadsheets read UTF-8 as something else.
        yield "\ufeff" + writer.writerow(list(header))
        for row in rows:
            yield writer.writerow([_safe_cell(value) for value in row])


def _safe_cell(value: object) -> object:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def wants_csv(request: HttpRequest) -> bool:
    return request.GET.get("format") == "csv"
