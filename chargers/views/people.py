from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http import UserRequest
from accounts.models import User
from chargers import assignments
from chargers.models import Charger
from chargers.person_forms import AssignedFilter
from chargers.sheet import ChargerLine, Page, Sheet
from groups import directory, navigation, pins, policy
from groups.forms import RoleForm
from groups.lists import PER_PAGE
from groups.models import Group, Membership, OrganisationMember
from groups.policy import Action, Reach


@dataclass(frozen=True)
class Place:
    """A group where the person is a member, as their page shows it."""

    membership: Membership
    role_form: RoleForm | None
    may_suspend: bool
    charges_everywhere: bool
    lines: list[ChargerLine]


@require_safe
def user(request: UserRequest, group_id: UUID, user_id: UUID) -> HttpResponse:
    sheet, narrowing = _sheet_or_404(request, group_id, user_id)
    page = sheet.page(_page_number(request))

    pin_states = directory.pin_states({sheet.person.pk}, sheet.group)
    context = {
        "group": sheet.group,
        "person": sheet.person,
        "is_oneself": sheet.person == request.user,
        "member_since": min(each.since for each in sheet.memberships),
        "places": _places(sheet, page),
        "filter": narrowing,
        "has_filter": sheet.search or sheet.everywhere or page.total > PER_PAGE,
        "has_more_groups": sheet.has_more_groups,
        "page": page,
        "may_assign": bool(sheet.assignable_groups),
        "pin_state": pin_states[sheet.person.pk],
        "may_remove_pin": bool(sheet.memberships_open_to(Action.REMOVE_PIN)),
        "query": request.GET.urlencode(),
    }
    return render(request, "chargers/user.html", context)


@require_POST
def assign(request: UserRequest, group_id: UUID, user_id: UUID) -> HttpResponse:
    """Make what was shown as it was ticked; nothing that was not shown changes."""
    sheet, _narrowing = _sheet_or_404(request, group_id, user_id)
    _deny_unless_giving(sheet)
    shown, ticked = _ids(request, "shown"), _ids(request, "charger")
    full, now_full = _ids(request, "full"), _ids(request, "subgroup")
    shown_groups = _ids(request, "shown_subgroup")
    gone = _gone_or_404(sheet, shown)
    is_tick = bool(request.headers.get("HX-Request")) and len(shown) == 1
    if is_tick and gone:
        return HttpResponse(status=HTTPStatus.CONFLICT)

    up = _inside(sheet, (now_full - full) & shown_groups)
    down = _inside(sheet, (full - now_full) & shown_groups) - up
    assignments.exchange(
        give=sheet.assignable().filter(
            Q(group__in=up) | Q(pk__in=shown & ticked) & ~Q(group__in=down)
        ),
        take=sheet.assignable().filter(
            Q(group__in=down) | Q(pk__in=shown - ticked) & ~Q(group__in=up)
        ),
        person=sheet.person,
        within=sheet.group,
        by=request.user,
    )
    if is_tick:
        return _ticked(request, sheet, shown.pop())
    return _saved(request, sheet, gone)


@require_POST
def assign_subgroup(
    request: UserRequest, group_id: UUID, user_id: UUID
) -> HttpResponse:
    """One tick for all the chargers that are in a subgroup and below it now."""
    sheet, _narrowing = _sheet_or_404(request, group_id, user_id)
    _deny_unless_giving(sheet)
    places = _ids(request, "place")
    if not places <= sheet.groups.keys():
        raise Http404

    chosen = sheet.assignable().filter(group__in=_inside(sheet, places))
    is_ticked = places <= _ids(request, "subgroup")
    nothing = chosen.none()
    assignments.exchange(
        give=chosen if is_ticked else nothing,
        take=nothing if is_ticked else chosen,
        person=sheet.person,
        within=sheet.group,
        by=request.user,
    )
    if request.headers.get("HX-Request"):
        context = _list_context(request, sheet)
        return render(request, "chargers/_user_ticks.html", context)

    messages.success(request, _("The assigned chargers are saved."))
    return _to_user(request, sheet)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_pin(request: UserRequest, group_id: UUID, user_id: UUID) -> HttpResponse:
    sheet, _narrowing = _sheet_or_404(request, group_id, user_id)
    policy.get_or_deny(
        request.user, Action.REMOVE_PIN, _visible(sheet), see=Action.SEE_PERSON
    )
    member = OrganisationMember.objects.select_related("organisation", "user").get(
        organisation=sheet.group.organisation_id, user=sheet.person
    )

    if request.method == "POST":
        pins.remove(member, by=request.user)
        messages.success(
            request,
            _("The Commander PIN of %(name)s is removed.") % {"name": sheet.person},
        )
        return redirect("chargers:user", group_id, user_id)

    context = {"group": sheet.group, "member": member}
    return render(request, "chargers/confirm_remove_pin.html", context)


