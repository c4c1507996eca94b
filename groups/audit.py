from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils import translation

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
    entry = line(event, group=group, by=by, subject=subject, details=details)
    entry.save(force_insert=True)
    return entry


def record_all(lines: Iterable[AuditEntry]) -> None:
    AuditEntry.objects.bulk_create(lines, batch_size=500)


def line(
    event: AuditEntry.Event,
    *,
    group: Group,
    by: User | None,
    subject: object = "",
    details: object = "",
) -> AuditEntry:
    """Return a line that is not written yet."""
    # Kept without a language: `details_text` says it in the reader's.
    with translation.override(None):
        kept = str(details)
    return AuditEntry(
        organisation_id=group.organisation_id,
        group=group,
        actor=by,
        actor_name=str(by or ""),
        event=event,
        subject=str(subject)[:254],
        details=kept[:500],
    )
