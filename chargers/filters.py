"""What the lists of this app can be narrowed by; unknown parameters are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chargers.models import Charger, ChargerModel, ChargingSession
from chargers.sight import Sight
from chargers.states import ChargerState, in_state

if TYPE_CHECKING:
    from django.forms.renderers import BaseRenderer

    from groups.models import Group


OFF = {"autocomplete": "off"}


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs=OFF | {"type": "date"})


class LongSelect(forms.Select):
    """A select for hundreds of options, without a template for each of them."""

    def render(
        self,
        name: str,
        value: object,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        attributes = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        chosen = SafeString(" selected")
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, chosen if str(key) == str(value or "") else "", label)
                for key, label in self.choices
            ),
        )
        flat = format_html_join("", ' {}="{}"', attributes.items())
        return format_html("<select{}>{}</select>", flat, options)


class SubgroupField(forms.TypedChoiceField):
    """One of the groups in sight, each indented under the one it is in."""

    widget = LongSelect(attrs=OFF)

    def __init__(self, sight: Sight) -> None:
        groups = {str(group.pk): group for group in sight.groups[1:]}
        top = sight.group.depth + 1
        indented = [
            (key, "\u2003" * (group.depth - top) + group.name)
            for key, group in groups.items()
        ]
        super().__init__(
            label=_("Subgroup"),
            required=False,
            coerce=groups.__getitem__,
            empty_value=None,
            choices=[("", _("Every subgroup")), *indented],
        )


class SightFilter(forms.Form):
    """Narrows what is in sight of a group, also to one of its subgroups."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs=OFF),
    )

    def __init__(self, data: Mapping[str, Any], *, sight: Sight) -> None:
        super().__init__(data)
        self.sight = sight
        if len(sight.groups) > 1:
            self.fields["subgroup"] = SubgroupField(sight)

    @property
    def is_narrowing(self) -> bool:
        return not self.is_valid() or any(self.cleaned_data.values())

    def _places(self) -> list[UUID]:
        group: Group | None = self.cleaned_data.get("subgroup")
        return self.sight.below(group) if group else []


class ChargerFilter(SightFilter):
    state = forms.TypedChoiceField(
        label=_("State"),
        required=False,
        coerce=ChargerState,
        empty_value=None,
        choices=[("", _("Every state")), *ChargerState.choices],
        widget=forms.Select(attrs=OFF),
    )
    family = forms.ChoiceField(
        label=_("Model"),
        required=False,
        choices=[("", _("Every model")), *ChargerModel.Family.choices],
        widget=forms.Select(attrs=OFF),
    )

    def apply(self, chargers: QuerySet[Charger]) -> QuerySet[Charger]:
        """Retired chargers are shown only where they are asked for."""
        if not self.is_valid():
            return chargers.none()
        wanted = self.cleaned_data
        if text := wanted["q"].strip():
            chargers = chargers.filter(_named(text))
        if wanted["family"]:
            chargers = chargers.filter(model__family=wanted["family"])
        if places := self._places():
            chargers = chargers.filter(group__in=places)
        if wanted["state"]:
            return in_state(chargers, wanted["state"])
        return chargers.filter(retired_at=None)


class SessionFilter(SightFilter):
    OPEN, ENDED, FLAGGED = "open", "ended", "flagged"

    since = forms.DateField(label=_("From"), required=False, widget=_date_input())
    until = forms.DateField(label=_("To"), required=False, widget=_date_input())
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Every state")),
            (OPEN, _("Charging now")),
            (ENDED, _("Ended")),
            (FLAGGED, _("To be checked")),
        ],
        widget=forms.Select(attrs=OFF),
    )
    person = forms.UUIDField(required=False, widget=forms.HiddenInput)
    charger = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def apply(self, sessions: QuerySet[ChargingSession]) -> QuerySet[ChargingSession]:
        if not self.is_valid():
            return sessions.none()
        wanted = self.cleaned_data
        if text := wanted["q"].strip():
            sessions = sessions.filter(
                Q(user_name__icontains=text) | Q(charger__name__icontains=text)
            )
        if wanted["person"]:
            sessions = sessions.filter(user=wanted["person"])
        if wanted["charger"]:
            sessions = sessions.filter(charger=wanted["charger"])
        if places := self._places():
            sessions = sessions.filter(group__in=places)
        return _in_state(self._in_period(sessions), wanted["state"])

    @property
    def shows_open(self) -> bool:
        """True where the table is asked for the sessions that go on."""
        return self.is_valid() and self.cleaned_data["state"] == self.OPEN

    def _in_period(
        self, sessions: QuerySet[ChargingSession]
    ) -> QuerySet[ChargingSession]:
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        if since:
            sessions = sessions.filter(started_at__gte=_midnight(since))
        if until:
            tomorrow = until + timedelta(days=1)
            sessions = sessions.filter(started_at__lt=_midnight(tomorrow))
        return sessions


def _named(text: str) -> Q:
    return (
        Q(name__icontains=text)
        | Q(serial_number__icontains=text)
        | Q(identity__iexact=text)
    )


def _midnight(day: date) -> datetime:
    """The start of the day where the person is."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _in_state(
    sessions: QuerySet[ChargingSession], state: str
) -> QuerySet[ChargingSession]:
    if state == SessionFilter.OPEN:
        return sessions.filter(ended_at=None)
    if state == SessionFilter.ENDED:
        return sessions.filter(ended_at__isnull=False)
    if state == SessionFilter.FLAGGED:
        return sessions.exclude(flags="")
    return sessions
