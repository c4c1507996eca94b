from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import UserRequest
from chargers import history, units
from chargers.filters import SessionFilter
from chargers.models import ChargingSession
from chargers.sight import Extent, Sight
from groups import lists, navigation, policy
from groups.policy import Action


@require_safe
def session_list(request: UserRequest, group_id: UUID) -> HttpResponseBase:
    group = navigation.enter(request, Action.SEE_GROUP, group_id)
    sight = Sight.of(request.user, group, Action.SEE_SESSION)

    narrowing = SessionFilter(request.GET, sight=sight)
    sorting = lists.Sorting.from_text(
        history.SORT_COLUMNS, request.GET.get("sort", ""), default="-start"
    )
    found, in_order = (
        narrowing.apply(history.described(sight.sessions(in_order=way)))
        for way in (False, True)
    )
    if lists.wants_csv(request):
        rows = history.csv_rows(sorting.apply(found))
        return lists.csv_response("sessions", history.csv_header(), rows)

    listed, listed_in_order = (
        sorting.apply(way.filter(ended_at__isnull=narrowing.shows_open))
        for way in (found, in_order)
    )
    page = lists.page_of(listed, request.GET.get("page", ""), listed_in_order)
    context = {
        "group": group,
        "filter": narrowing,
        "sort": sorting.by,
        "page": page,
        "rows": [history.row_of(session) for session in page.rows],
        "only": _only(narrowing, page.rows),
        **live_context(sight, in_order),
    }
    return render(request, "chargers/sessions.html", context)


@require_safe
def live_sessions(request: UserRequest, group_id: UUID) -> HttpResponse:
    """The part of the Sessions page and of Home that changes by itself."""
    group = navigation.enter(request, Action.SEE_GROUP, group_id)
    sight = Sight.of(request.user, group, Action.SEE_SESSION)
    narrowing = SessionFilter(request.GET, sight=sight)
    found = narrowing.apply(sight.sessions(in_order=True))
    context = {"group": group, **live_context(sight, found)}
    return render(request, "chargers/_live.html", context)


@require_safe
def session_detail(request: UserRequest, session_uuid: UUID) -> HttpResponse:
    sessions = history.described(ChargingSession.objects.all())
    session = policy.get_or_deny(
        request.user,
        Action.SEE_SESSION,
        sessions,
        see=Action.SEE_SESSION,
        uuid=session_uuid,
    )
    navigation.stay_near(request, session.group)
    context = {
        "session": session,
        "row": history.row_of(session),
        "ending": history.ending_of(session),
        "meter_first": units.kwh_text(session.meter_start_wh),
        "meter_last": units.kwh_text(session.meter_last_wh),
        "readings": history.readings_of(session),
        "may_see_charger": policy.can(
            request.user, Action.SEE_CHARGER, session.charger
        ),
        "charger_url": session.charger.get_absolute_url(),
    }
    return render(request, "chargers/session.html", context)


def _only(narrowing: SessionFilter, sessions: Sequence[ChargingSession]) -> str:
    """Name whose sessions a link from elsewhere asked for, as far as they are seen."""
    if not sessions or not narrowing.is_valid():
        return ""
    row, wanted = history.row_of(sessions[0]), narrowing.cleaned_data
    words = (
        row.who if wanted["person"] else "",
        row.charger if wanted["charger"] else "",
    )
    return ", ".join(filter(None, words))


def live_context(
    sight: Sight, sessions: QuerySet[ChargingSession]
) -> dict[str, object]:
    """What `chargers/_live.html` needs."""
    going_on = list(history.live(sessions))
    return {
        "only_own": sight.extent is Extent.OWN,
        "live": [history.row_of(each) for each in going_on[: history.LIVE_AT_MOST]],
        "has_more_live": len(going_on) > history.LIVE_AT_MOST,
    }
