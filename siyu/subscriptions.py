"""Who listens to what: the one list. A listener is a registered job."""

from community.contracts import GroupSpeechImported, SlotsClosedLate
from core.events import Event, subscribe
from livestream.contracts import LiveEnded, LiveEntered
from mall.contracts import (
    EntitlementClaimed,
    EntitlementRedeemed,
    OrderPaid,
    OrderReceived,
    OrdersImported,
    RefundSucceeded,
)
from members.contracts import ContactAdded
from org.contracts import StaffLeft

LISTENERS: dict[type[Event], tuple[str, ...]] = {
    OrderPaid: ("distribution.decide_order", "analytics.note_order"),
    OrderReceived: ("distribution.freeze_order",),
    RefundSucceeded: ("distribution.reverse_refund", "analytics.note_refund"),
    OrdersImported: ("analytics.note_import",),
    ContactAdded: ("distribution.bind_contact", "acquisition.match_contact"),
    EntitlementClaimed: ("acquisition.card_claimed",),
    EntitlementRedeemed: ("acquisition.card_redeemed",),
    GroupSpeechImported: ("analytics.note_import",),
    SlotsClosedLate: ("analytics.note_import",),
    LiveEntered: ("distribution.record_live_evidence",),
    LiveEnded: ("analytics.note_import",),
    StaffLeft: ("distribution.release_staff",),
}


def subscribe_all() -> None:
    for event, jobs in LISTENERS.items():
        subscribe(event, *jobs)
