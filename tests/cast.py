"""The people that most tests are about, around one organisation."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from accounts.models import User
from chargers.models import Charger, ChargingSession
from groups.models import Group, Role
from tests.factories import (
    make_charger,
    make_group,
    make_member,
    make_session,
    make_subgroup,
    make_user,
)


@dataclass(frozen=True)
class Cast:
    """An organisation with a site and its sibling, and somebody of every kind.

    The charger and the session are the site's; `user` is a User of the site with the
    charger assigned, and the session is theirs.
    """

    organisation: Group
    site: Group
    sibling: Group
    owner: User
    superadministrator: User
    administrator: User
    site_administrator: User
    sibling_administrator: User
    user: User
    suspended: User
    stranger: User
    support: User
    charger: Charger
    session: ChargingSession


@pytest.fixture
def cast(db: None) -> Cast:
    organisation = make_group(name="Harbour", owner=make_user(name="Olga Owner"))
    site = make_subgroup(parent=organisation, name="North Quay")
    sibling = make_subgroup(parent=organisation, name="South Quay")
    user = make_member(group=site, name="Uma User")
    charger = make_charger(group=site, name="Bay 1", assigned_to=(user,))
    stranger = make_user(name="Stan Stranger")
    make_group(name="Elsewhere", owner=stranger)
    assert organisation.owner is not None
    return Cast(
        organisation=organisation,
        site=site,
        sibling=sibling,
        owner=organisation.owner,
        superadministrator=make_member(
            group=organisation, role=Role.SUPERADMINISTRATOR, name="Sue Super"
        ),
        administrator=make_member(
            group=organisation, role=Role.ADMINISTRATOR, name="Adam Admin"
        ),
        site_administrator=make_member(
            group=site, role=Role.ADMINISTRATOR, name="Site Admin"
        ),
        sibling_administrator=make_member(
            group=sibling, role=Role.ADMINISTRATOR, name="Sibling Admin"
        ),
        user=user,
        suspended=make_member(group=site, suspended=True, name="Sam Suspended"),
        stranger=stranger,
        support=make_user(name="Stella Support", is_staff=True),
        charger=charger,
        session=make_session(charger=charger, user=user),
    )
