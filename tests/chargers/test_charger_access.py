from __future__ import annotations

import itertools

import pytest
from django.utils import timezone

from accounts.models import User
from chargers import access
from chargers.models import Charger
from groups import policy
from groups.models import Group, Role
from groups.policy import Action
from tests import factories

pytestmark = pytest.mark.django_db

RELATIONS = [
    None,
    (Role.USER, False),
    (Role.USER, True),
    (Role.ADMINISTRATOR, False),
    (Role.ADMINISTRATOR, True),
    (Role.SUPERADMINISTRATOR, False),
]


@pytest.fixture
def company() -> Group:
    return factories.make_group(name="Acme")


@pytest.fixture
def site(company: Group) -> Group:
    return factories.make_subgroup(parent=company, name="Site")


def related(user: User, group: Group, relation: tuple[Role, bool] | None) -> None:
    if relation is not None:
        role, suspended = relation
        factories.make_member(group=group, role=role, user=user, suspended=suspended)


def chargers_all_over(company: Group, site: Group) -> list[Charger]:
    floor = factories.make_subgroup(parent=site, name="Floor")
    sibling = factories.make_subgroup(parent=company, name="Sibling")
    elsewhere = factories.make_group(name="Elsewhere")
    places = [company, site, floor, sibling, elsewhere]
    return [factories.make_charger(group=place) for place in places]


def test_explanations_agree_with_the_policy_for_every_relation(company, site):
    chargers = chargers_all_over(company, site)
    for above, here in itertools.product(RELATIONS, RELATIONS):
        user = factories.make_user()
        related(user, company, above)
        related(user, site, here)
        if above or here:
            factories.assign(chargers[1], user)
            factories.assign(chargers[3], user)

        explained = access.access_of(user, chargers)

        for charger in chargers:
            allowed = policy.can(user, Action.START_CHARGE, charger)
            assert explained[charger.pk].allowed == allowed, (above, here, charger)
            assert access.access_to(charger, [user])[user.pk] == explained[charger.pk]
            assert access.explain(user, charger) == explained[charger.pk]


def test_everybody_who_may_charge_is_among_the_people_with_access(company, site):
    charger = factories.make_charger(group=site)
    for above, here in itertools.product(RELATIONS, RELATIONS):
        user = factories.make_user()
        related(user, company, above)
        related(user, site, here)
        if above == (Role.USER, False):
            factories.assign(charger, user)

    named = set(access.people_with_access(charger))

    for user in User.objects.all():
        if policy.can(user, Action.START_CHARGE, charger):
            assert user in named


@pytest.mark.parametrize(
    ("role", "suspended", "assigned", "reason"),
    [
        (Role.SUPERADMINISTRATOR, False, False, "Super-administrator of Acme"),
        (Role.ADMINISTRATOR, False, True, "Administrator of Acme"),
        (Role.ADMINISTRATOR, True, True, "Suspended in Acme"),
        (Role.USER, False, True, "Assigned"),
        (Role.USER, False, False, "Not assigned"),
        (Role.USER, True, True, "Suspended in Acme"),
    ],
)
def test_the_reason_is_said_in_words(company, site, role, suspended, assigned, reason):
    user = factories.make_member(group=company, role=role, suspended=suspended)
    charger = factories.make_charger(group=site)
    if assigned:
        factories.assign(charger, user)

    assert access.explain(user, charger).reason == reason


def test_a_member_of_another_part_of_the_tree_is_told_so(company, site):
    sibling = factories.make_subgroup(parent=company, name="Sibling")
    user = factories.make_member(group=sibling)
    charger = factories.make_charger(group=site)

    assert access.explain(user, charger).reason == "Not a member of Site"

    factories.assign(charger, user)
    assert access.explain(user, charger).reason == (
        "Assigned, but not a member of Site"
    )


def test_nobody_charges_on_a_retired_charger(company):
    charger = factories.make_charger(group=company)
    charger.retired_at = timezone.now()
    assert company.owner

    explained = access.explain(company.owner, charger)

    assert explained == access.Access(False, "This charger is retired")


def test_a_person_without_access_is_not_named(company):
    user = factories.make_member(group=company)
    charger = factories.make_charger(group=company)

    assert user not in access.people_with_access(charger)


def test_the_number_of_queries_does_not_follow_the_number_of_chargers(
    company, site, django_assert_num_queries
):
    user = factories.make_member(group=company)
    chargers = [
        factories.make_charger(group=group, assigned_to=(user,))
        for group in [company, site] * 5
    ]

    with django_assert_num_queries(3):
        explained = access.access_of(user, chargers)

    assert len(explained) == 10


def test_a_move_tells_whose_access_it_gives_and_takes(company, site):
    other = factories.make_subgroup(parent=company, name="Other")
    loses = factories.make_member(group=site, role=Role.ADMINISTRATOR)
    gains = factories.make_member(group=other)
    charger = factories.make_charger(group=site, assigned_to=(gains,))

    changes = access.changed_by_move(charger, to=other)

    told = {change.person: change.after.reason for change in changes}
    assert told == {loses: "Not a member of Other", gains: "Assigned"}


def test_an_inactive_account_may_nothing_and_the_page_says_why(company, site):
    user = factories.make_member(group=site, role=Role.ADMINISTRATOR)
    charger = factories.make_charger(group=site, assigned_to=(user,))
    user.is_active = False
    user.save()

    explained = access.explain(user, charger)

    assert explained == access.Access(False, "The account is not active")
    assert not policy.can(user, Action.START_CHARGE, charger)
