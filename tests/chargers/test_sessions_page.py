from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from chargers.models import ChargingSession, MeterReading
from groups.models import Group
from tests import factories


@pytest.fixture(autouse=True)
def signed_in(client, cast):
    client.force_login(cast.administrator)


def words(response) -> str:
    return " ".join(response.content.decode().split())


def sessions_url(group: Group, query: str = "") -> str:
    return reverse("chargers:sessions", args=[group.pk]) + query


def listed(client, url: str) -> set[ChargingSession]:
    return {row.session for row in client.get(url).context["rows"]}


def test_administrator_sees_everyones_sessions_live_ones_on_top(client, cast):
    live = factories.make_session(
        charger=cast.charger, user=cast.user, hours=None, energy_wh=3215
    )
    live.power_w = 7380
    live.save()

    page = words(client.get(sessions_url(cast.organisation)))

    assert page.index("Charging now") < page.index("3.22") < page.index("7.40 kWh")
    assert "7.4 kW" in page
    assert "Bay 1 · North Quay" in page
    assert "Uma User" in page
    assert "1:00 h" in page


def test_user_sees_only_their_own(client, cast):
    factories.make_session(charger=cast.charger, user=cast.administrator)
    factories.make_session(charger=cast.charger, user=cast.administrator, hours=None)
    client.force_login(cast.user)

    response = client.get(sessions_url(cast.site))

    assert listed(client, sessions_url(cast.site)) == {cast.session}
    assert response.context["live"] == []
    assert "Adam Admin" not in words(response)


def test_an_administrator_of_a_part_sees_that_part(client, cast):
    pier = factories.make_charger(group=cast.sibling)
    there = factories.make_session(charger=pier, user=cast.administrator)
    client.force_login(cast.sibling_administrator)

    assert listed(client, sessions_url(cast.sibling)) == {there}
    assert client.get(sessions_url(cast.site)).status_code == 404


def test_live_part_renews_itself_alone(client, cast):
    factories.make_session(charger=cast.charger, user=None, hours=None, energy_wh=4321)
    url = reverse("chargers:live_sessions", args=[cast.site.pk])
    assert f'hx-get="{url}' in words(client.get(sessions_url(cast.site)))

    part = words(client.get(url))

    assert part.startswith("<section")
    assert "4.32" in part
    assert "Unknown person" in part


def test_live_part_obeys_the_filter(client, cast):
    factories.make_session(charger=cast.charger, user=cast.user, hours=None)
    url = reverse("chargers:live_sessions", args=[cast.site.pk])

    assert "Uma User" in words(client.get(url + "?q=uma"))
    assert "Nobody is charging" in words(client.get(url + "?q=adam"))


def test_many_live_ones_are_on_a_list_of_their_own(client, cast):
    for _ in range(13):
        charger = factories.make_charger(group=cast.site)
        factories.make_session(charger=charger, user=cast.user, hours=None)

    page = client.get(sessions_url(cast.site))
    assert len(page.context["live"]) == 12
    assert "?state=open" in words(page)

    assert len(listed(client, sessions_url(cast.site, "?state=open"))) == 13


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"uma", "adam", "flagged"}),
        ("?q=UMA", {"uma"}),
        ("?q=pier", {"adam"}),
        ("?state=flagged", {"flagged"}),
        ("?state=ended&since=2026-03-02&until=2026-03-02", {"adam"}),
        ("?since=2026-03-02", {"adam", "uma", "flagged"}),
        ("?until=2026-03-01", set()),
        ("?since=nonsense", set()),
        ("?person=nonsense", set()),
        ("?sort=nonsense&page=-1", {"uma", "adam", "flagged"}),
    ],
)
def test_sessions_are_searched_and_filtered(client, cast, query, expected):
    pier = factories.make_charger(group=cast.sibling, name="Pier")
    flagged = factories.make_session(charger=cast.charger)
    flagged.flags = "clock"
    flagged.save()
    adam = factories.make_session(
        charger=pier,
        user=cast.administrator,
        started_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
    )
    by_name = {"uma": cast.session, "adam": adam, "flagged": flagged}

    found = listed(client, sessions_url(cast.organisation, query))

    assert found == {by_name[name] for name in expected}


def test_sessions_of_a_person_a_charger_or_a_subgroup(client, cast):
    pier = factories.make_charger(group=cast.sibling, name="Pier")
    other = factories.make_session(charger=pier, user=cast.administrator)
    url = sessions_url(cast.organisation)

    assert listed(client, f"{url}?person={cast.user.pk}") == {cast.session}
    assert listed(client, f"{url}?charger={pier.pk}") == {other}
    assert listed(client, f"{url}?subgroup={cast.sibling.pk}") == {other}
    assert "Only Pier" in words(client.get(f"{url}?charger={pier.pk}"))


