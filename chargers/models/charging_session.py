from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chargers.models.charger import Charger
from groups.models import Group, hand_to_parent


class ChargingSessionQuerySet(models.QuerySet["ChargingSession"]):
    def open(self) -> ChargingSessionQuerySet:
        return self.filter(ended_at=None)


class ChargingSession(models.Model):
    """One charge. The primary key is the transaction id that the charger knows."""

    path_to_group = "group"
    path_to_user = "user"

    class Flag(models.TextChoices):
        """Why an administrator should look; several are joined by a space."""

        UNKNOWN_TOKEN = "unknown-token", _("Started without a known person")
        NEVER_STOPPED = "never-stopped", _("The charger never reported its end")
        METER_BACKWARDS = "meter-backwards", _("The meter went backwards")
        CLOCK = "clock", _("The charger's clock was wrong")

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    charger = models.ForeignKey(Charger, models.PROTECT, related_name="sessions")
    connector_number = models.PositiveSmallIntegerField(default=1)
    group = models.ForeignKey(Group, hand_to_parent, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="charging_sessions",
    )
    user_name = models.CharField(max_length=150, blank=True)
    token_digest = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    reported_start = models.CharField(max_length=40)
    received_at = models.DateTimeField(default=timezone.now)
    meter_start_wh = models.BigIntegerField()
    meter_last_wh = models.BigIntegerField()
    power_w = models.PositiveIntegerField(null=True, blank=True)
    metered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    meter_stop_wh = models.BigIntegerField(null=True, blank=True)
    stop_reason = models.CharField(max_length=30, blank=True)
    flags = models.CharField(max_length=200, blank=True)

    objects = ChargingSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("charging session")
        verbose_name_plural = _("charging sessions")
        constraints = [
            UniqueConstraint(
                fields=["charger", "connector_number"],
                condition=Q(ended_at=None),
                name="chargers_chargingsession_one_open",
            ),
            UniqueConstraint(
                fields=[
                    "charger",
                    "connector_number",
                    "reported_start",
                    "meter_start_wh",
                    "token_digest",
                ],
                name="chargers_chargingsession_natural_key",
            ),
        ]
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="chargers_session_latest"),
            models.Index(
                fields=["user", "-started_at"], name="chargers_session_of_user"
            ),
            models.Index(
                fields=["group", "-started_at"], name="chargers_session_in_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.charger}, {self.started_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("chargers:session", args=[self.uuid])

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def is_stopped(self) -> bool:
        """True once the charger told the end; a session may have ended without."""
        return self.meter_stop_wh is not None

    @property
    def is_of_nobody(self) -> bool:
        """True where nobody was allowed to start it; no person ever gets it."""
        return self.Flag.UNKNOWN_TOKEN in self.flags.split()

    @property
    def energy_wh(self) -> int:
        """Watt-hours so far: a difference of registers, never negative."""
        return max(self.meter_last_wh - self.meter_start_wh, 0)

    def flag(self, flag: Flag) -> None:
        self.flags = " ".join(dict.fromkeys([*self.flags.split(), flag]))

    def unflag(self, flag: Flag) -> None:
        self.flags = " ".join(each for each in self.flags.split() if each != flag)

    def meter(
        self, *, at: datetime, register_wh: int | None, power_w: int | None
    ) -> None:
        """Take in what the meter showed; a stopped session has its last word."""
        if self.is_stopped:
            return
        is_newest = self.metered_at is None or at >= self.metered_at
        if register_wh is not None:
            if is_newest and register_wh < self.meter_last_wh:
                self.flag(self.Flag.METER_BACKWARDS)
            self.meter_last_wh = max(self.meter_last_wh, register_wh)
        if is_newest:
            self.metered_at = at
            self.power_w = self.power_w if power_w is None else power_w
        if self.ended_at is not None:
            self.ended_at = max(self.ended_at, at)

    def stop(self, *, at: datetime, meter_wh: int, reason: str) -> None:
        """Close with what the charger reported.

        A register below the one at the start says nothing of the energy; what the
        meter values showed stays.
        """
        if meter_wh < self.meter_last_wh:
            self.flag(self.Flag.METER_BACKWARDS)
        if meter_wh >= self.meter_start_wh:
            self.meter_last_wh = meter_wh
        if at < self.started_at:
            self.flag(self.Flag.CLOCK)
        self.unflag(self.Flag.NEVER_STOPPED)
        self.meter_stop_wh = meter_wh
        self.ended_at = max(at, self.started_at)
        self.stop_reason = reason
        self.power_w = None

    def end_unstopped(self) -> None:
        """Close at the last reading: what came after is unknown, so not invented."""
        self.flag(self.Flag.NEVER_STOPPED)
        self.ended_at = max(self.metered_at or self.started_at, self.started_at)
        self.power_w = None


class MeterReading(models.Model):
    """What a charger's energy register showed at a moment."""

    id = models.BigAutoField(primary_key=True)
    charger = models.ForeignKey(Charger, models.PROTECT, related_name="readings")
    connector_number = models.PositiveSmallIntegerField()
    session = models.ForeignKey(
        ChargingSession,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="readings",
    )
    measured_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    register_wh = models.BigIntegerField()
    power_w = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["charger", "connector_number", "measured_at", "register_wh"],
                name="chargers_meterreading_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.register_wh} Wh at {self.measured_at:%Y-%m-%d %H:%M:%S}"
