"""Energy, power and time as people read them, from whole numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import npgettext_lazy

JUST_NOW = timedelta(minutes=1)
# Many languages say "2 days" in another way where "ago" follows.
LENGTHS_AGO = {
    "year": npgettext_lazy("ago", "%(num)d year", "%(num)d years", "num"),
    "month": npgettext_lazy("ago", "%(num)d month", "%(num)d months", "num"),
    "week": npgettext_lazy("ago", "%(num)d week", "%(num)d weeks", "num"),
    "day": npgettext_lazy("ago", "%(num)d day", "%(num)d days", "num"),
    "hour": npgettext_lazy("ago", "%(num)d hour", "%(num)d hours", "num"),
    "minute": npgettext_lazy("ago", "%(num)d minute", "%(num)d minutes", "num"),
}


def kwh(energy_wh: int) -> Decimal:
    return Decimal(energy_wh) / 1000


def kwh_text(energy_wh: int) -> str:
    """Return the number alone, such as 7.40."""
    return _number(kwh(energy_wh), 2)


def power_text(power_w: int | None) -> str:
    """Return 7.4 kW, or nothing where no meter told it."""
    if power_w is None:
        return ""
    return _("%(power)s kW") % {"power": _number(kwh(power_w), 1)}


def duration_text(duration: timedelta) -> str:
    """Return hours and minutes, such as 1:05 h, or what is less in words."""
    minutes = max(int(duration.total_seconds()), 0) // 60
    if minutes < 1:
        return _("under 1 min")
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d:%(minutes)02d h") % {
        "hours": minutes // 60,
        "minutes": minutes % 60,
    }


def moment_text(moment: datetime) -> str:
    """Return date and time where the reader is."""
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def ago_text(moment: datetime | None, *, now: datetime) -> str:
    if moment is None:
        return _("Never")
    if now - moment < JUST_NOW:
        return _("Just now")
    # The stubs forget that lazy words will do.
    length = timesince(moment, now, depth=1, time_strings=LENGTHS_AGO)  # type: ignore[arg-type]
    return _("%(time)s ago") % {"time": length}


def since_text(moment: datetime, *, now: datetime) -> str:
    """Return the time of day, with the date where that is not today."""
    here = timezone.localtime(moment)
    if here.date() == timezone.localtime(now).date():
        return _("since %(time)s") % {"time": date_format(here, "TIME_FORMAT")}
    return _("since %(time)s") % {"time": date_format(here, "SHORT_DATETIME_FORMAT")}


def _number(value: Decimal, places: int) -> str:
    # number_format cuts off; it does not round.
    return number_format(round(value, places), decimal_pos=places, use_l10n=True)
