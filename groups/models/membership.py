from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, CheckConstraint, Q, UniqueConstraint, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from groups.constraints import ForeignKeyTogether
from groups.models.group import Group


class Role(models.TextChoices):
    """What a person is in a group, and so in everything below it."""

    USER = "user", _("User")
    ADMINISTRATOR = "administrator", _("Administrator")
    SUPERADMINISTRATOR = "superadministrator", _("Super-administrator")


class OrganisationMember(models.Model):
    """That a person belongs to an organisation, wherever their memberships stand.

    Memberships, assignments and PIN claims point here, so that the database itself
    keeps each of them inside one organisation.
    """

    organisation = models.ForeignKey(Group, models.CASCADE, related_name="people")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="organisations"
    )
    since = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["organisation", "user"], name="groups_organisationmember_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.organisation}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def standing(self) -> Self:
        """Those that are not suspended."""
        return self.filter(suspended_at=None)

    def of_users_only(self) -> Self:
        """Those of people who hold no higher role anywhere in the organisation."""
        higher = Membership.objects.filter(
            organisation=models.OuterRef("organisation"), user=models.OuterRef("user")
        ).exclude(role=Role.USER)
        return self.filter(~models.Exists(higher))


class Membership(models.Model):
    """A person's role in a group or subgroup and in everything below it."""

    path_to_group = "group"
    path_to_user = "user"
    path_to_role = "role"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(
        Group, models.CASCADE, related_name="+", editable=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships"
    )
    role = models.CharField(
        _("user type"), max_length=20, choices=Role.choices, default=Role.USER
    )
    suspended_at = models.DateTimeField(null=True, blank=True, editable=False)
    standing = models.GeneratedField(
        expression=Case(
            When(suspended_at__isnull=True, then="role"), default=Value("suspended")
        ),
        output_field=models.CharField(max_length=20),
        db_persist=True,
    )
    since = models.DateTimeField(default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            UniqueConstraint(fields=["user", "group"], name="groups_membership_once"),
            UniqueConstraint(
                fields=["group", "user", "standing"], name="groups_membership_standing"
            ),
            CheckConstraint(
                condition=Q(role__in=Role.values), name="groups_membership_role"
            ),
            ForeignKeyTogether(
                name="groups_membership_group_in_organisation",
                columns=("group_id", "organisation_id"),
                to_table="groups_group",
                to_columns=("id", "organisation_id"),
            ),
            ForeignKeyTogether(
                name="groups_membership_of_member",
                columns=("organisation_id", "user_id"),
                to_table="groups_organisationmember",
                to_columns=("organisation_id", "user_id"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} in {self.group}"

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None

    @property
    def is_owner(self) -> bool:
        return self.group.owner_id == self.user_id
