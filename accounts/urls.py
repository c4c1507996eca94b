from __future__ import annotations

from django.urls import path

from accounts.views import login, profile

app_name = "accounts"

urlpatterns = [
    path("sign-in/", login.sign_in, name="sign_in"),
    path("sign-in/email/", login.sign_in_email, name="sign_in_email"),
    path("sign-out/", login.sign_out, name="sign_out"),
    path("settings/", profile.settings, name="settings"),
    path("settings/profile/", profile.profile, name="profile"),
]
