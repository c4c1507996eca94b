from __future__ import annotations

from django.http import HttpRequest

from accounts.models import User


class UserRequest(HttpRequest):
    """A request of somebody who signed in; LoginRequiredMiddleware sees to it."""

    user: User
