"""Icons, and badges with them: drawn once, because a long table has hundreds."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

register = template.Library()

UNKNOWN = "circle-question-mark"
STATUS_ICONS = {
    # Chargers
    "available": "plug",
    "charging": "zap",
    "preparing": "cable",
    "suspended": "circle-pause",
    "finishing": "battery-charging",
    "reserved": "calendar-clock",
    "unavailable": "ban",
    "faulted": "triangle-alert",
    "offline": "wifi-off",
    "connected": "wifi",
    "retired": "archive",
    # Commander PINs
    "set": "key-round",
    "unset": "circle-dashed",
    "needs-new": "rotate-ccw-key",
    # Roles
    "user": "user",
    "administrator": "user-cog",
    "superadministrator": "shield-check",
    # Answers
    "active": "circle-check",
    "yes": "circle-check",
    "no": "ban",
    "flagged": "flag",
}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """Draw a Lucide icon; `size` is empty, `sm`, `lg` or a number of pixels."""
    return _draw(str(name), str(size))


@register.simple_tag
def status_icon(status: str) -> SafeString:
    return _draw(STATUS_ICONS.get(str(status), UNKNOWN), "14")


@register.simple_tag
def badge(status: str, label: str, modifier: str = "") -> SafeString:
    """State as icon and word; the modifier `plain` leaves the background out."""
    return format_html(
        '<span class="badge{}" data-status="{}">{}{}</span>',
        f" badge--{modifier}" if modifier else "",
        status,
        status_icon(status),
        label,
    )


@lru_cache(maxsize=500)
def _draw(name: str, size: str) -> SafeString:
    pixels = int(size) if size.isdigit() else 24
    classes = f"icon icon--{size}" if size.isalpha() else "icon"
    svg = lucide(name, size=pixels, **{"class": classes, "aria_hidden": "true"})
    return mark_safe(svg)  # noqa: S308 (the package's own shapes)
