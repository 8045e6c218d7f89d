"""What a merchant holds: one group of everything an address can name, built three times.

"own" belongs to the first store of the first brand, "store" to another store of it, and
"brand" to a second brand. Both merchants are built by the same steps from an empty
schema, so that their rows have the same primary keys on purpose.
"""

import datetime as dt
import json
from dataclasses import dataclass, field

from acquisition.models import Card, CardBatch, Scan
from acquisition.services import create_batch
from analytics.contracts import get_metric
from analytics.models import MetricValue
from core import clock
from core.ids import random_text
from core.models import Job, LongTask
from distribution.models import (
    Commission,
    PayoutAccount,
    PayoutDifference,
    ShareLink,
    Withdrawal,
)
from distribution.rules import DEFAULT_RULES
from distribution.services import (
    decide_order,
    freeze_order,
    make_share_link,
    record_evidence,
    record_visit,
)
from mall import services as mall
from mall.contracts import Receiver
from mall.importing import Mapping
from mall.models import Benefit, Entitlement, Order, PayException, Product, Refund, Sku
from mall.selectors import merge_cart, quote_cart
from members.models import Contact, Customer, Member
from members.services import note, tag_member
from org.models import ApiKey, OrgUnit, Staff
from org.services import create_api_key
from tests.access.baskets_scene import put_by
from tests.access.groups_scene import gather
from tests.access.live_scene import go_live
from tests.mall.fakes import MERCHANT, FakeGateway

HOUR = dt.timedelta(hours=1)
ORDERS = "order,at,n,price,buyer\nX1,2026-03-01 10:00:00,1,10.00,b1\n"
"""A file of somebody else's shop, as it is uploaded."""


@dataclass
class Group:
    """A brand, a store, a guide there and what became of one customer of theirs.

    `mark` stands in every text of the group's rows, so that it can be seen where it
    should not be. `things` are the ids an address carries, by their name in the matrix.
    """

    brand: OrgUnit
    store: OrgUnit
    guide: Staff
    mark: str
    gateway: FakeGateway
    things: dict[str, str] = field(default_factory=dict)
    member: Member = field(init=False)
    customer: Customer = field(init=False)

    def text(self, words: str) -> str:
        return f"{words}{self.mark}"


@dataclass
class Goods:
    product: Product
    unshared: Product
    sku: Sku
    benefit: Benefit
    batch: CardBatch


def stock_shelf(group: Group, code: str) -> Goods:
    product = mall.create_product(brand=group.brand, title=group.text("玫瑰面霜"), category="护肤")
    sku = mall.add_sku(product=product, code=code, price_fen=10_000, cost_fen=3_000)
    mall.set_stock(sku=sku, location=group.brand, on_hand=60)
    benefit = mall.create_benefit(
        name=group.text("小样一份"), sku=sku, worth_fen=10_000, threshold_fen=5_000
    )
    batch = create_batch(
        name=group.text("三月包裹"), benefit=benefit, brand=group.brand, size=6, platform="tmall"
    )
    unshared = mall.create_product(brand=group.brand, title=group.text("香皂"))
    mall.add_sku(product=unshared, code=f"{code}-soap", price_fen=3_000, cost_fen=1_000)
    return Goods(product, unshared, sku, benefit, batch)


def fill_group(group: Group, goods: Goods, *, first_card: int) -> Group:
    """Everything of one customer: orders in every state, a card, a promise, a commission."""
    _befriend(group)
    _figures(group, goods)
    mall.set_stock(sku=goods.sku, location=group.store, on_hand=5)
    orders = _trade(group, goods)
    group.things |= _named(group, goods, orders)
    group.things |= _cards(group, goods, first_card)
    group.things |= _desk(group, orders)
    group.things |= gather(group)
    group.things |= go_live(group, goods)
    group.things |= put_by(group, goods.sku, orders["shipped_order"])
    group.things |= _payouts(group)
    return group


def _befriend(group: Group) -> None:
    now, openid = clock.now(), f"o_{group.store.code}"
    group.member = Member.objects.create(
        name=group.text("客"), owner=group.guide, unit=group.store, source="test", created_at=now
    )
    group.customer = Customer.objects.create(
        member=group.member,
        appid=MERCHANT.appid,
        openid=openid,
        unionid=f"u_{group.store.code}",
        nickname=group.text("昵称"),
        created_at=now,
        last_seen_at=now,
    )
    Contact.objects.create(
        member=group.member,
        staff=group.guide,
        external_userid=f"wm_{group.store.code}",
        added_at=now,
    )
    tag_member(member=group.member, group="自定义", name=group.text("敏感肌"), source="test")
    note(member=group.member, kind="note", at=now, ref="1", text=group.text("喜欢玫瑰味"))


