from __future__ import annotations

from typing import TYPE_CHECKING

from groups.models import AuditEntry, Group

if TYPE_CHECKING:
    from accounts.models import User

Event = AuditEntry.Event


def record(
    event: AuditEntry.Event,
    *,
    group: Group,
    by: User | None,
    subject: object = "",
    details: object = "",
) -> AuditEntry:
    """Write one line of the organisation's audit trail, in the same transaction."""
    return AuditEntry.objects.create(
        organisation_id=group.organisation_id,
        group=group,
        actor=by,
        actor_name=str(by or ""),
        event=event,
        subject=str(subject)[:254],
        details=str(details)[:500],
    )
