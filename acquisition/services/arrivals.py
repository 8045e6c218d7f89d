"""A push says that somebody was added or deleted: greet first, find out who after."""

import datetime as dt
import hashlib
from typing import Any

from django.db import transaction

from acquisition.contracts import UnknownStaff
from acquisition.models import Card, Scan
from acquisition.services.greetings import words_for
from acquisition.services.matching import apply_match, find_match
from core import clock, jobs
from members.contracts import ContactDetails, ContactNews, openid_kind
from members.models import Contact
from members.selectors import find_staff_by_wecom
from members.services import look_up, note, see_contact, tag_member
from org.models import Staff
from outreach.services import owe_greeting


@transaction.atomic
def receive_contact(
    *,
    userid: str,
    external_userid: str,
    state: str,
    welcome_code: str,
    event_key: str,
    event_at: dt.datetime,
    received_at: dt.datetime,
) -> None:
    """Owe the greeting, which needs nothing but the push, then the finding out.

    Idempotent by `event_key` and by the welcome code. Refuses `UnknownStaff`.
    """
    staff = _staff(userid)
    if welcome_code:
        words = words_for(staff, state)
        owe_greeting(
            key=hashlib.sha256(welcome_code.encode()).hexdigest(),
            welcome_code=welcome_code,
            staff=staff,
            external_userid=external_userid,
            text=words.text,
            link_title=words.link_title,
            link_url=words.link_url,
            received_at=received_at,
        )
    payload = {
        "staff_id": staff.pk,
        "external_userid": external_userid,
        "state": state,
        "event_at": event_at.isoformat(),
    }
    jobs.enqueue("acquisition.identify_contact", payload, key=event_key)


@transaction.atomic
def lose_contact(*, userid: str, external_userid: str, by: str, event_at: dt.datetime) -> None:
    """Owe the end of a friendship; `by` is customer or staff. Refuses `UnknownStaff`."""
    staff = _staff(userid)
    payload: dict[str, Any] = {
        "staff_id": staff.pk,
        "external_userid": external_userid,
        "by": by,
        "event_at": event_at.isoformat(),
    }
    key = f"{staff.pk}:{external_userid}:{by}:{event_at.isoformat()}"
    jobs.enqueue("acquisition.part_contact", payload, key=key)


def identify_contact(
    *, staff: Staff, external_userid: str, state: str, event_at: dt.datetime
) -> Contact | None:
    """Ask who was added, keep the friendship, match the scan, use the card up.

    Calls out before its transaction. Raises `PortFailure`.
    """
    seen_at = clock.real_now()
    details = look_up(external_userid)
    with transaction.atomic():
        match = find_match(details or ContactDetails(external_userid), state)
        contact = see_contact(
            staff=staff,
            external_userid=external_userid,
            details=details,
            seen_at=seen_at,
            news=ContactNews(added_at=event_at, state=state),
            identities=_openid_of(match.scan),
            source=match.source,
        )
        if contact is not None and contact.is_active:
            apply_match(match, contact)
    return contact


def part_contact(
    *, staff: Staff, external_userid: str, by: str, event_at: dt.datetime
) -> Contact | None:
    """Keep that a friendship ended, unless the source knows that it began again.

    Calls out before its transaction. Raises `PortFailure`.
    """
    seen_at = clock.real_now()
    details = look_up(external_userid)
    with transaction.atomic():
        contact = see_contact(
            staff=staff,
            external_userid=external_userid,
            details=details,
            seen_at=seen_at,
            news=ContactNews(left_by=by, left_at=event_at),
        )
        if contact is not None and not contact.is_active:
            _remember_taking(contact)
    return contact


def _staff(userid: str) -> Staff:
    staff = find_staff_by_wecom(userid)
    if staff is None:
        raise UnknownStaff(userid=userid)
    return staff


def _openid_of(scan: Scan | None) -> tuple[tuple[str, str], ...]:
    """The login that scanned vouches for a contact nobody has seen before."""
    if scan is None:
        return ()
    return ((openid_kind(scan.customer.appid), scan.customer.openid),)


def _remember_taking(contact: Contact) -> None:
    """Who deletes the guide after claiming keeps what they have, and is known for it."""
    taken = Card.objects.filter(consumed_by_id=contact.member_id, claimed_at__isnull=False)
    card = taken.order_by("claimed_at").first()
    if card is None or contact.removed_by != "customer":
        return
    tag_member(member=contact.member, group="风险", name="领取后删除", source=f"card:{card.pk}")
    note(
        member=contact.member,
        kind="deleted_after_claim",
        at=contact.removed_at or clock.now(),
        ref=f"card:{card.pk}",
        text=f"领取福利后删除了 {contact.staff.name}",
    )
