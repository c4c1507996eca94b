from __future__ import annotations

import itertools

import pytest

from chargers.models import Charger, ChargingSession
from chargers.sight import Sight
from groups import policy
from groups.models import Role
from groups.policy import Action
from tests import factories

pytestmark = pytest.mark.django_db

RELATIONS = [None, *Role, "suspended"]


def join(user, group, relation):
    if relation is not None:
        role = Role.ADMINISTRATOR if relation == "suspended" else relation
        factories.make_member(
            group=group, user=user, role=role, suspended=relation == "suspended"
        )


def test_sight_is_what_the_policy_lets_see_inside_a_group():
    company = factories.make_group()
    site = factories.make_subgroup(parent=company)
    floor = factories.make_subgroup(parent=site)
    sibling = factories.make_subgroup(parent=company)
    elsewhere = factories.make_group()
    chargers = [
        factories.make_charger(group=group)
        for group in (company, site, floor, sibling, elsewhere)
    ]
    for above, here in itertools.product(RELATIONS, RELATIONS):
        user = factories.make_user()
        join(user, company, above)
        join(user, site, here)
        for charger in chargers[1:4:2] if above or here else []:
            factories.assign(charger, user)
        for charger in chargers[:4]:
            factories.make_session(charger=charger, user=user)

        for group in (company, site, floor, sibling):
            inside = group.and_below()
            sight = Sight.of(user, group, Action.SEE_CHARGER)
            expected = policy.scope(
                user, Action.SEE_CHARGER, Charger.objects.filter(group__in=inside)
            )
            assert set(sight.chargers()) == set(expected), (above, here, group)
            assert set(sight.chargers(in_order=True)) == set(expected)

            sight = Sight.of(user, group, Action.SEE_SESSION)
            allowed = policy.scope(
                user,
                Action.SEE_SESSION,
                ChargingSession.objects.filter(group__in=inside),
            )
            assert set(sight.sessions()) == set(allowed), (above, here, group)
            assert set(sight.sessions(in_order=True)) == set(allowed)


def test_what_is_below_one_of_the_groups_is_known_without_a_query(
    django_assert_num_queries,
):
    company = factories.make_group()
    site = factories.make_subgroup(parent=company, name="Site")
    floor = factories.make_subgroup(parent=site, name="Floor")
    factories.make_subgroup(parent=company, name="Another")
    assert company.owner

    with django_assert_num_queries(1):
        sight = Sight.of(company.owner, company, Action.SEE_CHARGER)
        below = sight.below(site)

    assert below == [site.pk, floor.pk]
