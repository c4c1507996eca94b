from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import ProfileForm
from accounts.http import UserRequest


@require_safe
def settings(request: UserRequest) -> HttpResponse:
    return redirect("accounts:profile")


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: UserRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)

    if request.method == "POST" and form.is_valid():
        person = form.save()
        # The answer is read in the language that was just chosen.
        translation.activate(
            person.language or translation.get_language_from_request(request)
        )
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")

    return render(request, "accounts/profile.html", {"form": form})
