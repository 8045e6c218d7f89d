"""One audit row beside every privileged change, in the same transaction."""

from typing import Any

from django.db import models

from core import clock
from core.context import acting
from core.models import AuditEntry


def record(
    action: str,
    subject: models.Model | None = None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write who did `action` (a dotted key such as `members.points.granted`).

    `before` and `after` hold only what changed, and never a secret or a full phone.
    """
    who = acting()
    AuditEntry.objects.create(
        at=clock.now(),
        actor_kind=who.kind,
        actor_id=who.id,
        actor_label=who.label,
        behalf_of=who.behalf_of,
        action=action,
        subject_kind=subject._meta.label_lower if subject is not None else "",
        subject_id=_subject_id(subject),
        before=before or {},
        after=after or {},
        reason=reason,
        ip=who.ip,
        request_id=who.request_id,
    )


def _subject_id(subject: models.Model | None) -> str:
    if subject is None:
        return ""
    return str(getattr(subject, "public_id", subject.pk))
