from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.names import validate_visible
from chargers import credentials
from groups.constraints import ForeignKeyTogether
from groups.models import Group

# The names of models that are no product's: they are shown in the reader's language.
gettext_noop("Other OCPP charger, two connectors")
gettext_noop("Other OCPP charger with keypad")


class ChargerModel(models.Model):
    """A kind of charger that can be bought, such as the Wallbox Commander 2."""

    class Family(models.TextChoices):
        COMMANDER = "commander", "Wallbox Commander"
        PULSAR = "pulsar", "Wallbox Pulsar"
        COPPER = "copper", "Wallbox Copper"
        QUASAR = "quasar", "Wallbox Quasar"
        OTHER = "other", _("Other OCPP charger")

    name = models.CharField(_("name"), max_length=100, unique=True)
    family = models.CharField(_("family"), max_length=20, choices=Family.choices)
    connectors = models.PositiveSmallIntegerField(_("connectors"), default=1)
    has_keypad = models.BooleanField(_("keypad"), default=False)

    class Meta:
        verbose_name = _("charger model")
        verbose_name_plural = _("charger models")

    def __str__(self) -> str:
        return gettext(self.name)


class ChargerQuerySet(models.QuerySet["Charger"]):
    def in_service(self) -> Self:
        return self.filter(retired_at=None)

    def with_keypad(self) -> Self:
        return self.filter(model__has_keypad=True)


class Charger(models.Model):
    """A charging station, in exactly one group or subgroup."""

    path_to_group = "group"
    path_to_user = "assignments__user"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Group, models.PROTECT, related_name="+", editable=False
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        related_name="chargers",
        verbose_name=_("group or subgroup"),
    )
    model = models.ForeignKey(
        ChargerModel, models.PROTECT, related_name="+", verbose_name=_("model")
    )
    name = models.CharField(_("name"), max_length=100, validators=[validate_visible])
    serial_number = models.CharField(
        _("serial number"), max_length=50, validators=[validate_visible]
    )
    identity = models.CharField(
        _("OCPP identity"),
        max_length=48,
        unique=True,
        default=credentials.new_identity,
        editable=False,
    )
    password_digest = models.CharField(max_length=64, editable=False)
    password_set_at = models.DateTimeField(default=timezone.now, editable=False)
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    vendor = models.CharField(max_length=50, blank=True, editable=False)
    reported_model = models.CharField(max_length=50, blank=True, editable=False)
    firmware_version = models.CharField(max_length=50, blank=True, editable=False)
    booted_at = models.DateTimeField(null=True, editable=False)
    connected_at = models.DateTimeField(
        null=True, editable=False, help_text="Since when; empty while offline."
    )
    connection_key = models.UUIDField(
        null=True, editable=False, help_text="Which connection is the present one."
    )
    gateway = models.CharField(
        max_length=100,
        blank=True,
        editable=False,
        help_text="Which gateway process holds the present connection.",
    )
    last_seen_at = models.DateTimeField(_("last seen"), null=True, editable=False)

    objects = ChargerQuerySet.as_manager()

    class Meta:
        verbose_name = _("charger")
        verbose_name_plural = _("chargers")
        constraints = [
            UniqueConstraint(
                fields=["serial_number"],
                condition=Q(retired_at=None),
                name="chargers_charger_serial_number",
                violation_error_message=_(
                    "A charger with this serial number is already registered."
                ),
            ),
            UniqueConstraint(
                fields=["id", "organisation"], name="chargers_charger_id_organisation"
            ),
            ForeignKeyTogether(
                name="chargers_charger_group_in_organisation",
                columns=("group_id", "organisation_id"),
                to_table="groups_group",
                to_columns=("id", "organisation_id"),
            ),
        ]
        indexes = [
            models.Index(fields=["group", "name"], name="chargers_charger_in_group"),
            models.Index(fields=["name", "id"], name="chargers_charger_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("chargers:detail", args=[self.pk])

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    @property
    def is_connected(self) -> bool:
        return self.connected_at is not None


class Connector(models.Model):
    """A socket or cable of a charger; number 0 stands for the charger as a whole."""

    class Status(models.TextChoices):
        AVAILABLE = "available", _("Available")
        PREPARING = "preparing", _("Preparing")
        CHARGING = "charging", _("Charging")
        SUSPENDED_CAR = "suspended-ev", _("Waiting for car")
        SUSPENDED_CHARGER = "suspended-evse", _("Paused")
        FINISHING = "finishing", _("Finishing")
        RESERVED = "reserved", _("Reserved")
        UNAVAILABLE = "unavailable", _("Unavailable")
        FAULTED = "faulted", _("Fault")

    charger = models.ForeignKey(Charger, models.CASCADE, related_name="connectors")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=20, choices=Status.choices)
    error_code = models.CharField(max_length=50, blank=True)
    info = models.CharField(max_length=50, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["charger", "number"], name="chargers_connector_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.charger} {self.number}"


class Assignment(models.Model):
    """That a person may charge on a charger, if they are a User where it stands."""

    path_to_group = "charger__group"

    organisation = models.ForeignKey(
        Group, models.CASCADE, related_name="+", editable=False
    )
    charger = models.ForeignKey(Charger, models.CASCADE, related_name="assignments")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="assignments"
    )
    assigned_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["user", "charger"], name="chargers_assignment_once"
            ),
            ForeignKeyTogether(
                name="chargers_assignment_charger_in_organisation",
                columns=("charger_id", "organisation_id"),
                to_table="chargers_charger",
                to_columns=("id", "organisation_id"),
            ),
            ForeignKeyTogether(
                name="chargers_assignment_to_member",
                columns=("organisation_id", "user_id"),
                to_table="groups_organisationmember",
                to_columns=("organisation_id", "user_id"),
                cascades=True,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.charger} to {self.user}"
