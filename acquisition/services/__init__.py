"""Writing: cards from print to promise, scans, and those who came through them."""

from acquisition.services.arrivals import (
    identify_contact,
    lose_contact,
    part_contact,
    receive_contact,
)
from acquisition.services.batches import (
    BindingReport,
    bind_orders,
    create_batch,
    mark_delivered,
    void_batch,
)
from acquisition.services.cards import note_claimed, note_redeemed, open_card
from acquisition.services.holds import release_hold
from acquisition.services.matching import match_contact
from acquisition.services.scans import begin_scan, expire_scans
from acquisition.services.suspects import clear_suspect, reject_suspect
from acquisition.services.ways import (
    ensure_guide_way,
    ensure_pool,
    fill_pool,
    offer_link,
    retire_link,
)

__all__ = [
    "BindingReport",
    "begin_scan",
    "bind_orders",
    "clear_suspect",
    "create_batch",
    "ensure_guide_way",
    "ensure_pool",
    "expire_scans",
    "fill_pool",
    "identify_contact",
    "lose_contact",
    "mark_delivered",
    "match_contact",
    "note_claimed",
    "note_redeemed",
    "offer_link",
    "open_card",
    "part_contact",
    "receive_contact",
    "reject_suspect",
    "release_hold",
    "retire_link",
    "void_batch",
]
