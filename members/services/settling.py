"""What stands of a friendship, derived from the moments that are known of it."""

import datetime as dt

from django.db import connection

from core import clock, events
from members.contracts import ContactAdded, ContactNews, ContactRemoved
from members.models import Contact, Member
from members.services.story import note
from members.services.tags import owe_push


def is_new(contact: Contact) -> bool:
    """The first friendship of a person, never broken off: what counts as 引流."""
    broken = contact.customer_left_at or contact.staff_left_at
    return contact.is_new_person and broken is None


def hear(contact: Contact, news: ContactNews) -> None:
    """Let the moments grow by what an event says; hearing it again changes nothing."""
    if news.added_at is not None:
        contact.event_at = _latest(contact.event_at, news.added_at)
        contact.added_at = min(contact.added_at, news.added_at)
    if news.left_by == "customer":
        contact.customer_left_at = _latest(contact.customer_left_at, news.left_at)
    elif news.left_by:
        contact.staff_left_at = _latest(contact.staff_left_at, news.left_at)


def settle(
    contact: Contact,
    *,
    is_there: bool | None = None,
    seen_at: dt.datetime | None = None,
    source: str = "",
) -> None:
    """Derive what stands from the moments, save it, and announce a change."""
    if seen_at and not (contact.synced_at and seen_at < contact.synced_at):
        contact.synced_at = seen_at
        _believe(contact, is_there=bool(is_there))
    was_active = contact.is_active
    begun = contact.event_at or contact.added_at
    by_customer = _is_after(contact.customer_left_at, begun)
    by_staff = _is_after(contact.staff_left_at, begun)

    contact.is_active = contact.event_at is not None and not (by_customer or by_staff)
    contact.removed_by = "customer" if by_customer else "staff" if by_staff else ""
    contact.removed_at = contact.customer_left_at if by_customer else contact.staff_left_at
    if contact.is_active:
        contact.removed_at = None
    contact.save()
    _mark_first(contact)
    if contact.is_active != was_active:
        _announce(contact, source)


def _believe(contact: Contact, *, is_there: bool) -> None:
    """Bring the moments in line with a look at the source, which knows but does not date.

    Gone: the staff side deleted it, at the earliest when it began. Still there after a
    deletion: it began again, at the earliest just after.
    """
    begun = contact.event_at or contact.added_at
    if not is_there and not _is_after(contact.staff_left_at, begun):
        contact.staff_left_at = begun
    if is_there and contact.staff_left_at and _is_after(contact.staff_left_at, begun):
        contact.event_at = contact.staff_left_at + dt.timedelta(microseconds=1)


def _announce(contact: Contact, source: str) -> None:
    if not contact.is_active:
        _tell(contact, "contact_removed", contact.removed_at, "好友关系结束")
        events.announce(
            ContactRemoved(contact.pk, contact.member_id, contact.staff_id, contact.removed_by)
        )
        return
    _adopt(contact)
    _tell(contact, "contact_added", contact.event_at, f"添加了 {contact.staff.name}")
    owe_push([contact])
    events.announce(
        ContactAdded(
            contact.pk, contact.member_id, contact.staff_id, is_new(contact), source or "guide"
        )
    )


def _adopt(contact: Contact) -> None:
    """A member nobody looks after belongs to the guide they befriended."""
    Member.objects.filter(pk=contact.member_id, owner=None).update(
        owner=contact.staff, unit=contact.staff.unit_id
    )


def _tell(contact: Contact, kind: str, at: dt.datetime | None, text: str) -> None:
    moment = at or clock.now()
    ref = f"{contact.pk}:{int(moment.timestamp())}"
    note(member=contact.member, kind=kind, at=moment, ref=ref, text=text)


def _mark_first(contact: Contact) -> None:
    """Exactly one friendship of a member is the one that brought them: the earliest."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE members_contact c SET is_new_person = COALESCE(c.id = (
                   SELECT f.id FROM members_contact f
                   WHERE f.member_id = c.member_id AND f.event_at IS NOT NULL
                   ORDER BY f.added_at, f.id LIMIT 1), false)
               WHERE c.member_id = %s RETURNING c.id, c.is_new_person""",
            [contact.member_id],
        )
        contact.is_new_person = dict(cursor.fetchall())[contact.pk]


def _is_after(left_at: dt.datetime | None, begun: dt.datetime) -> bool:
    """Within one second the deletion is the later: an adding precedes what ends it."""
    return left_at is not None and left_at >= begun


def _latest(*moments: dt.datetime | None) -> dt.datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
