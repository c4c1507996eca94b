from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.names import validate_visible
from chargers.filters import OFF, LongSelect
from chargers.models import Charger, ChargerModel
from groups.forms import GroupChoiceField
from groups.models import Group


class ChargerForm(forms.Form):
    """What is printed on a charger, and what people call it."""

    serial_number = forms.CharField(
        label=_("Serial number"),
        max_length=50,
        validators=[validate_visible],
        help_text=_("It is on the charger's label, after SN."),
        widget=forms.TextInput(attrs=OFF | {"spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        validators=[validate_visible],
        help_text=_("Left empty, it is the serial number."),
        widget=forms.TextInput(attrs=OFF),
    )
    model = forms.ModelChoiceField(
        ChargerModel.objects.order_by("family", "name"),
        label=_("Model"),
        empty_label=_("Choose a model"),
        widget=forms.Select(attrs=OFF),
    )

    @classmethod
    def of(cls, charger: Charger, data: QueryDict | None) -> ChargerForm:
        initial = {
            "serial_number": charger.serial_number,
            "name": charger.name,
            "model": charger.model_id,
        }
        return cls(data, initial=initial)


class NewChargerForm(ChargerForm):
    def __init__(self, *args: Any, places: QuerySet[Group], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["group"] = GroupChoiceField(
            places, label=_("Group or subgroup"), widget=LongSelect(attrs=OFF)
        )


class MoveChargerForm(forms.Form):
    def __init__(self, *args: Any, places: QuerySet[Group], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["group"] = GroupChoiceField(
            places, label=_("Move to"), widget=LongSelect(attrs=OFF)
        )
