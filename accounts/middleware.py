from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from accounts.models import User

SEEN_EVERY = timedelta(minutes=10)

type_of_view = Callable[[HttpRequest], HttpResponseBase]


def preferences(get_response: type_of_view) -> type_of_view:
    """Speak the person's language and tell their time."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return get_response(request)
        if request.user.language:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(request.user.time_zone):
            return get_response(request)

    return middleware


def last_seen(get_response: type_of_view) -> type_of_view:
    """Note that a person is here, with at most one write in ten minutes."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        user = request.user
        now = timezone.now()
        if isinstance(user, User) and (
            user.last_seen_at is None or now - user.last_seen_at > SEEN_EVERY
        ):
            User.objects.filter(pk=user.pk).update(last_seen_at=now)
        return get_response(request)

    return middleware
