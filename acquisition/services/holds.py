"""Keeping a card's promise: at once, or when its parcel has arrived."""

from collections.abc import Sequence

from django.db import transaction

from acquisition.models import Card, Scan
from acquisition.services.cards import source_ref
from core import jobs
from core.locks import lock_objects
from mall.services import grant_entitlement
from members.models import Member


def promise(scan: Scan, card: Card, member: Member) -> None:
    """Grant the benefit, or hold it back while the parcel is on its way.

    Call holding the card's lock. A card bound to no parcel cannot wait for one.
    """
    is_bound = bool(card.platform_order_no or card.tracking_no)
    if is_bound and card.delivered_at is None:
        Scan.objects.filter(pk=scan.pk).update(is_held=True)
        return
    grant_entitlement(member=member, benefit=card.batch.benefit, source_ref=source_ref(card))


def release_delivered(card_ids: Sequence[int]) -> None:
    """Owe the benefits that waited for these parcels."""
    held = Scan.objects.filter(card_id__in=card_ids, is_held=True)
    for scan_id in held.values_list("pk", flat=True):
        jobs.enqueue("acquisition.release_hold", {"scan_id": scan_id}, key=f"scan:{scan_id}")


@transaction.atomic
def release_hold(*, scan_id: int) -> bool:
    """Grant what was held for a delivered parcel; False when there is nothing to release."""
    scan = Scan.objects.select_related("card").get(pk=scan_id)
    lock_objects(Card, [scan.card_id])
    card = Card.objects.select_related("batch__benefit", "consumed_by").get(pk=scan.card_id)
    if card.delivered_at is None or card.consumed_by is None:
        return False
    if not Scan.objects.filter(pk=scan_id, is_held=True).update(is_held=False):
        return False

    promise(scan, card, card.consumed_by)
    return True
