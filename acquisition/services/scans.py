"""From the green button to the guide's code."""

import datetime as dt

from django.db import transaction
from django.db.models import Count

from acquisition.contracts import CardTaken, NoGuideAvailable
from acquisition.models import Card, Scan
from acquisition.selectors import find_scan_of
from acquisition.services.cards import open_card
from acquisition.services.consumption import consume, suspect
from acquisition.services.suspicion import suspicion_of
from acquisition.services.ways import ensure_way
from core import clock
from core.ids import random_text
from core.locks import lock_objects
from members.models import Customer
from members.selectors import find_live_contact
from org.models import Staff
from org.selectors import list_guides_on_duty

WAITING_DAYS = 30


def begin_scan(*, serial: str, customer: Customer, ip: str = "", device: str = "") -> Scan:
    """The visit of a logged-in person who pressed the button; theirs again on a repeat.

    A person who is a contact already gets the benefit at once, as a re-engagement. Other
    scans wait for an add, with a way to the guide. May call out to make a code. Refuses
    `CardUnknown`, `TooManyGuesses`, `CardTaken`, `NoGuideAvailable`.
    """
    card = open_card(serial=serial, ip=ip)
    with transaction.atomic():
        lock_objects(Card, [card.pk])
        scan = find_scan_of(customer, card) or _begin(card, customer, ip, device)
        _recognise_friend(scan, customer)
    if scan.state != Scan.State.MATCHED:
        ensure_way(scan)
    return scan


def expire_scans() -> int:
    """Scans nobody followed for 30 days no longer wait; returns how many."""
    before = clock.now() - dt.timedelta(days=WAITING_DAYS)
    waiting = Scan.objects.filter(state=Scan.State.WAITING, created_at__lt=before)
    return waiting.update(state=Scan.State.EXPIRED)


def _begin(card: Card, customer: Customer, ip: str, device: str) -> Scan:
    """Call holding the card's lock."""
    consumed_by = Card.objects.values_list("consumed_by_id", flat=True).get(pk=card.pk)
    if consumed_by not in (None, customer.member_id):
        raise CardTaken
    staff = _guide_for(card, customer)
    if staff is None:
        raise NoGuideAvailable

    reason = suspicion_of(card, customer, ip=ip, device=device)
    scan = Scan.objects.create(
        token=random_text(128),
        card=card,
        customer=customer,
        staff=staff,
        ip=ip[:45],
        device=device[:64],
        created_at=clock.now(),
    )
    if reason:
        suspect(scan, None, reason)
    return scan


def _recognise_friend(scan: Scan, customer: Customer) -> None:
    """An existing contact adds nobody, so no push will come: match them here."""
    if scan.state != Scan.State.WAITING:
        return
    contact = find_live_contact(customer.member)
    if contact is not None:
        consume(scan, contact, by="existing")


def _guide_for(card: Card, customer: Customer) -> Staff | None:
    """The person's own guide where on duty, else the one with the fewest scans of a day."""
    guides = list(list_guides_on_duty(card.batch.brand.path))
    own = next((guide for guide in guides if guide.pk == customer.member.owner_id), None)
    if own is not None or not guides:
        return own
    since = clock.now() - dt.timedelta(days=1)
    recent = Scan.objects.filter(staff__in=guides, created_at__gt=since)
    load = dict(recent.values_list("staff").annotate(n=Count("pk")).values_list("staff", "n"))
    return min(guides, key=lambda guide: (load.get(guide.pk, 0), guide.pk))
