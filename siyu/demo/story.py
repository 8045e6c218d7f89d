"""Forty days of trade, played through the twin by the services that a day uses.

What people do outside (authorise, add, pay) is asked of the twin; what they do on our
pages is one service call; what follows is left to the running processes. Business time
moves forward between the chapters until it is real time again.
"""

import datetime as dt
import random
from typing import Any

from django.conf import settings

from acquisition.bindings import BindingRow
from acquisition.models import Card, CardBatch, Scan
from acquisition.services import begin_scan, bind_orders, mark_delivered
from analytics.services import run_nightly
from core import clock, ports
from distribution.models import ShareLink
from distribution.services import record_visit, settle_due
from mall.contracts import Receiver
from mall.models import Entitlement, Order, Refund, Sku
from mall.selectors import price_pieces, quote_cart
from mall.services import (
    apply_refund,
    approve_refund,
    confirm_receipt,
    place_claim_order,
    place_order,
    refund_rest,
    request_refund,
    send_goods_back,
    ship_order,
    start_payment,
    take_goods_in,
)
from members.contracts import CustomerDirectory
from members.models import Customer
from members.services import give_consent, log_in_customer
from siyu.demo.groups import gather_groups, give_a_day, send_first_slot
from siyu.demo.live import hold_show
from siyu.demo.pace import come_back_to_now, pass_time, wait_for
from siyu.demo.payday import pay_guides
from siyu.demo.shopfront import furnish_shop
from siyu.demo.upstream import Upstream, register_callback
from tenants.context import entered
from tenants.models import Tenant
from tenants.schema import Reporter, silent

PEOPLE = 24
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
CONSENT = "同意由导购通过企业微信为您服务"


def play_demo(report: Reporter = silent, *, seed: int = 20260101) -> dict[str, Any]:
    """Play the story once; says how many took part. Needs the web process and workers."""
    tenant = Tenant.objects.filter(slug="aurora", is_demo=True).first()
    if tenant is None or not settings.TWIN_URL:
        return {"played": 0}
    with entered(tenant):
        if Order.objects.filter(platform="own").exists():
            come_back_to_now(Upstream(settings.TWIN_URL))
            return {"played": 0}
        return Story(tenant.slug, report, random.Random(seed)).play()  # noqa: S311


