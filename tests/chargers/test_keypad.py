from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargers import charging
from chargers.keypad import Person, Refusal
from chargers.models import Charger, ChargerModel
from groups import pins, policy
from groups.models import OrganisationMember, PinClaim
from groups.policy import Action
from tests.factories import make_charger, make_group, make_member
from tests.groups.test_policy_oracle import World, random_world, rolled_back

pytestmark = pytest.mark.django_db


@settings(max_examples=40)
@given(dice=st.randoms(use_true_random=False))
def test_a_pin_opens_exactly_what_the_policy_allows_in_random_trees(dice):
    with rolled_back():
        world = random_world(dice)
        ChargerModel.objects.update(has_keypad=True)
        codes = give_everybody_a_pin(world)
        for charger in world.chargers:
            for person in world.people:
                code = codes[person.pk]
                decision = charging.authorize(charger, code)
                allowed = policy.can(person, Action.START_CHARGE, charger)

                found = decision.person and decision.person.id
                assert found == (person.pk if allowed else None)
                assert (decision.refusal is None) == allowed


def give_everybody_a_pin(world: World) -> dict:
    codes = {}
    for number, person in enumerate(world.people):
        codes[person.pk] = f"{4900 + number}"
        for organisation in {each.organisation_id for each in world.groups}:
            PinClaim.objects.create(
                organisation_id=organisation,
                user=person,
                digest=pins.digest(organisation, codes[person.pk]),
            )
    return codes


@pytest.fixture
def driver():
    return make_member(group=make_group(), pin="4907", name="Dora Driver")


@pytest.fixture
def charger(driver) -> Charger:
    group = OrganisationMember.objects.get(user=driver).organisation
    return make_charger(group=group, assigned_to=(driver,))


def test_the_person_is_named(charger, driver):
    decision = charging.authorize(charger, "4907")

    assert decision.person == Person(driver.pk, "Dora Driver")


def test_looking_a_pin_up_is_one_query(charger, django_assert_num_queries):
    with django_assert_num_queries(1):
        charging.authorize(charger, "4907")


@pytest.mark.parametrize("code", ["8531", "04A2B3", ""])
def test_every_refusal_takes_the_same_queries(
    charger, driver, code, django_assert_num_queries
):
    with django_assert_num_queries(3) as unknown:
        charging.authorize(charger, code)
    driver.assignments.all().delete()
    with django_assert_num_queries(3) as known:
        charging.authorize(charger, "4907")

    assert [query["sql"][:40] for query in unknown] == [
        query["sql"][:40] for query in known
    ]


def test_a_charger_that_moved_is_judged_where_it_stands_now(charger, driver):
    held = Charger.objects.get(pk=charger.pk)
    driver.assignments.all().delete()

    assert charging.authorize(held, "4907").refusal == Refusal.NOT_ASSIGNED
