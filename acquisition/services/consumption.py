"""A card serves one person: the first whose adding is matched with a scan of it."""

import datetime as dt

from django.db import transaction

from acquisition.contracts import SUSPICIONS, CardConsumed
from acquisition.models import Card, Scan
from acquisition.services.cards import advance
from acquisition.services.holds import promise
from core import clock, events
from core.locks import lock_name, lock_objects
from members.models import Contact
from members.services import is_new, join_login, note, tag_member

SLACK = dt.timedelta(minutes=5)
"""Our clock and the source's may differ by this much."""

State = Scan.State


@transaction.atomic
def consume(scan: Scan, contact: Contact, *, by: str) -> bool:
    """Match a scan with the contact that came of it, and use the card up.

    `by` is unionid, link, slot, existing or person. False when the card has served
    somebody else: the scan is then suspect. Idempotent.
    """
    lock_objects(Card, [scan.card_id])
    card = Card.objects.select_related("batch__benefit").get(pk=scan.card_id)
    scan.refresh_from_db(fields=["state"])
    if scan.state == State.MATCHED:
        return True
    counts = _is_new(contact, scan, dt.timedelta(0) if by == "existing" else SLACK)
    if not _use_up(card, contact, is_new=counts):
        suspect(scan, contact, "used")
        return False

    _match(scan, contact, by)
    _befriend(scan, contact, card, by)
    promise(scan, card, contact.member)
    events.announce(
        CardConsumed(card.pk, card.batch_id, contact.member_id, contact.staff_id, counts)
    )
    return True


def suspect(scan: Scan, contact: Contact | None, reason: str) -> None:
    """Hold a scan where a person decides; the card says so while it is unused."""
    scan.state, scan.reason = State.SUSPECT, reason
    if contact is not None:
        scan.contact = contact
    scan.save(update_fields=["state", "reason", "contact"])
    card = Card.objects.get(pk=scan.card_id)
    if card.consumed_by_id is None:
        advance(card, Card.State.SUSPECT, suspect_reason=SUSPICIONS[reason][:120])


def _is_new(contact: Contact, scan: Scan, slack: dt.timedelta) -> bool:
    """引流 counts a person once: by their first friendship, when it began after the scan."""
    lock_name("newcomer", contact.member_id)
    counted = Card.objects.filter(consumed_by_id=contact.member_id, is_new_person=True)
    began_after = contact.added_at >= scan.created_at - slack
    return is_new(contact) and began_after and not counted.exists()


def _use_up(card: Card, contact: Contact, *, is_new: bool) -> bool:
    """One conditional UPDATE: of any number of adds at once, one finds the card unused."""
    unused = Card.objects.filter(pk=card.pk, consumed_by=None).exclude(state=Card.State.VOID)
    used = unused.update(
        consumed_by=contact.member,
        added_at=clock.now(),
        is_new_person=is_new,
        suspect_reason="",
        state=Card.State.ADDED,
    )
    if used:
        card.refresh_from_db()
    return bool(used)


def _match(scan: Scan, contact: Contact, by: str) -> None:
    scan.state, scan.matched_by, scan.matched_at = State.MATCHED, by, clock.now()
    scan.contact, scan.reason = contact, ""
    scan.save(update_fields=["state", "matched_by", "matched_at", "contact", "reason"])


def _befriend(scan: Scan, contact: Contact, card: Card, by: str) -> None:
    """The login that scanned is the contact: one member, with what brought them."""
    join_login(customer=scan.customer, member=contact.member, reason=by)
    source = f"card:{card.batch.public_id}"
    tag_member(member=contact.member, group="来源", name="包裹卡", source=source)
    tag_member(member=contact.member, group="包裹卡批次", name=card.batch.name, source=source)
    note(
        member=contact.member,
        kind="card_consumed",
        at=clock.now(),
        ref=f"card:{card.pk}",
        text=f"通过包裹卡“{card.batch.name}”找到 {contact.staff.name}",
    )
