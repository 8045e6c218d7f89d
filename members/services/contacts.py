"""Friendships between members and staff, whatever order the news of them comes in.

Events are hints: they say when, the source says whether. The moments of adding and of
deleting only grow, the last look at the source settles the rest, so any order of the
same news ends in the same row (docs/rules.md, 识别与合并).
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from core import clock, jobs, ports
from core.errors import PortFailure
from core.locks import lock_name
from members.contracts import (
    EXTERNAL,
    UNIONID,
    ContactDetails,
    ContactNews,
    ContactSource,
    Follow,
)
from members.models import Contact, Member
from members.services.recognising import Pair, recognise
from members.services.settling import hear, is_new, settle
from org.models import Staff

CONTACT_GONE = "contact_gone"
NO_NEWS = ContactNews()


def record_contact(
    *,
    staff: Staff,
    external_userid: str,
    unionid: str = "",
    name: str = "",
    state: str = "",
    add_way: int = 0,
    at: dt.datetime,
    event_at: dt.datetime | None = None,
    identities: Sequence[Pair] = (),
    source: str = "",
) -> tuple[Contact, bool]:
    """The friendship that began `at`, and whether it brought a person nobody here knew.

    `identities` are further proofs of who it is, weaker than unionid and external id. A
    friendship that comes to life is announced as `members.contact_added`.
    """
    follow = Follow(userid="", state=state, add_way=add_way, created_at=at)
    details = ContactDetails(external_userid, name, unionid)
    with transaction.atomic():
        lock_name("contact", external_userid)
        news = ContactNews(added_at=event_at)
        contact = _keep(staff, details, follow, news, identities, source)
    return contact, is_new(contact)


def see_contact(
    *,
    staff: Staff,
    external_userid: str,
    details: ContactDetails | None,
    seen_at: dt.datetime,
    news: ContactNews = NO_NEWS,
    identities: Sequence[Pair] = (),
    source: str = "",
) -> Contact | None:
    """Write down what the source said at `seen_at`; `details` None means it knows nobody.

    `news` is the event that made us look, if one did. An older look never undoes a newer
    one. `seen_at` is real time taken before the source was asked. None when neither side
    knows of such a friendship.
    """
    with transaction.atomic():
        lock_name("contact", external_userid)
        follow = _follow_of(details, staff)
        if details is None or follow is None:
            return _see_absent(staff, external_userid, seen_at, news, source)
        return _keep(staff, details, follow, news, identities, source, seen_at)


def end_contact(*, staff: Staff, external_userid: str, by: str, at: dt.datetime) -> Contact:
    """Keep that `by` (customer or staff) deleted the other `at`; the row may come first."""
    with transaction.atomic():
        lock_name("contact", external_userid)
        contact = _find(staff, external_userid) or _tombstone(staff, external_userid, at)
        hear(contact, ContactNews(left_by=by, left_at=at))
        settle(contact)
    return contact


def note_contact_changed(
    *, staff: Staff, external_userid: str, event_at: dt.datetime, event_key: str
) -> None:
    """Owe a fresh look at a contact whose remark, tags or friendship may have changed."""
    payload = {"staff_id": staff.pk, "external_userid": external_userid}
    jobs.enqueue("members.refresh_contact", payload, key=event_key)


def refresh_contact(*, staff: Staff, external_userid: str) -> Contact | None:
    """Ask the source about a contact and write down the answer; raises `PortFailure`."""
    seen_at = clock.real_now()
    details = look_up(external_userid)
    return see_contact(
        staff=staff, external_userid=external_userid, details=details, seen_at=seen_at
    )


def look_up(external_userid: str) -> ContactDetails | None:
    """What the source knows now, None for nobody; calls out. Raises `PortFailure`."""
    try:
        return ports.get(ContactSource).fetch(external_userid)
    except PortFailure as failure:
        if failure.code == CONTACT_GONE:
            return None
        raise


def sync_all_contacts() -> None:
    """Owe a comparison with the source for everybody who may have contacts."""
    day = clock.today().isoformat()
    for staff_id in Staff.objects.filter(wecom_userid__isnull=False).values_list("pk", flat=True):
        jobs.enqueue("members.sync_staff", {"staff_id": staff_id}, key=f"{staff_id}:{day}")


def sync_contacts_of(*, staff: Staff) -> int:
    """Owe a fresh look at each contact on which the two sides differ; returns how many.

    Whom a customer deleted is looked at every time: only its beginning tells whether
    they came back unheard. Calls out once. Raises `PortFailure`.
    """
    there = set(ports.get(ContactSource).list_external(staff.wecom_userid or ""))
    active = Contact.objects.filter(staff=staff, is_active=True)
    here = set(active.values_list("external_userid", flat=True))
    day = clock.today().isoformat()
    for external_userid in sorted(there ^ here):
        payload = {"staff_id": staff.pk, "external_userid": external_userid}
        key = f"sync:{staff.pk}:{external_userid}:{day}"
        jobs.enqueue("members.refresh_contact", payload, key=key)
    return len(there ^ here)


def _keep(
    staff: Staff,
    details: ContactDetails,
    follow: Follow,
    news: ContactNews,
    identities: Sequence[Pair],
    source: str,
    seen_at: dt.datetime | None = None,
) -> Contact:
    begun = follow.created_at or news.added_at or clock.now()
    pairs = ((UNIONID, details.unionid), (EXTERNAL, details.external_userid), *identities)
    member = recognise(
        identities=pairs, name=details.name, source=source.partition(":")[0], at=begun
    )
    contact = _find(staff, details.external_userid)
    if contact is None:
        contact = _blank(staff, member, details.external_userid, begun)
    contact.member = member
    contact.state = follow.state[:64] or contact.state
    contact.add_way = follow.add_way or contact.add_way
    hear(contact, ContactNews(added_at=begun))
    hear(contact, news)
    settle(contact, is_there=True if seen_at else None, seen_at=seen_at, source=source)
    return contact


def _see_absent(
    staff: Staff, external_userid: str, seen_at: dt.datetime, news: ContactNews, source: str
) -> Contact | None:
    """The source shows no friendship: the staff side has ended it, or it never was."""
    contact = _find(staff, external_userid)
    if contact is None:
        at = news.added_at or news.left_at
        if at is None:
            return None
        contact = _tombstone(staff, external_userid, at)
    contact.state = contact.state or news.state[:64]
    hear(contact, news)
    settle(contact, is_there=False, seen_at=seen_at, source=source)
    return contact


def _tombstone(staff: Staff, external_userid: str, at: dt.datetime) -> Contact:
    """A friendship of which only the end is known so far."""
    member = recognise(identities=((EXTERNAL, external_userid),), source="contact", at=at)
    return _blank(staff, member, external_userid, at)


def _blank(staff: Staff, member: Member, external_userid: str, at: dt.datetime) -> Contact:
    return Contact(
        staff=staff,
        member=member,
        external_userid=external_userid,
        added_at=at,
        is_active=False,
        is_new_person=False,
    )


def _follow_of(details: ContactDetails | None, staff: Staff) -> Follow | None:
    """Ids of staff ignore case at the source."""
    wanted = (staff.wecom_userid or "").casefold()
    follows = details.follows if details else ()
    return next((entry for entry in follows if entry.userid.casefold() == wanted), None)


def _find(staff: Staff, external_userid: str) -> Contact | None:
    rows = Contact.objects.select_related("staff", "member")
    return rows.filter(staff=staff, external_userid=external_userid).first()
