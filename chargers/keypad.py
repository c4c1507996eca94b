"""What a code typed at a charger means: whose it is, and may they charge there now.

One statement fetches every fact, whether the code is known or not, so that a refusal
takes the same work whatever its reason. Who may is said by `policy`, not here; a test
over random trees holds the answers to `policy.can(person, START_CHARGE, charger)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chargers import connections
from chargers.models import Charger
from groups import pins, policy
from groups.policy import Action, Reach

# One row for each membership of the code's holder that reaches the charger, at least
# one in any case.
FACTS = """
SELECT charger.connection_key,
       charger.retired_at IS NOT NULL,
       model.has_keypad,
       person.id,
       person.name,
       person.email,
       person.is_active,
       membership.standing,
       assignment.id IS NOT NULL
FROM chargers_charger charger
JOIN chargers_chargermodel model ON model.id = charger.model_id
LEFT JOIN groups_pinclaim claim
    ON claim.organisation_id = charger.organisation_id AND claim.digest = %s
LEFT JOIN accounts_user person ON person.id = claim.holder
LEFT JOIN groups_membership membership
    ON membership.user_id = person.id AND membership.group_id IN (
        WITH RECURSIVE above(id, parent_id) AS (
            SELECT id, parent_id FROM groups_group WHERE id = charger.group_id
            UNION
            SELECT parent.id, parent.parent_id FROM groups_group parent
            JOIN above ON parent.id = above.parent_id
        ) SELECT id FROM above
    )
LEFT JOIN chargers_assignment assignment
    ON assignment.user_id = person.id AND assignment.charger_id = charger.id
WHERE charger.id = %s
"""
CONNECTION_KEY = Charger._meta.get_field("connection_key")
EVERYWHERE = frozenset(policy.roles_for(Action.START_CHARGE, Reach.ALL))
WHERE_ASSIGNED = frozenset(policy.roles_for(Action.START_CHARGE, Reach.ASSIGNED))


class Refusal(models.TextChoices):
    """Why a token starts nothing; for administrators, never for the charger."""

    RETIRED = "retired", _("The charger is retired")
    NOT_A_PIN = "not-a-pin", _("Unknown card or tag")
    NO_KEYPAD = "no-keypad", _("A Commander PIN does not count without a keypad")
    UNKNOWN = "unknown", _("Unknown code")
    INACTIVE = "inactive", _("The person's account is not active")
    STRANGER = "stranger", _("The person is not a member here")
    SUSPENDED = "suspended", _("The person is suspended")
    NOT_ASSIGNED = "not-assigned", _("The charger is not assigned to the person")


@dataclass(frozen=True)
class Person:
    id: UUID
    name: str


@dataclass(frozen=True)
class Decision:
    """A person who may charge, or else why nobody may."""

    person: Person | None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class _Facts:
    is_retired: bool
    has_keypad: bool
    person: Person | None
    is_active: bool
    standings: frozenset[str]
    is_assigned: bool


def decide(charger: Charger, token: str) -> Decision:
    """Raise connections.Over where the connection that asks is not the present one."""
    facts = _look_up(charger, token)
    refusal = _refusal(facts, is_pin=pins.is_well_formed(token))
    return Decision(None, refusal) if refusal else Decision(facts.person)


def _look_up(charger: Charger, token: str) -> _Facts:
    digest = pins.digest(charger.organisation_id, token)
    key = Charger._meta.pk.get_db_prep_value(charger.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [digest, key])
        rows = cursor.fetchall()
    present, retired, keypad, person_id, name, email, active, _, assigned = rows[0]
    connections.require_present(charger, CONNECTION_KEY.to_python(present))
    return _Facts(
        is_retired=bool(retired),
        has_keypad=bool(keypad),
        person=person_id and Person(User._meta.pk.to_python(person_id), name or email),
        is_active=bool(active),
        standings=frozenset(row[7] for row in rows if row[7]),
        is_assigned=bool(assigned),
    )


def _refusal(facts: _Facts, *, is_pin: bool) -> Refusal | None:
    if facts.is_retired:
        return Refusal.RETIRED
    if not is_pin:
        return Refusal.NOT_A_PIN
    if not facts.has_keypad:
        return Refusal.NO_KEYPAD
    if facts.person is None:
        return Refusal.UNKNOWN
    if not facts.is_active:
        return Refusal.INACTIVE
    return _refusal_by_role(facts)


def _refusal_by_role(facts: _Facts) -> Refusal | None:
    if facts.standings & EVERYWHERE:
        return None
    if facts.standings & WHERE_ASSIGNED:
        return None if facts.is_assigned else Refusal.NOT_ASSIGNED
    return Refusal.SUSPENDED if facts.standings else Refusal.STRANGER