def test_a_day_is_a_day_where_the_person_is(client, cast):
    cast.administrator.time_zone = "Pacific/Auckland"
    cast.administrator.save()
    late = factories.make_session(
        charger=cast.charger, started_at=datetime(2026, 3, 2, 22, tzinfo=UTC)
    )

    url = sessions_url(cast.site, "?since=2026-03-03&until=2026-03-03")

    assert listed(client, url) == {late}
    assert client.get(url).context["rows"][0].start == "3 Mar 2026, 11:00"


@pytest.mark.parametrize("sort", ["start", "end", "who", "charger", "energy"])
def test_sessions_are_sorted_both_ways(client, cast, sort):
    pier = factories.make_charger(group=cast.sibling, name="Pier")
    factories.make_session(
        charger=pier,
        user=make_zoe(cast),
        energy_wh=9000,
        started_at=timezone.now() - timedelta(hours=1),
    )

    up = client.get(sessions_url(cast.organisation, f"?sort={sort}"))
    down = client.get(sessions_url(cast.organisation, f"?sort=-{sort}"))

    assert [row.energy for row in up.context["rows"]] == ["7.40", "9.00"]
    assert [row.energy for row in down.context["rows"]] == ["9.00", "7.40"]


def make_zoe(cast):
    return factories.make_member(group=cast.site, name="Zoe")


def test_the_csv_has_decimal_kwh_and_times_of_the_person(client, cast):
    cast.administrator.time_zone = "Europe/Madrid"
    cast.administrator.save()
    cast.session.delete()
    session = factories.make_session(
        charger=cast.charger,
        user=cast.user,
        energy_wh=12345,
        started_at=datetime(2026, 7, 1, 10, tzinfo=UTC),
    )
    session.flags = "never-stopped clock"
    session.save()

    response = client.get(sessions_url(cast.organisation, "?format=csv"))

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1] == [
        "Uma User",
        "Bay 1",
        "North Quay",
        "2026-07-01T12:00:00+02:00",
        "2026-07-01T13:00:00+02:00",
        "60",
        "12.345",
        "The charger never reported its end; The charger's clock was wrong",
    ]


def test_the_csv_of_a_user_holds_only_their_own(client, cast):
    factories.make_session(charger=cast.charger, user=cast.administrator)
    client.force_login(cast.user)

    response = client.get(sessions_url(cast.site, "?format=csv"))

    text = b"".join(response.streaming_content).decode()
    assert "Uma User" in text
    assert "Adam Admin" not in text


def test_empty_pages_say_what_to_do_next(client, cast):
    assert "As soon as somebody charges" in words(
        client.get(sessions_url(cast.sibling))
    )
    client.force_login(factories.make_member(group=cast.sibling))
    page = words(client.get(sessions_url(cast.sibling)))
    assert "Set your Commander PIN" in page
    assert reverse("chargers:pin") in page


def test_a_session_has_a_page_with_its_readings(client, cast):
    session = cast.session
    session.flags = "meter-backwards"
    session.save()
    MeterReading.objects.create(
        charger=cast.charger,
        connector_number=1,
        session=session,
        measured_at=session.started_at,
        register_wh=3500,
        power_w=7400,
    )

    page = words(client.get(session.get_absolute_url()))

    for word in (
        "Uma User at Bay 1",
        "The meter went backwards",
        "2.50 kWh",
        "7.4 kW",
        "1.00 → 8.40 kWh",
        cast.charger.get_absolute_url(),
    ):
        assert word in page


def test_a_session_is_seen_by_its_person_and_administrators(client, cast):
    url = cast.session.get_absolute_url()
    other = factories.make_member(group=cast.site)

    for persona, status in (
        (cast.user, 200),
        (cast.site_administrator, 200),
        (cast.sibling_administrator, 404),
        (cast.stranger, 404),
        (other, 404),
    ):
        client.force_login(persona)
        assert client.get(url).status_code == status
    assert client.post(url).status_code == 405


def test_ones_session_stays_readable_after_losing_the_charger(client, cast):
    cast.charger.assignments.all().delete()
    client.force_login(cast.user)

    page = words(client.get(cast.session.get_absolute_url()))

    assert "7.40" in page
    assert cast.charger.get_absolute_url() not in page


@pytest.mark.parametrize("name", ["sessions", "live_sessions"])
def test_stranger_gets_404_and_a_wrong_method_405(client, cast, name):
    url = reverse(f"chargers:{name}", args=[cast.site.pk])

    assert client.post(url).status_code == 405
    client.force_login(cast.stranger)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("number", [1, 60])
def test_a_page_takes_nine_queries_whatever_its_length(
    client, cast, number, django_assert_max_num_queries
):
    for hours in range(number):
        factories.make_session(charger=cast.charger, user=cast.user, hours=hours)
    client.get(sessions_url(cast.organisation))

    with django_assert_max_num_queries(9):
        client.get(sessions_url(cast.organisation))