def _sheet_or_404(
    request: UserRequest, group_id: UUID, user_id: UUID
) -> tuple[Sheet, AssignedFilter]:
    """Whom one may not see in this group is not there."""
    group = navigation.enter(request, Action.SEE_GROUP, group_id)
    person = User.objects.filter(pk=user_id).first()
    narrowing = AssignedFilter(request.GET)
    if person is None:
        raise Http404
    sheet = Sheet(
        person,
        group=group,
        seen_by=request.user,
        search=narrowing.search,
        everywhere=narrowing.is_everywhere,
    )
    if not sheet.memberships:
        raise Http404
    return sheet, narrowing


def _visible(sheet: Sheet) -> QuerySet[Membership]:
    return Membership.objects.filter(pk__in=[each.pk for each in sheet.memberships])


def _deny_unless_giving(sheet: Sheet) -> None:
    policy.get_or_deny(
        sheet.seen_by, Action.GIVE_ACCESS, _visible(sheet), see=Action.SEE_PERSON
    )


def _gone_or_404(sheet: Sheet, charger_ids: set[UUID]) -> set[UUID]:
    """Which chargers left the list; somebody else's charger is no charger."""
    chargers = Charger.objects.filter(organisation=sheet.group.organisation_id)
    known = sheet.assignable().filter(pk__in=charger_ids).values_list("pk", flat=True)
    gone = charger_ids - set(known)
    for pk in gone:
        policy.get_or_deny(
            sheet.seen_by,
            Action.ASSIGN_CHARGER,
            chargers,
            see=Action.SEE_CHARGER,
            pk=pk,
        )
    return gone


def _inside(sheet: Sheet, group_ids: Iterable[UUID]) -> set[UUID]:
    below = Group.objects.filter(pk__in=group_ids).and_below()
    return set(below.values_list("pk", flat=True)) & sheet.assignable_groups


def _places(sheet: Sheet, page: Page) -> list[Place]:
    everywhere = policy.roles_for(Action.START_CHARGE, Reach.ALL)
    may_change_role = sheet.memberships_open_to(Action.CHANGE_ROLE)
    may_suspend = sheet.memberships_open_to(Action.SUSPEND)
    lines = [line for line in page.lines if isinstance(line, ChargerLine)]
    return [
        Place(
            membership=membership,
            role_form=_role_form(membership)
            if membership.pk in may_change_role and not membership.is_owner
            else None,
            may_suspend=membership.pk in may_suspend and not membership.is_owner,
            charges_everywhere=membership.standing in everywhere,
            lines=[line for line in lines if sheet.is_inside(line.charger, membership)],
        )
        for membership in sheet.memberships
    ]


def _role_form(membership: Membership) -> RoleForm:
    return RoleForm(initial={"role": membership.role}, auto_id=f"id_%s_{membership.pk}")


def _ticked(request: UserRequest, sheet: Sheet, charger_id: UUID) -> HttpResponse:
    """What a tick changes on the page: the reason beside it, and the sums above it."""
    charger = Charger.objects.select_related("model").get(pk=charger_id)
    context = {
        **_addresses(request, sheet),
        "line": sheet.line_of(charger),
        "lines_above": sheet.lines_above(charger),
    }
    return render(request, "chargers/_user_ticked.html", context)


def _list_context(request: UserRequest, sheet: Sheet) -> dict[str, object]:
    page = sheet.page(_page_number(request))
    return {**_addresses(request, sheet), "page": page}


def _addresses(request: UserRequest, sheet: Sheet) -> dict[str, object]:
    return {
        "group": sheet.group,
        "person": sheet.person,
        "query": request.GET.urlencode(),
    }


def _saved(request: UserRequest, sheet: Sheet, gone: set[UUID]) -> HttpResponse:
    messages.success(request, _("The assigned chargers are saved."))
    if gone:
        left_out = _("Some chargers are no longer here; they were left out.")
        messages.warning(request, left_out)
    return _to_user(request, sheet)


def _to_user(request: UserRequest, sheet: Sheet) -> HttpResponse:
    address = reverse("chargers:user", args=[sheet.group.pk, sheet.person.pk])
    query = request.GET.urlencode()
    return redirect(f"{address}{'?' if query else ''}{query}#assigned")


def _page_number(request: UserRequest) -> int:
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _ids(request: UserRequest, name: str) -> set[UUID]:
    try:
        return {UUID(text) for text in request.POST.getlist(name)}
    except ValueError as error:
        raise BadRequest(f"{name} must be ids.") from error
