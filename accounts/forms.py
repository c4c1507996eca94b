from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _(
            "This e-mail address and password do not belong together."
            " Check both; capital letters count in the password."
        ),
        "inactive": _("This account cannot sign in."),
    }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["username"].label = _("E-mail")
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "maxlength": 254}
        )


class ProfileForm(forms.ModelForm[User]):
    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        as_browser = ("", _("As the browser asks for"))
        self.fields["language"].choices = [as_browser, *settings.LANGUAGES]
        self.fields["language"].widget.attrs["autocomplete"] = "language"
        self.fields["time_zone"].choices = [(name, name) for name in _time_zones()]
        self.fields["time_zone"].widget.attrs["autocomplete"] = "off"


def _time_zones() -> list[str]:
    names = zoneinfo.available_timezones()
    areas = {name for name in names if "/" in name and not name.startswith("Etc/")}
    return ["UTC", *sorted(areas)]
