from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.http import UserRequest
from accounts.models import User
from chargers import access, history, roster
from chargers.filters import ChargerFilter
from chargers.models import Charger
from chargers.sight import Sight
from groups import lists, navigation, policy
from groups.policy import Action

RECENT_SESSIONS = 10
FIRST_PEOPLE = 8


@require_safe
def charger_list(request: UserRequest, group_id: UUID) -> HttpResponseBase:
    group = navigation.enter(request, Action.SEE_GROUP, group_id)
    sight = Sight.of(request.user, group, Action.SEE_CHARGER)

    narrowing = ChargerFilter(request.GET, sight=sight)
    sorting = lists.Sorting.from_text(
        roster.SORT_COLUMNS, request.GET.get("sort", ""), default="name"
    )
    found, in_order = (
        sorting.apply(narrowing.apply(roster.described(sight.chargers(in_order=way))))
        for way in (False, True)
    )
    if lists.wants_csv(request):
        rows = roster.csv_rows(found, seen_by=request.user)
        return lists.csv_response("chargers", roster.csv_header(), rows)

    page = lists.page_of(found, request.GET.get("page", ""), in_order)
    context = {
        "group": group,
        "filter": narrowing,
        "sort": sorting.by,
        "page": page,
        "rows": roster.rows_of(page.rows, seen_by=request.user),
    }
    return render(request, "chargers/list.html", context)


@require_safe
def charger_detail(request: UserRequest, charger_id: UUID) -> HttpResponse:
    charger = load(request, Action.SEE_CHARGER, charger_id)
    may_edit = policy.can(request.user, Action.EDIT_CHARGER, charger)
    latest = policy.scope(
        request.user, Action.SEE_SESSION, history.described(charger.sessions.all())
    ).order_by("-started_at", "-pk")

    people = list(_people(charger)[: FIRST_PEOPLE + 1]) if may_edit else []
    context = {
        **_state_context(request.user, charger),
        "may_edit": may_edit,
        "own_access": access.explain(request.user, charger),
        "people": _explained(charger, people[:FIRST_PEOPLE]),
        "has_more_people": len(people) > FIRST_PEOPLE,
        "sessions": [history.row_of(each) for each in latest[:RECENT_SESSIONS]],
        "all_sessions_url": _sessions_url(charger),
        "gateway_url": settings.GATEWAY_URL,
    }
    return render(request, "chargers/detail.html", context)


@require_safe
def charger_state(request: UserRequest, charger_id: UUID) -> HttpResponse:
    """The part of the charger's page that changes by itself."""
    charger = load(request, Action.SEE_CHARGER, charger_id)
    context = _state_context(request.user, charger)
    return render(request, "chargers/_state.html", context)


@require_safe
def charger_people(request: UserRequest, charger_id: UUID) -> HttpResponse:
    charger = load(request, Action.SEE_PEOPLE, charger_id)
    page = lists.page_of(_people(charger), request.GET.get("page", ""))
    context = {
        "charger": charger,
        "page": page,
        "people": _explained(charger, list(page.rows)),
    }
    return render(request, "chargers/people.html", context)


def load(request: UserRequest, action: Action, charger_id: UUID) -> Charger:
    """Return the charger of a page about it, by the rule of `policy.get_or_deny`."""
    chargers = roster.described(
        Charger.objects.select_related("group__organisation", "model")
    )
    charger = policy.get_or_deny(
        request.user, action, chargers, see=Action.SEE_CHARGER, pk=charger_id
    )
    navigation.stay_near(request, charger.group)
    return charger


def _sessions_url(charger: Charger) -> str:
    there = reverse("chargers:sessions", args=[charger.group_id])
    return f"{there}?charger={charger.pk}"


def _state_context(user: User, charger: Charger) -> dict[str, object]:
    visible = policy.scope(user, Action.SEE_SESSION, charger.sessions.all())
    return {
        "charger": charger,
        "row": roster.rows_of([charger], seen_by=user)[0],
        "live": [history.row_of(session) for session in history.live(visible)],
    }


def _people(charger: Charger) -> QuerySet[User]:
    return access.people_with_access(charger).order_by("name", "pk")


def _explained(
    charger: Charger, people: list[User]
) -> list[tuple[User, access.Access]]:
    explained = access.access_to(charger, people)
    return [(person, explained[person.pk]) for person in people]
