"""Looking at PIN claims as a charger would, by digests alone."""

from __future__ import annotations

from groups import pins
from groups.models import OrganisationMember, PinClaim


def member_of(user, group):
    return OrganisationMember.objects.get(user=user, organisation=group.organisation_id)


def owner_of(group):
    return group.owner


def holder_of(pin, group):
    """Who holds `pin` by the digests alone, as a charger would look it up."""
    digest = pins.digest(group.organisation_id, pin)
    claim = PinClaim.objects.filter(digest=digest, holder__isnull=False).first()
    return claim and claim.user
