from __future__ import annotations

import uuid
import zoneinfo
from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, CheckConstraint, F, Q, UniqueConstraint, Value, When
from django.db.models.deletion import Collector
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import validate_time_zone
from accounts.names import validate_visible
from groups.constraints import ForeignKeyTogether
from groups.trees import AndAbove, AndBelow

MAX_DEPTH = 6


def hand_to_parent(
    collector: Collector,
    field: models.ForeignKey[models.Model, models.Model],
    sub_objs: models.QuerySet[models.Model],
    using: str,
) -> None:
    """On deletion of a subgroup: its history goes to the group above it."""
    owners = sub_objs.values_list(field.name, flat=True).distinct()
    for group in Group.objects.using(using).filter(pk__in=owners):
        its_rows = sub_objs.filter(**{field.name: group})
        # The stubs forget that a queryset will do.
        collector.add_field_update(field, group.parent_id, its_rows)  # type: ignore[arg-type]


class GroupQuerySet(models.QuerySet["Group"]):
    def roots(self) -> Self:
        return self.filter(parent=None)

    def and_below(self) -> GroupQuerySet:
        """These groups and everything inside them."""
        return Group.objects.filter(pk__in=AndBelow(self.values("pk")))

    def and_above(self) -> GroupQuerySet:
        """These groups and everything that they are inside of."""
        return Group.objects.filter(pk__in=AndAbove(self.values("pk", "parent_id")))


def in_tree_order(groups: Iterable[Group]) -> list[Group]:
    """Sort so that children follow their parent, siblings keeping their order."""
    groups = list(groups)
    known = {group.pk for group in groups}
    children: dict[uuid.UUID | None, list[Group]] = {}
    for group in groups:
        parent = group.parent_id if group.parent_id in known else None
        children.setdefault(parent, []).append(group)
    ordered: list[Group] = []
    waiting = children.get(None, [])[::-1]
    while waiting:
        group = waiting.pop()
        ordered.append(group)
        waiting += children.get(group.pk, [])[::-1]
    return ordered


class Group(models.Model):
    """A group (no parent: also an organisation) or a subgroup.

    The database holds the tree in shape: `depth` is one more than the parent's and
    at most MAX_DEPTH, so there is no cycle; the parent is of the same organisation;
    and a root's owner is a Super-administrator of it who is not suspended.
    """

    path_to_group = "pk"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    organisation = models.ForeignKey(
        "self", models.CASCADE, related_name="+", editable=False
    )
    depth = models.PositiveSmallIntegerField(default=1, editable=False)
    parent_depth = models.GeneratedField(
        expression=F("depth") - 1,
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    name = models.CharField(_("name"), max_length=100, validators=[validate_visible])
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_groups",
        verbose_name=_("owner"),
    )
    owner_standing = models.GeneratedField(
        expression=Case(
            When(parent__isnull=True, then=Value("superadministrator")), default=None
        ),
        output_field=models.CharField(max_length=20, null=True),
        db_persist=True,
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="EUR",
        validators=[RegexValidator("^[A-Z]{3}$", _("Use three letters, such as EUR."))],
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            UniqueConstraint(
                fields=["id", "organisation"], name="groups_group_id_organisation"
            ),
            UniqueConstraint(
                fields=["id", "organisation", "depth"], name="groups_group_id_depth"
            ),
            UniqueConstraint(
                fields=["parent", "name"],
                name="groups_group_name_among_siblings",
                violation_error_message=_("There is a subgroup of this name already."),
            ),
            CheckConstraint(
                condition=Q(parent=None, depth=1, organisation=F("id"))
                | Q(parent__isnull=False, depth__range=(2, MAX_DEPTH)),
                name="groups_group_depth",
            ),
            CheckConstraint(
                condition=Q(parent=None, owner__isnull=False)
                | Q(parent__isnull=False, owner=None),
                name="groups_group_root_has_owner",
            ),
            ForeignKeyTogether(
                name="groups_group_under_parent",
                columns=("parent_id", "organisation_id", "parent_depth"),
                to_table="groups_group",
                to_columns=("id", "organisation_id", "depth"),
            ),
            ForeignKeyTogether(
                name="groups_group_owner_rules_it",
                columns=("id", "owner_id", "owner_standing"),
                to_table="groups_membership",
                to_columns=("group_id", "user_id", "standing"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("chargers:group_home", args=[self.pk])

    @property
    def is_root(self) -> bool:
        return self.parent_id is None

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def and_below(self) -> GroupQuerySet:
        return Group.objects.filter(pk=self.pk).and_below()

    def ids_and_below(self) -> AndBelow:
        """For `trees.within`, and cheaper than `and_below` inside another query."""
        return AndBelow(Group.objects.filter(pk=self.pk).values("pk"))

    def and_above(self) -> GroupQuerySet:
        return Group.objects.filter(pk=self.pk).and_above()

    def lock_organisation(self) -> Group:
        """Hold the organisation's row until the transaction ends; return it.

        Whatever must stay true across several rows of one organisation is decided
        under this lock. SQLite's IMMEDIATE transactions exclude each other anyway.
        """
        return Group.objects.select_for_update(no_key=True).get(pk=self.organisation_id)
