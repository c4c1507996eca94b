"""Whoever may not charge reads `Invalid`, each time, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from django.utils import timezone

from accounts.models import User
from chargers.models import Charger, ChargingSession
from groups import people, pins
from groups.models import AuditEntry, Group, OrganisationMember
from tests.chargers.ocpp.conftest import PIN
from tests.chargers.ocpp.station import PASSWORD, now, plugged_in
from tests.factories import assign, make_charger, make_group, make_member, membership_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@dataclass
class Scene:
    group: Group
    charger: Charger
    driver: User


def unknown_code(scene: Scene) -> str:
    return "8531"


def on_a_pulsar(scene: Scene) -> str:
    scene.charger = make_charger(
        group=scene.group,
        model="Wallbox Pulsar Plus",
        password=PASSWORD,
        assigned_to=(scene.driver,),
    )
    return PIN


def on_a_charger_not_assigned(scene: Scene) -> str:
    scene.charger = make_charger(group=scene.group, password=PASSWORD)
    return PIN


def on_a_strangers_charger(scene: Scene) -> str:
    scene.charger = make_charger(group=make_group(), password=PASSWORD)
    return PIN


def suspended(scene: Scene) -> str:
    owner = scene.group.owner
    assert owner is not None
    people.suspend(membership_of(scene.driver, scene.group), by=owner)
    return PIN


def inactive(scene: Scene) -> str:
    User.objects.filter(pk=scene.driver.pk).update(is_active=False)
    return PIN


def pin_removed(scene: Scene) -> str:
    member = OrganisationMember.objects.get(user=scene.driver)
    pins.remove(member, by=scene.driver)
    return PIN


def former_pin(scene: Scene) -> str:
    pins.choose(scene.driver, "6183")
    return PIN


def retired_while_connected(scene: Scene) -> str:
    Charger.objects.filter(pk=scene.charger.pk).update(retired_at=timezone.now())
    return PIN


def a_card(scene: Scene) -> str:
    return "04A2B3C4D5E6F7"


def a_vehicle(scene: Scene) -> str:
    return f"VID:{PIN}"


def other_digits(scene: Scene) -> str:
    return "٤٩٠٧"


def with_a_line_end(scene: Scene) -> str:
    return f"{PIN}\n"


def nothing_at_all(scene: Scene) -> str:
    return ""


REASONS = {
    unknown_code: "Unknown code",
    on_a_pulsar: "A Commander PIN does not count without a keypad",
    on_a_charger_not_assigned: "The charger is not assigned to the person",
    on_a_strangers_charger: "Unknown code",
    suspended: "The person is suspended",
    inactive: "The person's account is not active",
    pin_removed: "Unknown code",
    former_pin: "Unknown code",
    a_card: "Unknown card or tag",
    a_vehicle: "Unknown card or tag",
    other_digits: "Unknown card or tag",
    with_a_line_end: "Unknown card or tag",
    nothing_at_all: "Unknown card or tag",
}


@pytest.fixture
def scene(group, charger, driver) -> Scene:
    return Scene(group, charger, driver)


@pytest.mark.parametrize("arrange", REASONS, ids=lambda each: each.__name__)
def test_it_is_invalid_each_time_and_the_reason_is_for_the_audit_trail(
    gateway, scene, arrange
):
    code = arrange(scene)
    answers = set()
    with plugged_in(gateway, scene.charger) as station:
        for _ in range(3):
            station.say(json.dumps([2, "1", "Authorize", {"idTag": code}]))
            answers.add(station.socket.recv(10))

    assert answers == {'[3,"1",{"idTagInfo":{"status":"Invalid"}}]'}
    entries = AuditEntry.objects.filter(event="pin refused")
    assert {each.details for each in entries} == {REASONS[arrange]}
    assert {each.subject for each in entries} == {scene.charger.name}
    assert {each.group for each in entries} == {scene.charger.group}
    assert {each.actor for each in entries} == {None}
    assert len(entries) == 3


@pytest.mark.parametrize("arrange", REASONS, ids=lambda each: each.__name__)
def test_a_start_is_decided_again_and_counts_for_nobody(gateway, scene, arrange):
    code = arrange(scene)
    with plugged_in(gateway, scene.charger) as station:
        for number in range(2):
            transaction, verdict = station.start(code, meterStart=number)
            session = ChargingSession.objects.get(pk=transaction)
            assert verdict == "Invalid"
            assert session.user is None
            assert session.user_name == ""
            assert not session.is_open


def test_who_retires_is_refused_although_connected(gateway, scene):
    with plugged_in(gateway, scene.charger) as station:
        code = retired_while_connected(scene)
        assert station.authorize(code) == "Invalid"

    assert AuditEntry.objects.get(event="pin refused").details == (
        "The charger is retired"
    )


def test_who_is_removed_between_authorize_and_start_starts_nothing(
    gateway, scene, charger, driver
):
    with plugged_in(gateway, charger) as station:
        assert station.authorize(PIN) == "Accepted"
        people.remove(membership_of(driver, scene.group), by=scene.group.owner)

        assert station.start(PIN)[1] == "Invalid"


def test_who_is_given_access_after_a_refusal_may_start(gateway, scene, driver):
    on_a_charger_not_assigned(scene)
    with plugged_in(gateway, scene.charger) as station:
        report = {"timestamp": now(), "meterStart": 7}
        refused, _ = station.start(PIN, **report)
        assign(scene.charger, driver)

        transaction, verdict = station.start(PIN, **report)

    session = ChargingSession.objects.get(pk=transaction)
    assert (transaction, verdict) == (refused, "Accepted")
    assert (session.user, session.is_open, session.flags) == (driver, True, "")


def test_an_administrator_elsewhere_is_a_stranger_here(gateway, scene):
    elsewhere = make_group()
    make_member(group=elsewhere, role="administrator", user=scene.driver)
    scene.charger = make_charger(group=scene.group, password=PASSWORD)

    with plugged_in(gateway, scene.charger) as station:
        assert station.authorize(PIN) == "Invalid"


def test_energy_after_a_refusal_is_kept_and_is_nobodys(gateway, scene):
    with plugged_in(gateway, scene.charger) as station:
        transaction, verdict = station.start("8531", meterStart=1000)
        station.meter({"value": "1800"}, transactionId=transaction)
        station.stop(transaction, meterStop=2500)

    session = ChargingSession.objects.get()
    assert verdict == "Invalid"
    assert (session.user, session.energy_wh) == (None, 1500)
    assert session.flags == "unknown-token"


def test_a_refused_start_does_not_touch_the_charge_that_runs(gateway, scene):
    with plugged_in(gateway, scene.charger) as station:
        running, _ = station.start(PIN, meterStart=1000)
        refused, _ = station.start("8531", meterStart=1500)
        station.meter({"value": "1800"}, transactionId=refused)

    session = ChargingSession.objects.get(pk=running)
    assert session.is_open
    assert session.energy_wh == 0
    assert ChargingSession.objects.get(pk=refused).energy_wh == 300