def _figures(group: Group, goods: Goods) -> None:
    """A figure of the group's store, brand and batch, as the nightly run leaves them."""
    keys = (
        ("net_sales", "store", group.store.pk),
        ("net_sales", "brand", group.brand.pk),
        ("card_scan_rate", "batch", goods.batch.pk),
    )
    for metric, dimension, key in keys:
        MetricValue.objects.get_or_create(
            metric=metric,
            version=get_metric(metric).version,
            day=clock.today() - dt.timedelta(days=1),
            dimension=dimension,
            key=str(key),
            defaults={"numerator": 777, "denominator": 1000, "computed_at": clock.now()},
        )


def _trade(group: Group, goods: Goods) -> dict[str, Order]:
    link = make_share_link(group.guide, goods.product)
    record_visit(link.token, visitor=f"v_{group.store.code}", member=group.member)
    record_evidence(
        member=group.member,
        brand=group.brand,
        guide=group.guide,
        kind="share",
        ref=link.token,
        at=clock.now() - HOUR,
    )
    names = ("open_order", "paid_order", "shipped_order", "received_order", "refunded_order")
    orders = {name: _place(group, goods, name) for name in names}
    for name in names[1:]:
        _pay(group, orders[name])
    for name in names[2:4]:
        mall.ship_order(order=orders[name], carrier="顺丰", tracking_no=f"SF{name[:6]}")
    mall.confirm_receipt(order=orders["received_order"])
    freeze_order(orders["received_order"].pk)
    return {name: Order.objects.get(pk=order.pk) for name, order in orders.items()}


def shop_elsewhere(group: Group, other: Group, goods: Goods) -> None:
    """The customer of `group` has also bought from the other brand, which is its business."""
    order = _place(group, goods, "elsewhere")
    _pay(group, order)
    Order.objects.filter(pk=order.pk).update(store=other.store)


def _place(group: Group, goods: Goods, key: str) -> Order:
    cart = [(goods.sku.pk, 1)]
    home = Receiver(
        name=group.text("收"), phone="13800000001", city="上海市", address=group.text("路 1 号")
    )
    order = mall.place_order(
        customer=group.customer,
        lines=cart,
        receiver=home,
        shown_total_fen=quote_cart(merge_cart(cart)).total_fen,
        idempotency_key=f"{group.store.code}-{key}",
    )
    Order.objects.filter(pk=order.pk).update(store=group.store)
    return order


def _pay(group: Group, order: Order) -> None:
    mall.start_payment(order=order)
    mall.settle_payment(group.gateway.pay(order.number))
    decide_order(order.pk)
    Order.objects.filter(pk=order.pk).update(store=group.store)


def _named(group: Group, goods: Goods, orders: dict[str, Order]) -> dict[str, str]:
    refund = mall.request_refund(
        order=orders["refunded_order"],
        lines=[(orders["refunded_order"].lines.get().pk, 1_000)],
        reason=group.text("不想要了"),
    )
    Refund.objects.filter(pk=refund.pk).update(
        state=Refund.State.FAILED, failure=group.text("余额不足")
    )
    applied = mall.request_refund(
        order=orders["shipped_order"],
        lines=[(orders["shipped_order"].lines.get().pk, 1_000)],
        reason=group.text("少发了"),
    )
    Refund.objects.filter(pk=applied.pk).update(state=Refund.State.APPLIED)
    trouble = PayException.objects.create(
        kind="amount", ref=orders["paid_order"].number, at=clock.now(), detail={"text": group.mark}
    )
    commission = Commission.objects.filter(guide=group.guide).order_by("pk")[0]
    return {
        **{name: order.public_id for name, order in orders.items()},
        "member": group.member.public_id,
        "product": goods.product.public_id,
        "unshared_product": goods.unshared.public_id,
        "sku": goods.sku.code,
        "sku_pk": str(goods.sku.pk),
        "brand": group.brand.public_id,
        "brand_pk": str(group.brand.pk),
        "benefit_pk": str(goods.benefit.pk),
        "paid_line": str(orders["paid_order"].lines.get().pk),
        "total_fen": str(orders["paid_order"].total_fen),
        "rules": json.dumps(DEFAULT_RULES),
        "refund": refund.out_refund_no,
        "applied_refund": applied.out_refund_no,
        "upload": random_text(128),
        "pay_exception": str(trouble.pk),
        "commission": commission.public_id,
        "share_link": ShareLink.objects.get(guide=group.guide).token,
        "staff": group.guide.public_id,
        "unit": group.store.public_id,
    }


