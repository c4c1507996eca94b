"""What the lists of this app can be narrowed by; unknown parameters are ignored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from groups.forms import GroupChoiceField
from groups.models import AuditEntry, Group, Membership, Role


class PeopleFilter(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    role = forms.ChoiceField(
        label=_("User type"),
        required=False,
        choices=[
            ("", _("Every user type")),
            *Role.choices,
            ("suspended", _("Suspended")),
        ],
    )

    def __init__(self, *args: Any, groups: QuerySet[Group], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["subgroup"] = GroupChoiceField(
            groups,
            label=_("Subgroup"),
            required=False,
            empty_label=_("Every subgroup"),
        )

    def apply(self, memberships: QuerySet[Membership]) -> QuerySet[Membership]:
        if not self.is_valid():
            return memberships.none()
        wanted = self.cleaned_data
        if text := wanted["q"].strip():
            memberships = memberships.filter(
                Q(user__name__icontains=text) | Q(user__email__icontains=text)
            )
        if wanted["role"]:
            memberships = memberships.filter(_standing(wanted["role"]))
        if wanted["subgroup"]:
            memberships = memberships.filter(group__in=wanted["subgroup"].and_below())
        return memberships


class AuditFilter(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    event = forms.ChoiceField(
        label=_("Event"),
        required=False,
        choices=[("", _("Every event")), *AuditEntry.Event.choices],
    )

    def apply(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        if not self.is_valid():
            return entries.none()
        if text := self.cleaned_data["q"].strip():
            entries = entries.filter(
                Q(subject__icontains=text)
                | Q(actor_name__icontains=text)
                | Q(details__icontains=text)
            )
        if event := self.cleaned_data["event"]:
            entries = entries.filter(event=event)
        return entries


def _standing(role: str) -> Q:
    return Q(standing=role) if role == "suspended" else Q(role=role)
