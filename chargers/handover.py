"""Showing a charger's new password once, on the page after the form.

It travels in a cookie that only the page it is shown on ever receives, and that goes
with the answer. A message or the session would write it to the database in clear; the
browser has to see it anyway. A cookie of somebody else's making shows nothing, because
what is not the charger's password is not shown.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from chargers import credentials
from chargers.models import Charger

COOKIE = "charger_password"
KEPT_FOR = timedelta(minutes=5)


def show_once(charger: Charger, password: str) -> HttpResponse:
    """Redirect to the charger's connection page, which will show `password`."""
    response = redirect("chargers:connect", charger.pk)
    response.set_cookie(
        COOKIE,
        password,
        max_age=KEPT_FOR,
        path=_path(charger),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def password_to_show(request: HttpRequest, charger: Charger) -> str:
    """Return the password that was just made, or nothing."""
    password = request.COOKIES.get(COOKIE, "")
    is_present = credentials.matches(password.encode(), charger.password_digest)
    return password if is_present else ""


def forget(response: HttpResponse, charger: Charger) -> None:
    response.delete_cookie(COOKIE, path=_path(charger), samesite="Strict")


def _path(charger: Charger) -> str:
    return reverse("chargers:connect", args=[charger.pk])
