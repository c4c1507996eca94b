from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groups import pins


def validate_pin(text: str) -> None:
    if not pins.is_well_formed(text):
        raise ValidationError(_("Type four digits."), code="invalid")


class PinForm(forms.Form):
    pin = forms.CharField(
        label=_("PIN"),
        help_text=_("Four digits. Years, runs and repeats are not available."),
        strip=False,
        validators=[validate_pin],
        error_messages={"required": _("Type four digits.")},
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "off",
                "maxlength": 4,
                "pattern": "[0-9]{4}",
                "data-pin-field": True,
                # Password managers would offer to keep it, or to fill in a password.
                "data-1p-ignore": True,
                "data-bwignore": True,
                "data-lpignore": "true",
            }
        ),
    )


class AssignedFilter(forms.Form):
    HERE, EVERYWHERE = "", "everywhere"

    q = forms.CharField(
        label=_("Search chargers"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            (HERE, _("Chargers where they are a member")),
            (EVERYWHERE, _("Every charger in this group")),
        ],
    )

    @property
    def search(self) -> str:
        return str(self.cleaned_data["q"]).strip() if self.is_valid() else ""

    @property
    def is_everywhere(self) -> bool:
        return self.is_valid() and self.cleaned_data["show"] == self.EVERYWHERE