def _cards(group: Group, goods: Goods, first: int) -> dict[str, str]:
    """A card that was scanned and is in doubt, one nobody touched, a promise to claim."""
    doubtful, fresh = Card.objects.filter(batch=goods.batch).order_by("pk")[first : first + 2]
    scan = Scan.objects.create(
        token=random_text(128),
        card=doubtful,
        customer=group.customer,
        staff=group.guide,
        state=Scan.State.SUSPECT,
        reason="velocity",
        ip="127.0.0.9",
        device=group.text("d"),
        created_at=clock.now(),
    )
    Card.objects.filter(pk=doubtful.pk).update(state=Card.State.SUSPECT, scanned_at=clock.now())
    promise: Entitlement = mall.grant_entitlement(
        member=group.member, benefit=goods.benefit, source_ref="test"
    )
    return {
        "batch": goods.batch.public_id,
        "scan": str(scan.pk),
        "claim": scan.token,
        "card": fresh.serial,
        "scanned_card": doubtful.serial,
        "entitlement": promise.public_id,
    }


def _payouts(group: Group) -> dict[str, str]:
    """A withdrawal that waits for approval, one that has ended, a difference about it."""
    account = PayoutAccount.objects.create(
        guide=group.guide,
        drawn_fen=11_000,
        appid=group.customer.appid,
        openid=group.customer.openid,
        real_name=group.text("蔡"),
        bound_at=clock.now(),
        usable_at=clock.now(),
    )
    ended, asked = (
        Withdrawal.objects.create(
            out_bill_no=f"TX{group.store.code}{state}",
            guide=account.guide,
            state=state,
            gross_fen=11_000,
            amount_fen=11_000,
            tax_profile="employee",
            remark=group.text("佣金"),
            failure=group.text("没有确认"),
            asked_at=clock.now(),
            log=[{"at": clock.now().isoformat(), "text": group.text("已受理")}],
        )
        for state in (Withdrawal.State.FAILED, Withdrawal.State.ASKED)
    )
    difference = PayoutDifference.objects.create(
        kind="payout_differs",
        ref=ended.out_bill_no,
        withdrawal=ended,
        detail={"message": group.text("不一致")},
        at=clock.now(),
    )
    return {
        "payout": asked.public_id,
        "payout_token": asked.token,
        "ended_payout": ended.public_id,
        "payout_difference": str(difference.pk),
    }


def _desk(group: Group, orders: dict[str, Order]) -> dict[str, str]:
    """Rows of the house itself: a task, a dead job, a key."""
    now = clock.now()
    task = LongTask.objects.create(
        kind="mall.import",
        title=group.text("导入订单"),
        params={"brand_id": group.brand.pk},
        created_by=group.text("安"),
        log=group.text("第一行"),
        created_at=now,
    )
    job = Job.objects.create(
        name="mall.send_refund",
        key=f"dead-{group.store.code}",
        lane="money",
        state=Job.State.DEAD,
        due_at=now,
        last_error=group.text("失败"),
        created_at=now,
    )
    key, secret = create_api_key(name=group.text("对接"), role="operator", unit=group.brand)
    customers = LongTask.objects.create(
        kind="mall.import_members",
        title=group.text("导入会员"),
        created_by=group.text("安"),
        created_at=now,
    )
    mapping = mall.save_mapping(
        name=group.text("门店系统"),
        mapping=Mapping(columns={"order_no": "单号", "placed_at": "时间", "amount": "金额"}),
    )
    return {
        "member_import": customers.public_id,
        "mapping": str(mapping.pk),
        "task": task.public_id,
        "job": str(job.pk),
        "api_key": ApiKey.objects.get(pk=key.pk).public_id,
        "api_secret": secret,
    }
