"""Promises: granted, claimed for a fen, sent with the next order, given back once."""

import datetime as dt

from django.db import transaction
from django.db.models import F, QuerySet

from core import audit, clock, events
from core.errors import InvalidInput
from core.locks import lock_objects
from mall.contracts import EntitlementClaimed, EntitlementRedeemed, SoldOut
from mall.models import Benefit, Entitlement, Order, OrderLine, Sku
from mall.selectors.benefits import list_usable
from mall.services import stock
from mall.services.exceptions import note_exception
from mall.services.story import tell_claimed
from members.models import Member


@transaction.atomic
def create_benefit(
    *,
    name: str,
    sku: Sku,
    worth_fen: int,
    threshold_fen: int = 0,
    claim_price_fen: int = 1,
    valid_days: int = 30,
) -> Benefit:
    """A gift that cards and greetings may promise; `worth_fen` is what is said of it."""
    if not name.strip() or claim_price_fen < 1 or valid_days < 1:
        raise InvalidInput("请填写福利名称、领取价和有效天数")

    benefit = Benefit.objects.create(
        name=name.strip(),
        sku=sku,
        worth_fen=worth_fen,
        threshold_fen=threshold_fen,
        claim_price_fen=claim_price_fen,
        valid_days=valid_days,
        created_at=clock.now(),
    )

    audit.record("mall.benefit.created", benefit, after={"name": benefit.name})
    return benefit


@transaction.atomic
def grant_entitlement(*, member: Member, benefit: Benefit, source_ref: str) -> Entitlement:
    """Promise a benefit to a person; the same promise again is the one they have."""
    now = clock.now()
    entitlement, _ = Entitlement.objects.get_or_create(
        benefit=benefit,
        member=member,
        defaults={
            "source_ref": source_ref,
            "granted_at": now,
            "expires_at": now + dt.timedelta(days=benefit.valid_days),
        },
    )
    return entitlement


def mark_claimed(order: Order, at: dt.datetime) -> None:
    """The claim order was paid. Call holding the order's lock."""
    mine = Entitlement.objects.filter(claim_order=order, state=Entitlement.State.GRANTED)
    entitlement = mine.select_related("benefit", "member").first()
    if entitlement is None or not mine.update(state=Entitlement.State.CLAIMED, claimed_at=at):
        return
    tell_claimed(entitlement, at)
    events.announce(EntitlementClaimed(entitlement.pk))


def attach_gifts(order: Order) -> list[OrderLine]:
    """Put each claimed gift that this paid order is worth on it, as a line of zero fen.

    Call holding the order's lock. The piece moves over from the claim's line; where the
    gift was given back after leaving the house, a new piece is taken.
    """
    if order.kind != Order.Kind.SALE or order.member_id is None:
        return []
    usable = list_usable(order.member_id, order.goods_fen - order.discount_fen)
    locked = lock_objects(Entitlement, usable.values_list("pk", flat=True))
    lines = [
        _attach(entitlement, order)
        for entitlement in locked
        if entitlement.state == Entitlement.State.CLAIMED
    ]
    return [line for line in lines if line is not None]


def _attach(entitlement: Entitlement, order: Order) -> OrderLine | None:
    line = _gift_line(entitlement, order)
    if line is None:
        note_exception("gift_out_of_stock", order.number, entitlement=entitlement.public_id)
        return None
    Entitlement.objects.filter(pk=entitlement.pk).update(
        state=Entitlement.State.ATTACHED, carrier_order=order
    )
    return line


def _gift_line(entitlement: Entitlement, order: Order) -> OrderLine | None:
    sku = Sku.objects.select_related("product").get(pk=entitlement.benefit.sku_id)
    line = OrderLine(
        order=order,
        sku=sku,
        sku_code=sku.code,
        title=" ".join(filter(None, (sku.product.title, sku.spec))),
        quantity=1,
        price_fen=0,
        amount_fen=0,
        cost_fen=sku.cost_fen,
        is_gift=True,
        entitlement=entitlement,
    )
    claimed = _claim_lines(entitlement).filter(held=1).first()
    if claimed is not None:
        line.save()
        stock.hand_over(claimed, line)
        return line
    return _take_new(line)


def _take_new(line: OrderLine) -> OrderLine | None:
    assert line.sku_id is not None
    try:
        (hold,) = stock.take({line.sku_id: 1})
    except SoldOut:
        return None
    line.held, line.location_id = 1, hold.location_id
    line.save()
    return line


def redeem_gifts(order: Order, at: dt.datetime) -> None:
    """The carrier was received: its promises are kept. Call holding its lock."""
    carried = Entitlement.objects.filter(carrier_order=order, state=Entitlement.State.ATTACHED)
    for entitlement_id in list(carried.order_by("pk").values_list("pk", flat=True)):
        if carried.filter(pk=entitlement_id).update(
            state=Entitlement.State.REDEEMED, redeemed_at=at
        ):
            events.announce(EntitlementRedeemed(entitlement_id))


def return_gifts(order: Order) -> int:
    """The carrier was refunded whole: its promises stand again, each of them once.

    Call holding the order's lock, before its stock is put back: the piece of a gift
    that never left goes back to the claim that paid for it.
    """
    carried = Entitlement.objects.filter(
        carrier_order=order,
        returns=0,
        state__in=(Entitlement.State.ATTACHED, Entitlement.State.REDEEMED),
    )
    returned = 0
    for entitlement in lock_objects(Entitlement, carried.values_list("pk", flat=True)):
        returned += _return(entitlement, order)
    return returned


def _return(entitlement: Entitlement, order: Order) -> int:
    changed = Entitlement.objects.filter(pk=entitlement.pk, returns=0).update(
        state=Entitlement.State.CLAIMED,
        carrier_order=None,
        redeemed_at=None,
        expires_at=clock.now() + dt.timedelta(days=entitlement.benefit.valid_days),
        returns=F("returns") + 1,
    )
    if changed and order.shipped_at is None:
        _give_piece_back(entitlement, order)
    return changed


def _give_piece_back(entitlement: Entitlement, order: Order) -> None:
    gift = OrderLine.objects.filter(order=order, entitlement=entitlement, held=1).first()
    claim = _claim_lines(entitlement).first()
    if gift is not None and claim is not None:
        stock.hand_over(gift, claim)


def _claim_lines(entitlement: Entitlement) -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(order=entitlement.claim_order, entitlement=entitlement)
