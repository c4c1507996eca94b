from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.http.response import HttpResponseRedirectBase
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

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


class SignInRequired(LoginRequiredMiddleware):
    """Send who is not signed in to the sign-in, and from there back to a page."""

    # django-stubs allow no other redirect than the usual one.
    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: type_of_view
    ) -> HttpResponseRedirectBase:
        page = _page_to_return_to(request)
        field = self.get_redirect_field_name(view_func) if page else None
        sign_in = redirect_to_login(page, self.get_login_url(view_func), field)
        # htmx would follow it and put the sign-in into a part of the page.
        return (
            HttpResponseClientRedirect(sign_in.url) if HtmxDetails(request) else sign_in
        )


def _page_to_return_to(request: HttpRequest) -> str:
    """The page on which the person is, and never where only a form leads."""
    htmx = HtmxDetails(request)
    if request.method in ("GET", "HEAD") and not htmx:
        return request.get_full_path()
    page = (htmx.current_url if htmx else request.headers.get("Referer")) or ""
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}):
        return ""
    return urlsplit(page)._replace(scheme="", netloc="").geturl()
