"""The table: which callback concerns which service. Each row makes one call.

An event is a hint that something changed; the services fetch the state before deciding.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from acquisition import services
from core import clock, jobs
from core.models import InboxMessage
from members.selectors import find_staff_by_wecom
from wecom.parsing import CallbackEvent

GROUP_LAG = dt.timedelta(seconds=3)


@dataclass(frozen=True)
class Received:
    """An understood event, when it happened, and the inbox row it came in."""

    event: CallbackEvent
    message: InboxMessage
    at: dt.datetime


def contact_added(received: Received) -> None:
    event = received.event
    services.receive_contact(
        userid=event.needed("UserID"),
        external_userid=event.needed("ExternalUserID"),
        state=event.text("State")[:64],
        welcome_code=event.text("WelcomeCode")[:600],
        event_key=received.message.key,
        event_at=received.at,
        received_at=received.message.received_at,
    )


def contact_ended_by_staff(received: Received) -> None:
    _contact_ended(received, by="staff")


def contact_ended_by_customer(received: Received) -> None:
    _contact_ended(received, by="customer")


def _contact_ended(received: Received, *, by: str) -> None:
    event = received.event
    services.lose_contact(
        userid=event.needed("UserID"),
        external_userid=event.needed("ExternalUserID"),
        by=by,
        event_at=received.at,
    )


def contact_edited(received: Received) -> None:
    """Remark, tags or state may have changed: owe a look at the state itself."""
    event = received.event
    external_userid = event.needed("ExternalUserID")
    staff = find_staff_by_wecom(event.needed("UserID"))
    if staff is not None:
        payload = {"staff_id": staff.pk, "external_userid": external_userid}
        jobs.enqueue("members.refresh_contact", payload, key=received.message.key)


def group_changed(received: Received) -> None:
    """Who is in the group, its name or its owner may have changed: owe a look at it.

    The directory may lag behind its own event by about two seconds.
    """
    payload = {"chat_id": received.event.needed("ChatId")}
    due_at = clock.now() + GROUP_LAG
    jobs.enqueue("community.refresh_group", payload, key=received.message.key, due_at=due_at)


def noted(_: Received) -> None:
    """Understood, and nothing of ours depends on it yet."""


Handler = Callable[[Received], None]

CONTACT, CHAT, TAG, STAFF, LINK = (
    "change_external_contact",
    "change_external_chat",
    "change_external_tag",
    "change_contact",
    "customer_acquisition",
)

HANDLERS: dict[tuple[str, str], Handler] = {
    (CONTACT, "add_external_contact"): contact_added,
    (CONTACT, "add_half_external_contact"): contact_added,
    (CONTACT, "del_external_contact"): contact_ended_by_staff,
    (CONTACT, "del_follow_user"): contact_ended_by_customer,
    (CONTACT, "edit_external_contact"): contact_edited,
    (CONTACT, "transfer_fail"): noted,
    (CONTACT, "msg_audit_approved"): noted,
    (CHAT, "create"): group_changed,
    (CHAT, "update"): group_changed,
    (CHAT, "dismiss"): group_changed,
}

NOTED_EVENTS = frozenset({CONTACT, CHAT, TAG, STAFF, LINK})


def find_handler(kind: tuple[str, str]) -> Handler | None:
    """None for a kind of event that we do not know at all."""
    if kind in HANDLERS:
        return HANDLERS[kind]
    return noted if kind[0] in NOTED_EVENTS else None
