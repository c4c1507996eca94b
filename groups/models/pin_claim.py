from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Case, F, UniqueConstraint, When
from django.db.models.deletion import Collector
from django.utils import timezone

from groups.constraints import ForeignKeyTogether
from groups.models.group import Group


def outlive(
    collector: Collector,
    field: models.ForeignKey[models.Model, models.Model],
    sub_objs: models.QuerySet[models.Model],
    using: str,
) -> None:
    """On deletion of a person: what they held is given up, and so quarantined."""
    released_at = PinClaim._meta.get_field("released_at")
    held = sub_objs.filter(released_at=None)
    # The stubs forget that a queryset will do.
    collector.add_field_update(released_at, timezone.now(), held)  # type: ignore[arg-type]
    collector.add_field_update(field, None, sub_objs)  # type: ignore[arg-type]


class PinClaim(models.Model):
    """That a Commander PIN is taken in an organisation: held, or given up lately.

    Only a keyed digest is kept. A claim that was released stays for the quarantine,
    so that a charge that an offline charger delivers late still finds its person and
    nobody else gets the code meanwhile.
    """

    organisation = models.ForeignKey(Group, models.CASCADE, related_name="pin_claims")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, outlive, null=True, related_name="pin_claims"
    )
    digest = models.CharField(max_length=64)
    claimed_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)
    # Taken away by somebody else: not even its holder gets it back so soon.
    is_revoked = models.BooleanField(default=False)
    holder = models.GeneratedField(
        expression=Case(When(released_at__isnull=True, then=F("user")), default=None),
        output_field=models.UUIDField(null=True),
        db_persist=True,
    )

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["organisation", "digest"], name="groups_pinclaim_unique_pin"
            ),
            UniqueConstraint(
                fields=["organisation", "holder"], name="groups_pinclaim_one_each"
            ),
            ForeignKeyTogether(
                name="groups_pinclaim_holder_is_member",
                columns=("organisation_id", "holder"),
                to_table="groups_organisationmember",
                to_columns=("organisation_id", "user_id"),
            ),
        ]
        indexes = [models.Index(fields=["holder"], name="groups_pinclaim_holder")]

    def __str__(self) -> str:
        return f"PIN of {self.user} in {self.organisation}"


class PinRefusal(models.Model):
    """That a person typed a PIN in the portal that was not available."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="pin_refusals"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "at"], name="groups_pinrefusal_recent")]

    def __str__(self) -> str:
        return f"{self.user} at {self.at:%Y-%m-%d %H:%M}"


class PinCheck(models.Model):
    """The one row by which a wrong PIN_PEPPER is noticed at the start."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(id=1), name="groups_pincheck_one_row"
            ),
        ]

    def __str__(self) -> str:
        return "PIN pepper check"
