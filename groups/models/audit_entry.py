from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groups.models.group import Group, hand_to_parent


class AuditEntry(models.Model):
    """Something that happened in an organisation, and who did it."""

    path_to_group = "group"

    class Event(models.TextChoices):
        GROUP_CREATED = "group created", _("Group created")
        GROUP_CHANGED = "group changed", _("Group changed")
        GROUP_MOVED = "group moved", _("Subgroup moved")
        GROUP_DELETED = "group deleted", _("Subgroup deleted")
        OWNER_CHANGED = "owner changed", _("Ownership transferred")
        MEMBER_JOINED = "member joined", _("Person joined")
        MEMBER_REMOVED = "member removed", _("Person removed")
        MEMBER_SUSPENDED = "member suspended", _("Person suspended")
        MEMBER_REINSTATED = "member reinstated", _("Person reinstated")
        ROLE_CHANGED = "role changed", _("User type changed")
        PIN_SET = "pin set", _("Commander PIN set")
        PIN_REMOVED = "pin removed", _("Commander PIN removed")
        PIN_REFUSED = "pin refused", _("Refused at a charger")
        CHARGER_ADDED = "charger added", _("Charger added")
        CHARGER_CHANGED = "charger changed", _("Charger changed")
        CHARGER_MOVED = "charger moved", _("Charger moved")
        CHARGER_PASSWORD = "charger password", _("Charger password renewed")
        CHARGER_RETIRED = "charger retired", _("Charger retired")
        CHARGER_ASSIGNED = "charger assigned", _("Charger assigned")
        CHARGER_UNASSIGNED = "charger unassigned", _("Charger unassigned")

    TOLD_IN_WORDS = (Event.MEMBER_JOINED, Event.ROLE_CHANGED, Event.PIN_REFUSED)

    organisation = models.ForeignKey(Group, models.CASCADE, related_name="audit_trail")
    group = models.ForeignKey(Group, hand_to_parent, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    actor_name = models.CharField(max_length=254, blank=True)
    event = models.CharField(max_length=30, choices=Event.choices)
    subject = models.CharField(max_length=254, blank=True)
    details = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        indexes = [
            models.Index(
                fields=["organisation", "-at"], name="groups_auditentry_latest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()}: {self.subject}"

    @property
    def details_text(self) -> str:
        """Return the details, in the reader's language unless they are names."""
        if self.event not in self.TOLD_IN_WORDS:
            return self.details
        return " → ".join(gettext(word) for word in self.details.split(" → "))
