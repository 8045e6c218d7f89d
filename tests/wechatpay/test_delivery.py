"""The twin collects and notifies as WeChat Pay does; its bytes reach the product as they are."""

from collections.abc import Iterator

import pytest

from core import clock, jobs, ports
from core.models import InboxMessage, Journal
from mall import services
from mall.contracts import PaymentGateway
from mall.models import Order, PayException, Refund
from members.models import Customer
from tests.doorway import Doorway, open_doorway
from tests.mall.shop import Shop
from tests.wechatpay.conftest import Till
from wechatpay.gateway import WechatPayGateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(till: Till) -> Iterator[Doorway]:
    with open_doorway() as door:
        door.only = till.merchant.notify_key
        till.twin.post("settings", hostmap={"*.localhost": f"127.0.0.1:{door.port}"})
        yield door


@pytest.fixture
def order(shop: Shop, till: Till) -> Iterator[Order]:
    """An order of a customer who is known to the twin, placed at real time."""
    former = ports.swap(PaymentGateway, WechatPayGateway())
    Customer.objects.filter(pk=shop.buyer.pk).update(appid=till.merchant.appid, openid=till.openid)
    shop.buyer.refresh_from_db()
    with clock.frozen(clock.real_now()):
        yield shop.place()
    ports.swap(PaymentGateway, former)


def pay(order: Order, till: Till, door: Doorway) -> int:
    """Pay in WeChat; the status that the notice was answered with."""
    params = services.start_payment(order=order)
    prepay_id = params["package"].removeprefix("prepay_id=")
    _, answer = door.receive_during(lambda: till.pay(prepay_id))
    door.stand_on("aurora")
    return answer.status_code


def test_a_payment_reaches_the_order(order: Order, till: Till, door: Doorway) -> None:
    assert pay(order, till, door) == 204
    assert Order.objects.get().state == Order.State.CREATED, "the work is a job"

    jobs.run_due("money")

    paid = Order.objects.get()
    assert (paid.state, paid.paid_fen) == (Order.State.PAID, order.total_fen)
    assert Journal.objects.filter(kind="order.paid").count() == 1
    assert InboxMessage.objects.get().state == InboxMessage.State.DONE
    assert not PayException.objects.exists()


def test_a_refund_comes_back_under_its_number(order: Order, till: Till, door: Doorway) -> None:
    pay(order, till, door)
    jobs.run_due("money")
    line = order.lines.get()
    services.request_refund(order=order, lines=[(line.pk, line.amount_fen)], reason="不喜欢")
    jobs.run_due("money")
    refund = Refund.objects.get()
    assert refund.state == Refund.State.PROCESSING

    number = refund.out_refund_no
    done = {"out_refund_no": number, "status": "SUCCESS"}
    _, answer = door.receive_during(lambda: till.twin.post("act/refund_result", **done))
    door.stand_on("aurora")
    jobs.run_due("money")

    assert answer.status_code == 204
    assert Refund.objects.get().state == Refund.State.SUCCESS
    assert Journal.objects.filter(kind="order.refunded").count() == 1
