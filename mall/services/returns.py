"""Goods that come back: sent by the customer, taken in by the merchant, then refunded."""

import datetime as dt

from django.db import transaction

from core import audit, clock
from core.errors import InvalidInput
from mall.contracts import RefundNotAllowed
from mall.models import Refund
from mall.services.refunds import DECIDED, owe_sending

RETURN_DAYS = 7
LAPSED = "七天内没有填写寄回的运单号，申请自动关闭"
BATCH = 500


@transaction.atomic
def send_goods_back(*, refund: Refund, carrier: str, tracking_no: str) -> None:
    """The customer has sent the goods; they may correct the number until they arrive."""
    if not (carrier.strip() and tracking_no.strip()):
        raise InvalidInput("请填写快递公司和运单号")
    waiting = Refund.objects.filter(
        pk=refund.pk, state__in=(Refund.State.TO_RETURN, Refund.State.RETURNING)
    )
    sent = {"return_carrier": carrier.strip()[:40], "return_tracking_no": tracking_no.strip()[:64]}
    if not waiting.update(state=Refund.State.RETURNING, **sent):
        raise RefundNotAllowed("这笔申请现在不需要寄回商品")
    audit.record("mall.refund.goods_sent_back", refund, after=sent)


@transaction.atomic
def take_goods_in(*, refund: Refund, restocks: bool) -> None:
    """The goods are here: the money is owed, and with `restocks` its pieces are for sale
    again once it has gone. Goods handed in at a counter need no parcel first.
    """
    waiting = Refund.objects.filter(
        pk=refund.pk, state__in=(Refund.State.TO_RETURN, Refund.State.RETURNING)
    )
    taken = {"state": Refund.State.REQUESTED, "restocks": restocks, "decided_at": clock.now()}
    if not waiting.update(**taken):
        raise RefundNotAllowed(DECIDED)
    owe_sending(refund)
    audit.record("mall.refund.goods_taken_in", refund, after={"restocks": restocks})


@transaction.atomic
def withdraw_refund(*, refund: Refund) -> None:
    """The customer changes their mind before anything was sent; the amounts are free again."""
    open_states = (Refund.State.APPLIED, Refund.State.TO_RETURN)
    waiting = Refund.objects.filter(pk=refund.pk, state__in=open_states)
    if not waiting.update(state=Refund.State.WITHDRAWN, decided_at=clock.now()):
        raise RefundNotAllowed("这笔申请现在不能撤销")
    audit.record("mall.refund.withdrawn", refund)


def lapse_returns() -> int:
    """Close returns that were agreed to seven days ago and never sent; how many."""
    before = clock.now() - dt.timedelta(days=RETURN_DAYS)
    waiting = Refund.objects.filter(state=Refund.State.TO_RETURN, decided_at__lte=before)
    return sum(_lapse(refund) for refund in waiting.order_by("pk")[:BATCH])


@transaction.atomic
def _lapse(refund: Refund) -> int:
    waiting = Refund.objects.filter(pk=refund.pk, state=Refund.State.TO_RETURN)
    if not waiting.update(state=Refund.State.WITHDRAWN, failure=LAPSED, decided_at=clock.now()):
        return 0
    audit.record("mall.refund.lapsed", refund)
    return 1
