"""A person as seen from a group: what they are there, and which chargers they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import Case, Count, Q, QuerySet, Value, When

from accounts.models import User
from chargers.access import Access, access_of
from chargers.models import Assignment, Charger
from chargers.sight import Sight
from groups import policy
from groups.lists import PER_PAGE
from groups.models import Group, Membership
from groups.models.group import in_tree_order
from groups.policy import Action, Reach


@dataclass(frozen=True)
class GroupLine:
    """A group in the list of chargers, with one tick for all that is in it."""

    group: Group
    depth: int
    total: int
    assigned: int
    may_tick: bool

    is_group = True

    @property
    def is_full(self) -> bool:
        return self.assigned == self.total > 0

    @property
    def is_partial(self) -> bool:
        return 0 < self.assigned < self.total


@dataclass(frozen=True)
class ChargerLine:
    charger: Charger
    depth: int
    is_assigned: bool
    may_tick: bool
    access: Access

    is_group = False


@dataclass(frozen=True)
class Page:
    lines: list[GroupLine | ChargerLine]
    number: int
    total: int

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number * PER_PAGE < self.total

    @property
    def previous_page_number(self) -> int:
        return self.number - 1

    @property
    def next_page_number(self) -> int:
        return self.number + 1


class Sheet:
    """`everywhere` also lists the chargers where the person is no member."""

    def __init__(
        self,
        person: User,
        *,
        group: Group,
        seen_by: User,
        search: str = "",
        everywhere: bool = False,
    ) -> None:
        self.person = person
        self.group = group
        self.seen_by = seen_by
        self.search = search
        self.everywhere = everywhere

    @cached_property
    def held(self) -> list[Membership]:
        """All the person's memberships in the organisation, from the top."""
        return list(
            Membership.objects.filter(
                user=self.person, organisation=self.group.organisation_id
            )
            .select_related("group", "organisation")
            .order_by("group__depth", "group__name", "pk")
        )

    @cached_property
    def memberships(self) -> list[Membership]:
        """Those that concern this part of the tree and may be seen."""
        concerned = Q(group__in=self.group.and_below()) | Q(
            group__in=self.group.and_above()
        )
        visible = self._ids(
            Action.SEE_PERSON, Membership.objects.filter(concerned, user=self.person)
        )
        return [each for each in self.held if each.pk in visible]

    def memberships_open_to(self, action: Action) -> set[UUID]:
        pks = [each.pk for each in self.memberships]
        return self._ids(action, Membership.objects.filter(pk__in=pks))

    @cached_property
    def groups(self) -> dict[UUID, Group]:
        """The group and all below it, in tree order."""
        below = self.group.and_below().order_by("name", "pk")
        return {group.pk: group for group in in_tree_order(below)}

    @cached_property
    def has_more_groups(self) -> bool:
        """True where chargers are in sight that no membership reaches."""
        return any(not self._reaching(pk) for pk in self.groups)

    @cached_property
    def assignable_groups(self) -> set[UUID]:
        """Where a tick means something and `seen_by` may make it.

        Who may charge on all chargers of a group needs none there.
        """
        ruled = self._ids(Action.ASSIGN_CHARGER, self.group.and_below())
        givable = self.memberships_open_to(Action.GIVE_ACCESS)
        everywhere = policy.roles_for(Action.START_CHARGE, Reach.ALL)
        return {
            pk
            for pk in ruled
            if any(each.pk in givable for each in self._reaching(pk))
            and not any(each.standing in everywhere for each in self._reaching(pk))
        }

    def assignable(self) -> QuerySet[Charger]:
        return Charger.objects.filter(group__in=self.assignable_groups, retired_at=None)

    @cached_property
    def chargers(self) -> QuerySet[Charger]:
        """The chargers to list, in no order."""
        sight = Sight.of(self.seen_by, self.group, Action.SEE_CHARGER)
        chargers = sight.chargers().filter(retired_at=None)
        if self.search:
            text = self.search
            chargers = chargers.filter(
                Q(name__icontains=text) | Q(serial_number__icontains=text)
            )
        if self.has_more_groups and not self.everywhere:
            reached = [pk for pk in self.groups if self._reaching(pk)]
            chargers = chargers.filter(group__in=reached)
        return chargers

    @cached_property
    def counts(self) -> dict[UUID, tuple[int, int]]:
        """For each group, how many chargers are right in it and how many assigned."""
        mine = Assignment.objects.filter(
            user=self.person, organisation=self.group.organisation_id
        )
        counted = (
            self.chargers.order_by()
            .values("group")
            .annotate(
                total=Count("pk"),
                assigned=Count("pk", filter=Q(pk__in=mine.values("charger"))),
            )
        )
        return {each["group"]: (each["total"], each["assigned"]) for each in counted}

    def page(self, number: int) -> Page:
        total = sum(total for total, _assigned in self.counts.values())
        number = min(max(number, 1), max(-(-total // PER_PAGE), 1))
        chargers = self._slice((number - 1) * PER_PAGE)
        return Page(list(self._lines(chargers)), number, total)

    def is_inside(self, charger: Charger, membership: Membership) -> bool:
        return membership in self._reaching(charger.group_id)

    def line_of(self, charger: Charger) -> ChargerLine:
        return self._charger_lines([charger])[0]

    def lines_above(self, charger: Charger) -> list[GroupLine]:
        return [self._group_line(group) for group in self._path(charger.group_id)]

    def _lines(self, chargers: list[Charger]) -> Iterator[GroupLine | ChargerLine]:
        said: set[UUID] = set()
        for line in self._charger_lines(chargers):
            for group in self._path(line.charger.group_id):
                if group.pk not in said:
                    said.add(group.pk)
                    yield self._group_line(group)
            yield line

    def _charger_lines(self, chargers: list[Charger]) -> list[ChargerLine]:
        accesses = access_of(self.person, chargers)
        assigned = set(
            Assignment.objects.filter(
                user=self.person, charger__in=chargers
            ).values_list("charger", flat=True)
        )
        return [
            ChargerLine(
                charger=each,
                depth=self._depth(each.group_id) + 1,
                is_assigned=each.pk in assigned,
                may_tick=each.group_id in self.assignable_groups,
                access=accesses[each.pk],
            )
            for each in chargers
        ]

    def _group_line(self, group: Group) -> GroupLine:
        total, assigned = self._sums[group.pk]
        return GroupLine(
            group=group,
            depth=self._depth(group.pk),
            total=total,
            assigned=assigned,
            # A search hides chargers; one tick must not give what is not shown.
            may_tick=group.pk in self.assignable_groups and not self.search,
        )

    @cached_property
    def _sums(self) -> dict[UUID, tuple[int, int]]:
        """The same as `counts` with all below, of the groups where ticks count."""
        sums = {
            pk: self.counts.get(pk, (0, 0)) if pk in self.assignable_groups else (0, 0)
            for pk in self.groups
        }
        for group in reversed(self.groups.values()):
            if group.parent_id in sums:
                total, assigned = sums[group.parent_id]
                more, more_assigned = sums[group.pk]
                sums[group.parent_id] = (total + more, assigned + more_assigned)
        return sums

    def _slice(self, start: int) -> list[Charger]:
        """Fifty chargers in the order of the tree, beginning with number `start`."""
        before, found, passed = 0, [], 0
        for pk in self.groups:
            count = self.counts.get(pk, (0, 0))[0]
            if passed + count <= start:
                before = passed + count
            elif count and passed < start + PER_PAGE:
                found.append(pk)
            passed += count
        place = Case(*[When(group=pk, then=Value(n)) for n, pk in enumerate(found)])
        ordered = (
            self.chargers.filter(group__in=found)
            .select_related("model")
            .order_by(place, "name", "pk")
        )
        return (
            list(ordered[start - before : start - before + PER_PAGE]) if found else []
        )

    def _reaching(self, group_id: UUID) -> list[Membership]:
        """The memberships that hold in a group: there or above."""
        return self._reach[group_id]

    @cached_property
    def _reach(self) -> dict[UUID, list[Membership]]:
        held: dict[UUID, list[Membership]] = {}
        for membership in self.held:
            held.setdefault(membership.group_id, []).append(membership)
        above = set(
            self.group.and_above()
            .exclude(pk=self.group.pk)
            .values_list("pk", flat=True)
        )
        from_above = [each for each in self.held if each.group_id in above]
        reach: dict[UUID, list[Membership]] = {}
        for pk, group in self.groups.items():
            inherited = reach.get(group.parent_id or pk, from_above)
            reach[pk] = [*inherited, *held[pk]] if pk in held else inherited
        return reach

    def _path(self, group_id: UUID) -> list[Group]:
        """From the group of the page down to this one."""
        path: list[Group] = []
        group = self.groups.get(group_id)
        while group is not None:
            path.append(group)
            group = self.groups.get(group.parent_id) if group.parent_id else None
        return path[::-1]

    def _depth(self, group_id: UUID) -> int:
        return self.groups[group_id].depth - self.group.depth

    def _ids(
        self, action: Action, rows: QuerySet[Membership] | QuerySet[Group]
    ) -> set[UUID]:
        allowed = policy.scope(self.seen_by, action, rows)
        return set(allowed.values_list("pk", flat=True))
