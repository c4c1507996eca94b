from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.http import UserRequest
from chargers import overview
from chargers.sight import Sight
from chargers.views.sessions import live_context
from groups import navigation
from groups.models import Membership
from groups.policy import Action


@require_safe
def home(request: UserRequest) -> HttpResponse:
    group = navigation.present_group(request)
    if group is not None:
        return redirect(group)

    suspended = Membership.objects.filter(user=request.user).select_related("group")
    return render(request, "chargers/home_without_group.html", {"suspended": suspended})


@require_safe
def group_home(request: UserRequest, group_id: UUID) -> HttpResponse:
    group = navigation.enter(request, Action.SEE_GROUP, group_id)
    sight = Sight.of(request.user, group, Action.SEE_SESSION)
    context = {
        "group": group,
        "own": overview.of_oneself(request.user, group),
        "everybody": overview.of_everybody(request.user, sight),
        **live_context(sight, sight.sessions(in_order=True)),
    }
    return render(request, "chargers/home.html", context)
