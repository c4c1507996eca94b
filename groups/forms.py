from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms import time_zone_choices
from accounts.models import User
from accounts.names import validate_visible
from groups.models import Group, Role
from groups.models.group import in_tree_order

if TYPE_CHECKING:
    BaseGroupForm = forms.ModelForm[Group]
    BaseChoiceField = forms.ModelChoiceField[Group]
else:
    BaseGroupForm = forms.ModelForm
    BaseChoiceField = forms.ModelChoiceField


class GroupChoiceField(BaseChoiceField):
    """A group out of a tree, each indented under the one it is in.

    Of a very large tree only the upper levels are listed; every group is accepted.
    """

    list_at_most = 500

    def __init__(self, groups: QuerySet[Group], **options: Any) -> None:
        super().__init__(groups, **options)
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
        validators=[validate_visible],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class GroupForm(BaseGroupForm):
    """What a group has and a subgroup inherits."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zone_choices,
        help_text=_("Days and months in reports follow it."),
        widget=forms.Select(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = Group
        fields = ["name", "currency", "time_zone"]
        help_texts = {"currency": _("Three letters, such as EUR.")}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "currency": forms.TextInput(attrs={"autocomplete": "off"}),
        }

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


class MoveForm(forms.Form):
    def __init__(self, *args: Any, targets: QuerySet[Group], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["parent"] = GroupChoiceField(targets, label=_("Move to"))


class OwnerForm(forms.Form):
    def __init__(self, *args: Any, candidates: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"] = forms.ModelChoiceField(
            candidates, label=_("New owner"), empty_label=None
        )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("User type"), choices=Role.choices)
