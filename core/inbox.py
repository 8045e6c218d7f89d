"""What came in, stored before it is acknowledged, with one effect for any number of copies."""

from django.db import connection, transaction

from core import clock, jobs
from core.models import InboxMessage

_STORE = """
INSERT INTO core_inboxmessage AS known (source, key, kind, body, state, reason, deliveries,
                                        received_at)
VALUES (%s, %s, %s, %s, 'stored', '', 1, %s)
ON CONFLICT (source, key) DO UPDATE SET deliveries = known.deliveries + 1
RETURNING id, deliveries
"""


def receive(source: str, key: str, kind: str, body: str, job_name: str) -> bool:
    """Store a push under its unique key and owe its handling; False for a copy.

    `key` is a hash of the decrypted content: sender and second of creation are shared
    by different true events. One statement stores or counts, where looking first and a
    savepoint would be five; a copy in flight waits for the end of the first.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_STORE, [source, key, kind[:60], body, clock.now()])
            inbox_id, deliveries = cursor.fetchone()
        if deliveries == 1:
            jobs.enqueue(job_name, {"inbox_id": inbox_id}, key=f"inbox:{inbox_id}")
    return bool(deliveries == 1)


def finish(message: InboxMessage) -> None:
    InboxMessage.objects.filter(pk=message.pk).update(
        state=InboxMessage.State.DONE, handled_at=clock.now(), reason=""
    )


def give_up(message: InboxMessage, reason: str) -> None:
    """Leave a message that makes no sense where a person can see it."""
    InboxMessage.objects.filter(pk=message.pk).update(
        state=InboxMessage.State.DEAD, handled_at=clock.now(), reason=reason[:2000]
    )