class Story:
    def __init__(self, slug: str, report: Reporter, rng: random.Random) -> None:
        self.slug = slug
        self.report = report
        self.rng = rng
        self.upstream = Upstream(settings.TWIN_URL)
        self.people: list[tuple[str, Customer]] = []

    def play(self) -> dict[str, Any]:
        register_callback(self.upstream, self.slug)
        self._acquire()
        groups = gather_groups(self.upstream, self.slug, [person for person, _ in self.people])
        self._nurture()
        self.report("发货、收货、退款、退货")
        self._fulfil()
        self._return_goods()
        self._pass_days(10)
        self.report("结算佣金，导购提现，回头客再买")
        settle_due()
        pay_guides(self.upstream, self.slug)
        self._refund_late()
        self._buy(self.people[::2])
        self._pass_days(3)
        come_back_to_now(self.upstream)
        self.report("发布社群日历")
        give_a_day(groups, self.rng)
        furnish_shop([customer for _, customer in self.people[:6]])
        self.report("夜间计算")
        run = run_nightly()
        return {"played": len(self.people), "orders": Order.objects.count(), "days": run.days}

    def _acquire(self) -> None:
        self.report("包裹卡随单发出")
        self._ship_cards()
        self._pass_days(3)
        for wave in range(3):
            self.report(f"第 {wave + 1} 批顾客扫卡、加好友、领取")
            self._meet(PEOPLE // 3, wave)
            self._pass_days(1)
            self.report(f"第 {wave + 1} 批顾客从导购的链接下单")
            self._buy(self.people[-PEOPLE // 3 :])
            self._pass_days(3)

    def _nurture(self) -> None:
        self.report("群里的第一个时段")
        send_first_slot(self.upstream, self.slug)
        self.report("一场直播和它的抽奖")
        hold_show(self.upstream, [customer for _, customer in self.people])

    def _ship_cards(self) -> None:
        """Cards travel with tmall parcels; a share of them never arrives."""
        batch = CardBatch.objects.get()
        now = clock.now()
        cards = list(Card.objects.filter(batch=batch).order_by("pk"))
        rows = [
            BindingRow(number, card.serial, f"11{number:016d}", f"SF{number:012d}", now)
            for number, card in enumerate(cards, start=1)
        ]
        bind_orders(batch=batch, rows=rows)
        arrival = now + dt.timedelta(days=2)
        arrived = [(row.tracking_no, arrival) for row in rows[: len(rows) - 6]]
        with clock.frozen(arrival):
            mark_delivered(deliveries=arrived)

    def _meet(self, count: int, wave: int) -> None:
        cards = Card.objects.filter(state=Card.State.DELIVERED).order_by("pk")[:count]
        scans = [self._scan(card, wave * count + number) for number, card in enumerate(cards)]
        for person, scan in scans:
            if scan.way is not None:
                self.upstream.post("act/add", person=person, config_id=scan.way.config_id)
        tokens = [scan.token for _, scan in scans]
        wait_for(
            "好友匹配",
            lambda: not Scan.objects.filter(token__in=tokens, state=Scan.State.WAITING).exists(),
        )
        wait_for(
            "权益到账",
            lambda: (
                Entitlement.objects.filter(
                    member__customers__in=[c for _, c in self.people[-count:]]
                ).count()
                >= count
            ),
        )
        for person, customer in self.people[-count:]:
            self._claim(person, customer)

    def _scan(self, card: Card, number: int) -> tuple[str, Scan]:
        person = self.upstream.post("people", name=f"{SURNAMES[number]}小{'云晴晨夏'[number % 4]}")
        directory = ports.get(CustomerDirectory)
        url = directory.authorize_url(
            f"http://m.{self.slug}.localhost/", "demo", scope="snsapi_userinfo"
        )
        who = directory.identify(self.upstream.authorise(url, person["person"]))
        customer = log_in_customer(
            appid=who.appid, openid=who.openid, unionid=who.unionid, nickname=who.nickname
        )
        give_consent(member=customer.member, purpose="service", wording=CONSENT)
        self.people.append((person["person"], customer))
        scan = begin_scan(
            serial=card.serial, customer=customer, ip=f"10.1.{number}.9", device=f"d{number}"
        )
        return person["person"], scan

    def _claim(self, person: str, customer: Customer) -> None:
        promise = Entitlement.objects.get(member_id=customer.member_id)
        if self.rng.random() < 0.85:
            self._pay(person, place_claim_order(customer=customer, entitlement=promise))

    def _buy(self, people: list[tuple[str, Customer]]) -> None:
        links = list(ShareLink.objects.select_related("product").order_by("pk"))
        placed = []
        for person, customer in people:
            link = self.rng.choice(links)
            record_visit(link.token, visitor=f"v{customer.pk}", member=customer.member)
            sku = Sku.objects.filter(product=link.product).latest("pk")
            placed.append((person, self._order(customer, sku)))
        for person, order in placed:
            self._pay(person, order)
        numbers = [order.number for _, order in placed]
        wait_for(
            "支付到账",
            lambda: not Order.objects.filter(number__in=numbers, state="created").exists(),
        )

    def _order(self, customer: Customer, sku: Sku) -> Order:
        lines = [(sku.pk, self.rng.randint(1, 3))]
        quote = quote_cart(dict(lines))
        return place_order(
            customer=customer,
            lines=lines,
            receiver=Receiver(
                name=customer.nickname or "顾客",
                phone=f"138{self.rng.randrange(10**8):08d}",
                province="上海市",
                city=self.rng.choice(("上海市", "杭州市", "广州市")),
                district="",
                address="人民路 1 号",
            ),
            shown_total_fen=quote.total_fen,
            idempotency_key=f"demo-{customer.pk}-{self.rng.randrange(10**9)}",
        )

    def _pay(self, person: str, order: Order) -> None:
        start_payment(order=order)
        order.refresh_from_db()
        self.upstream.post("act/pay", prepay_id=order.payment.prepay_id, person=person)

    def _fulfil(self) -> None:
        orders = list(Order.objects.filter(platform="own", kind="sale", state="paid"))
        for number, order in enumerate(orders):
            if number % 11 == 0:
                refund_rest(order=order, reason="不想要了")
                continue
            ship_order(order=order, carrier="顺丰速运", tracking_no=f"SF{order.pk:012d}")
            confirm_receipt(order=order)
            if number % 7 == 0:
                line = order.lines.filter(is_gift=False).latest("pk")
                request_refund(
                    order=order, lines=[(line.pk, line.paid_fen // 3)], reason="少件补偿"
                )
        self._await_refunds()

    def _return_goods(self) -> None:
        """One buyer sends a piece back and is refunded; another one asks and waits."""
        kept = Order.objects.filter(kind="sale", state="received", refunded_fen=0).order_by("pk")
        first, second = (order.lines.filter(is_gift=False).latest("pk") for order in kept[1:3])
        back = apply_refund(
            order=first.order,
            lines=price_pieces(first.order, {first.pk: 1}).items(),
            pieces={first.pk: 1},
            way=Refund.Way.RETURN_GOODS,
            reason="口味不合",
        )
        approve_refund(refund=back)
        send_goods_back(refund=back, carrier="顺丰速运", tracking_no=f"SF{back.pk:012d}")
        take_goods_in(refund=back, restocks=True)
        apply_refund(
            order=second.order,
            lines=price_pieces(second.order, {second.pk: 1}).items(),
            pieces={second.pk: 1},
            reason="包装压坏了",
        )
        self._await_refunds()

    def _refund_late(self) -> None:
        """After settlement: the commission is clawed back and may leave a debt."""
        kept = Order.objects.filter(kind="sale", state="received", refunded_fen=0)
        order = kept.earliest("pk")
        line = order.lines.filter(is_gift=False).latest("pk")
        request_refund(order=order, lines=[(line.pk, line.paid_fen // 2)], reason="质量问题")
        self._await_refunds()

    def _await_refunds(self) -> None:
        wait_for(
            "退款到账",
            lambda: (
                not Order.objects.filter(refunds__state__in=("requested", "processing")).exists()
            ),
        )

    def _pass_days(self, days: int) -> None:
        pass_time(self.upstream, dt.timedelta(days=days))
