"""What a person decides about a suspect scan."""

from django.db import transaction

from acquisition.models import Card, Scan
from acquisition.services.consumption import consume
from core import audit
from core.locks import lock_objects
from members.models import Contact


@transaction.atomic
def clear_suspect(*, scan: Scan, contact: Contact | None = None, reason: str) -> None:
    """Believe a scan: its contact gets the card, or it waits for an add like any other."""
    believed = contact or scan.contact
    audit.record("acquisition.scan.cleared", scan, before={"reason": scan.reason}, reason=reason)
    if believed is not None:
        consume(scan, believed, by="person")
        return
    _reopen_card(scan)
    Scan.objects.filter(pk=scan.pk, state=Scan.State.SUSPECT).update(
        state=Scan.State.WAITING, reason=""
    )


@transaction.atomic
def reject_suspect(*, scan: Scan, reason: str) -> None:
    """Turn a scan down: its card is free for whoever holds it rightly."""
    audit.record("acquisition.scan.rejected", scan, before={"reason": scan.reason}, reason=reason)
    Scan.objects.filter(pk=scan.pk, state=Scan.State.SUSPECT).update(state=Scan.State.EXPIRED)
    _reopen_card(scan)


def _reopen_card(scan: Scan) -> None:
    """The card is suspect no longer, unless another scan of it is."""
    lock_objects(Card, [scan.card_id])
    others = Scan.objects.filter(card_id=scan.card_id, state=Scan.State.SUSPECT)
    if others.exclude(pk=scan.pk).exists():
        return
    Card.objects.filter(pk=scan.card_id, state=Card.State.SUSPECT).update(
        state=Card.State.SCANNED, suspect_reason=""
    )
