from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from groups.models import Group, Role
from groups.models.group import in_tree_order


class GroupChoiceField(forms.ModelChoiceField):
    """A group out of a tree, each indented under the one it is in.

    Of a very large tree only the upper levels are listed; every group is accepted.
    """

    list_at_most = 500

    def __init__(self, queryset: QuerySet[Group], **options: Any) -> None:
        super().__init__(queryset, **options)
        self.offer(queryset)

    def offer(self, groups: QuerySet[Group]) -> None:
        """Let `groups`, and no other, be chosen."""
        self.queryset = groups
        upper = groups.order_by("depth", "name", "pk")[: self.list_at_most]
        ordered = in_tree_order(upper)
        top = min((group.depth for group in ordered), default=1)
        empty = [] if self.required else [("", self.empty_label or "")]
        self.choices = empty + [
            (group.pk, "\u2003" * (group.depth - top) + group.name) for group in ordered
        ]


class SubgroupForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class GroupForm(forms.ModelForm[Group]):
    """What a group has and a subgroup inherits."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Days and months in reports follow it.")
    )

    class Meta:
        model = Group
        fields = ["name", "currency", "time_zone"]
        help_texts = {"currency": _("Three letters, such as EUR.")}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "currency": forms.TextInput(attrs={"autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        zones = sorted(zoneinfo.available_timezones())
        self.fields["time_zone"].choices = [(name, name) for name in zones]
        self.fields["time_zone"].widget.attrs["autocomplete"] = "off"

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


class MoveForm(forms.Form):
    parent = GroupChoiceField(Group.objects.none(), label=_("Move to"))

    def __init__(self, *args: Any, targets: QuerySet[Group], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["parent"]
        assert isinstance(field, GroupChoiceField)
        field.offer(targets)


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("New owner"), empty_label=None
    )

    def __init__(self, *args: Any, candidates: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = candidates


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("User type"), choices=Role.choices)
