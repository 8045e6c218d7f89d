"""What came in, stored before it is acknowledged, with one effect for any number of copies."""

from django.db import transaction
from django.db.models import F

from core import clock, jobs
from core.models import InboxMessage


def receive(source: str, key: str, kind: str, body: str, job_name: str) -> bool:
    """Store a push under its unique key and owe its handling; False for a copy.

    `key` is a hash of the decrypted content: sender and second of creation are shared
    by different true events.
    """
    with transaction.atomic():
        message, created = InboxMessage.objects.get_or_create(
            source=source,
            key=key,
            defaults={"kind": kind[:60], "body": body, "received_at": clock.now()},
        )
        if created:
            jobs.enqueue(job_name, {"inbox_id": message.pk}, key=f"inbox:{message.pk}")
    if not created:
        InboxMessage.objects.filter(pk=message.pk).update(deliveries=F("deliveries") + 1)
    return created


def finish(message: InboxMessage) -> None:
    InboxMessage.objects.filter(pk=message.pk).update(
        state=InboxMessage.State.DONE, handled_at=clock.now(), reason=""
    )


def give_up(message: InboxMessage, reason: str) -> None:
    """Leave a message that makes no sense where a person can see it."""
    InboxMessage.objects.filter(pk=message.pk).update(
        state=InboxMessage.State.DEAD, handled_at=clock.now(), reason=reason[:2000]
    )
