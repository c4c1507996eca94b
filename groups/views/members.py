from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http import UserRequest
from groups import directory, lists, navigation, people, policy
from groups.filters import PeopleFilter
from groups.forms import RoleForm
from groups.models import Membership, Role
from groups.policy import Action


@require_safe
def users(request: UserRequest, group_id: UUID) -> HttpResponseBase:
    group = navigation.enter(request, Action.SEE_GROUP, group_id)
    if not navigation.is_administrator(request, group):
        return redirect("chargers:user", group.pk, request.user.pk)

    narrowing = PeopleFilter(request.GET, groups=group.and_below())
    sorting = lists.Sorting.from_text(
        directory.SORT_COLUMNS, request.GET.get("sort", ""), default="name"
    )
    found, in_order = (
        sorting.apply(
            narrowing.apply(
                directory.people_in(group, seen_by=request.user, in_order=way)
            )
        )
        for way in (False, True)
    )
    if lists.wants_csv(request):
        rows = directory.csv_rows(found, group=group, seen_by=request.user)
        return lists.csv_response("users", directory.csv_header(), rows)

    page = lists.page_of(found, request.GET.get("page", ""), in_order)
    context = {
        "group": group,
        "filter": narrowing,
        "sort": sorting.by,
        "page": page,
        "entries": directory.entries(page.rows, group=group, seen_by=request.user),
    }
    return render(request, "groups/users.html", context)


@require_POST
def change_role(request: UserRequest, membership_id: UUID) -> HttpResponse:
    membership = _member_or_deny(request, Action.CHANGE_ROLE, membership_id)
    form = RoleForm(request.POST)

    if not form.is_valid():
        messages.error(request, _("Choose a user type from the list."))
        return _to_person(membership)
    try:
        people.change_role(
            membership, role=Role(form.cleaned_data["role"]), by=request.user
        )
    except people.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("%(name)s's user type is saved.") % {"name": membership.user}
        )
    return _to_person(membership)


@require_POST
def suspend(request: UserRequest, membership_id: UUID) -> HttpResponse:
    membership = _member_or_deny(request, Action.SUSPEND, membership_id)

    try:
        people.suspend(membership, by=request.user)
    except people.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("%(name)s is suspended.") % {"name": membership.user}
        )
    return _to_person(membership)


@require_POST
def reinstate(request: UserRequest, membership_id: UUID) -> HttpResponse:
    membership = _member_or_deny(request, Action.SUSPEND, membership_id)

    try:
        people.reinstate(membership, by=request.user)
    except people.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("%(name)s may charge again.") % {"name": membership.user}
        )
    return _to_person(membership)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: UserRequest, membership_id: UUID) -> HttpResponse:
    membership = _member_or_deny(request, Action.SUSPEND, membership_id)
    navigation.stay_near(request, membership.group)

    if request.method == "POST":
        try:
            people.remove(membership, by=request.user)
        except people.Refusal as refusal:
            messages.error(request, str(refusal))
            return _to_person(membership)
        messages.success(
            request,
            _("%(name)s is no longer in %(group)s.")
            % {"name": membership.user, "group": membership.group},
        )
        return redirect("groups:users", membership.group_id)

    return render(
        request, "groups/confirm_remove_member.html", {"membership": membership}
    )


def _member_or_deny(
    request: UserRequest, action: Action, membership_id: UUID
) -> Membership:
    memberships = Membership.objects.select_related("user", "group")
    return policy.get_or_deny(
        request.user, action, memberships, see=Action.SEE_PERSON, pk=membership_id
    )


def _to_person(membership: Membership) -> HttpResponse:
    return redirect("chargers:user", membership.group_id, membership.user_id)
