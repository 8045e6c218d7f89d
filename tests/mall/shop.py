"""A small shop on the fixed world: one product, two SKUs, a buyer, and short sentences."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from core import clock, jobs
from mall import services
from mall.contracts import PaymentFact, Receiver
from mall.models import Benefit, Entitlement, Order, OrderLine, Sku, Stock
from mall.selectors import merge_cart, quote_cart
from members.models import Customer, Member
from org.models import OrgUnit
from tests.mall.fakes import MERCHANT, FakeGateway

HOME = Receiver(name="伊芙", phone="13800000001", city="上海市", address="南京东路 1 号")


@dataclass
class Shop:
    brand: OrgUnit
    cream: Sku
    soap: Sku
    buyer: Customer
    gateway: FakeGateway

    def place(self, *lines: tuple[Sku, int], key: str = "", **changes: Any) -> Order:
        cart = [(sku.pk, quantity) for sku, quantity in lines or [(self.cream, 1)]]
        fields: dict[str, Any] = {
            "customer": self.buyer,
            "lines": cart,
            "receiver": HOME,
            "shown_total_fen": quote_cart(merge_cart(cart)).total_fen,
            "idempotency_key": key or f"key-{Order.objects.count()}",
        }
        return services.place_order(**{**fields, **changes})

    def pay(self, order: Order, **wrong: Any) -> PaymentFact:
        """The buyer pays in WeChat; the notice is not delivered yet."""
        services.start_payment(order=order)
        return self.gateway.pay(order.number, **wrong)

    def paid(self, *lines: tuple[Sku, int], **changes: Any) -> Order:
        order = self.place(*lines, **changes)
        services.settle_payment(self.pay(order))
        return fresh(order)

    def shipped(self, *lines: tuple[Sku, int]) -> Order:
        order = self.paid(*lines)
        return services.ship_order(order=order, carrier="顺丰", tracking_no="SF1")

    def claimed(self, benefit: Benefit) -> Entitlement:
        """The buyer was promised a benefit and claimed it for a fen."""
        promise = services.grant_entitlement(
            member=self.buyer.member, benefit=benefit, source_ref="test"
        )
        order = services.place_claim_order(customer=self.buyer, entitlement=promise)
        services.settle_payment(self.pay(order))
        return Entitlement.objects.get(pk=promise.pk)


def open_shop(brand: OrgUnit, eve: Member, gateway: FakeGateway, stock: int = 20) -> Shop:
    product = services.create_product(brand=brand, title="玫瑰面霜", category="护肤")
    cream = services.add_sku(product=product, code="CREAM", price_fen=10_000, cost_fen=3_000)
    soap = services.add_sku(product=product, code="SOAP", price_fen=3_333, cost_fen=1_000)
    for sku in (cream, soap):
        services.set_stock(sku=sku, location=brand, on_hand=stock)
    return Shop(brand, cream, soap, login_of(eve), gateway)


def login_of(member: Member, openid: str = "o_eve") -> Customer:
    now = clock.now()
    return Customer.objects.create(
        member=member, appid=MERCHANT.appid, openid=openid, created_at=now, last_seen_at=now
    )


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def held(sku: Sku) -> int:
    """The pieces the count says are taken, which is what the lines hold."""
    sold = sum(Stock.objects.filter(sku=sku).values_list("sold", flat=True))
    lines = sum(OrderLine.objects.filter(sku=sku).values_list("held", flat=True))
    assert sold == lines
    return sold


def run_money() -> None:
    jobs.run_due("money")


def later(**delta: float) -> Any:
    return clock.frozen(clock.now() + dt.timedelta(**delta))
