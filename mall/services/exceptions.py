"""Differences between the payment platform and us: noted once, looked at by a person."""

from typing import Any

from django.db import transaction

from core import audit, clock
from mall.models import PayException


def note_exception(kind: str, ref: str, **detail: Any) -> None:
    """Note a difference; the same (kind, ref) is one row, whatever else was true later."""
    PayException.objects.get_or_create(
        kind=kind, ref=ref, defaults={"detail": detail, "at": clock.now()}
    )


@transaction.atomic
def resolve_exception(*, exception: PayException, reason: str) -> None:
    """A person has dealt with it."""
    changed = PayException.objects.filter(pk=exception.pk, resolved_at__isnull=True).update(
        resolved_at=clock.now()
    )
    if changed:
        audit.record("mall.pay_exception.resolved", exception, reason=reason)
