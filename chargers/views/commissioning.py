from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import UserRequest
from accounts.models import User
from chargers import access, commissioning, handover
from chargers.forms import ChargerForm, MoveChargerForm, NewChargerForm
from chargers.models import Charger
from chargers.views.chargers import load
from groups import navigation, policy
from groups.models import Group
from groups.policy import Action

SHOWN_CHANGES = 20


@require_http_methods(["GET", "HEAD", "POST"])
def charger_add(request: UserRequest, group_id: UUID) -> HttpResponse:
    group = navigation.enter(request, Action.EDIT_CHARGER, group_id)
    form = NewChargerForm(
        request.POST or None,
        places=_places(request.user, group),
        initial={"group": group.pk},
    )

    if request.method == "POST" and form.is_valid():
        place = form.cleaned_data.pop("group")
        try:
            charger, password = commissioning.add(
                place, **form.cleaned_data, by=request.user
            )
        except commissioning.SerialNumberTaken as refusal:
            form.add_error("serial_number", str(refusal))
        else:
            return handover.show_once(charger, password)

    return render(request, "chargers/add.html", {"form": form, "group": group})


@never_cache
@require_safe
def charger_connect(request: UserRequest, charger_id: UUID) -> HttpResponse:
    """What to type into the charger; its password only right after it was made."""
    charger = load(request, Action.EDIT_CHARGER, charger_id)
    if charger.is_retired:
        return redirect(charger)

    context = {
        "charger": charger,
        "gateway_url": settings.GATEWAY_URL,
        "full_url": f"{settings.GATEWAY_URL}{charger.identity}",
        "password": handover.password_to_show(request, charger),
    }
    response = render(request, "chargers/connect.html", context)
    handover.forget(response, charger)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def charger_edit(request: UserRequest, charger_id: UUID) -> HttpResponse:
    charger = load(request, Action.EDIT_CHARGER, charger_id)
    form = ChargerForm.of(charger, request.POST or None)

    if request.method == "POST" and form.is_valid():
        try:
            commissioning.edit(charger, **form.cleaned_data, by=request.user)
        except commissioning.SerialNumberTaken as refusal:
            form.add_error("serial_number", str(refusal))
        except commissioning.AlreadyRetired as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The charger is saved."))
            return redirect(charger)

    return render(request, "chargers/edit.html", {"form": form, "charger": charger})


@require_http_methods(["GET", "HEAD", "POST"])
def charger_move(request: UserRequest, charger_id: UUID) -> HttpResponse:
    """GET asks for the group, GET with a group tells what changes, POST moves."""
    charger = load(request, Action.EDIT_CHARGER, charger_id)
    places = _places(request.user, charger.group).exclude(pk=charger.group_id)
    form = MoveChargerForm(request.POST or request.GET or None, places=places)
    if not form.is_valid():
        return render(request, "chargers/move.html", {"form": form, "charger": charger})

    to = form.cleaned_data["group"]
    if request.method == "POST":
        return _move(request, charger, to)

    changes = access.changed_by_move(charger, to=to)
    context = {
        "charger": charger,
        "to": to,
        "gaining": [each for each in changes if each.after.allowed][:SHOWN_CHANGES],
        "losing": [each for each in changes if each.before.allowed][:SHOWN_CHANGES],
        "has_more": len(changes) > SHOWN_CHANGES,
    }
    return render(request, "chargers/confirm_move.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def charger_new_password(request: UserRequest, charger_id: UUID) -> HttpResponse:
    charger = load(request, Action.EDIT_CHARGER, charger_id)

    if request.method == "POST":
        try:
            password = commissioning.renew_password(charger, by=request.user)
        except commissioning.AlreadyRetired as refusal:
            messages.error(request, str(refusal))
            return redirect(charger)
        return handover.show_once(charger, password)

    return render(request, "chargers/confirm_new_password.html", {"charger": charger})


@require_http_methods(["GET", "HEAD", "POST"])
def charger_retire(request: UserRequest, charger_id: UUID) -> HttpResponse:
    charger = load(request, Action.EDIT_CHARGER, charger_id)

    if request.method == "POST":
        try:
            commissioning.retire(charger, by=request.user)
        except commissioning.CommissioningRefusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("%(name)s is retired.") % {"name": charger})
        return redirect(charger)

    context = {
        "charger": charger,
        "people": charger.assignments.count(),
        "is_charging": charger.sessions.open().exists(),
    }
    return render(request, "chargers/confirm_retire.html", context)


def _move(request: UserRequest, charger: Charger, to: Group) -> HttpResponse:
    try:
        commissioning.move(charger, to=to, by=request.user)
    except commissioning.CommissioningRefusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("%(charger)s is in %(group)s now.") % {"charger": charger, "group": to},
        )
    return redirect(charger)


def _places(user: User, group: Group) -> QuerySet[Group]:
    """Where in the organisation `user` may put a charger."""
    groups = Group.objects.filter(organisation=group.organisation_id)
    return policy.scope(user, Action.EDIT_CHARGER, groups)
