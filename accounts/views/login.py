from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.forms import SignInForm


@login_not_required  # Where one signs in.
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("chargers:home")
    return render(request, "accounts/sign_in.html", {"next": request.GET.get("next")})


sign_in_email = LoginView.as_view(
    template_name="accounts/sign_in_email.html",
    authentication_form=SignInForm,
    redirect_authenticated_user=True,
)

sign_out = LogoutView.as_view(next_page="accounts:sign_in")
