"""A card's way from print to the kept promise: forward only, one step function."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from acquisition.contracts import CardUnknown, TooManyGuesses
from acquisition.models import Card, CardGuess
from acquisition.selectors import find_card
from acquisition.serials import is_well_formed, normal_serial
from core import clock
from mall.selectors import find_entitlement

State = Card.State

GUESSES = 20
GUESS_MINUTES = 10

_BEFORE: dict[str, tuple[str, ...]] = {
    State.SCANNED: (State.PRINTED, State.SHIPPED, State.DELIVERED),
    State.ADDED: (State.PRINTED, State.SHIPPED, State.DELIVERED, State.SCANNED, State.SUSPECT),
    State.CLAIMED: (State.ADDED,),
    State.REDEEMED: (State.ADDED, State.CLAIMED),
    State.SUSPECT: (State.PRINTED, State.SHIPPED, State.DELIVERED, State.SCANNED),
}


def open_card(*, serial: str, ip: str = "") -> Card:
    """The card that somebody holds in hand; its first opening counts as the scan.

    Refuses `CardUnknown`, the same for a near miss, a wild guess and a void card, and
    `TooManyGuesses` to an address with 20 misses in 10 minutes, whatever it asks for.
    A serial with a wrong check character is a slip of the finger and counts no miss.
    """
    if ip and _guesses_used_up(ip):
        raise TooManyGuesses
    card = find_card(serial)
    if card is None:
        if ip and is_well_formed(normal_serial(serial)):
            _count_miss(ip)
        raise CardUnknown
    if card.scanned_at is None:
        advance(card, State.SCANNED, scanned_at=clock.now())
    return card


def advance(card: Card, state: Card.State, **changes: Any) -> bool:
    """Move a card forward and write `changes`; False, and nothing written, from elsewhere."""
    moved = Card.objects.filter(pk=card.pk, state__in=_BEFORE[state])
    if not moved.update(state=state, **changes):
        return False
    card.state = state
    for name, value in changes.items():
        setattr(card, name, value)
    return True


def note_claimed(*, entitlement_id: int) -> None:
    """The promise of a card was claimed for its fen."""
    card, entitlement = _card_of(entitlement_id)
    if card is not None and entitlement is not None:
        advance(card, State.CLAIMED, claimed_at=entitlement.claimed_at or clock.now())


def note_redeemed(*, entitlement_id: int) -> None:
    """The promise of a card was kept; what it cost is the goods' cost as of now."""
    card, entitlement = _card_of(entitlement_id)
    if card is not None and entitlement is not None:
        advance(
            card,
            State.REDEEMED,
            claimed_at=Coalesce(F("claimed_at"), entitlement.claimed_at),
            redeemed_at=entitlement.redeemed_at or clock.now(),
            benefit_cost_fen=entitlement.benefit.sku.cost_fen,
        )


def source_ref(card: Card) -> str:
    """How an entitlement names the card it came from."""
    return f"card:{card.serial}"


def _card_of(entitlement_id: int) -> tuple[Card | None, Any]:
    entitlement = find_entitlement(entitlement_id)
    prefix, _, serial = entitlement.source_ref.partition(":") if entitlement else ("", "", "")
    if prefix != "card":
        return None, None
    return Card.objects.filter(serial=serial).first(), entitlement


def _guesses_used_up(ip: str) -> bool:
    since = clock.real_now() - dt.timedelta(minutes=GUESS_MINUTES)
    return CardGuess.objects.filter(ip=ip, misses__gte=GUESSES, since__gt=since).exists()


@transaction.atomic
def _count_miss(ip: str) -> None:
    """Real time: a demo's clock frees nobody from a lock."""
    now = clock.real_now()
    row, _ = CardGuess.objects.get_or_create(ip=ip, defaults={"since": now})
    if row.since <= now - dt.timedelta(minutes=GUESS_MINUTES):
        CardGuess.objects.filter(pk=row.pk, since=row.since).update(misses=0, since=now)
    CardGuess.objects.filter(pk=row.pk).update(misses=F("misses") + 1)
