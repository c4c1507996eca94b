from __future__ import annotations

from groups.models.audit_entry import AuditEntry
from groups.models.group import Group, GroupQuerySet, hand_to_parent
from groups.models.membership import Membership, OrganisationMember, Role
from groups.models.pin_claim import PinCheck, PinClaim, PinRefusal

__all__ = [
    "AuditEntry",
    "Group",
    "GroupQuerySet",
    "Membership",
    "OrganisationMember",
    "PinCheck",
    "PinClaim",
    "PinRefusal",
    "Role",
    "hand_to_parent",
]
