from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

handler400 = "wallportal.errors.bad_request"
handler404 = "wallportal.errors.not_found"
handler500 = "wallportal.errors.server_error"

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("groups.urls")),
    path("", include("chargers.urls")),
    # One door: support staff sign in where everybody does.
    path(
        "admin/login/",
        login_not_required(
            RedirectView.as_view(pattern_name="accounts:sign_in", query_string=True)
        ),
        name="admin_sign_in",
    ),
    path("admin/", admin.site.urls),
]
