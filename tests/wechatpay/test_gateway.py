"""One contract for `PaymentGateway`, kept by the fake and by the adapter against the twin."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from core import clock
from core.errors import Outcome, PortFailure
from mall.contracts import ALREADY_PAID, PaymentFact, PaymentGateway, RefundState, TradeState
from tests.mall.fakes import FakeGateway
from tests.wechatpay.conftest import Till
from wechatpay.gateway import WechatPayGateway

pytestmark = pytest.mark.django_db

serial = itertools.count(1)


@dataclass
class Bench:
    gateway: PaymentGateway
    openid: str
    pay: Callable[[str, str], object]
    """(out_trade_no, prepay_id): the customer pays."""

    def ask(self, number: str, amount_fen: int = 9_900) -> str:
        later = clock.real_now() + dt.timedelta(minutes=15)
        return self.gateway.create_jsapi(number, amount_fen, "玫瑰面霜", self.openid, later)

    def paid(self, number: str, amount_fen: int = 9_900) -> None:
        self.pay(number, self.ask(number, amount_fen))

    def fact(self, number: str) -> PaymentFact:
        found = self.gateway.query(number)
        assert found is not None
        return found


@pytest.fixture(params=["fake", "twin"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "fake":
        fake = FakeGateway()
        return Bench(fake, "o_eve", lambda number, _: fake.pay(number))
    till: Till = request.getfixturevalue("till")
    return Bench(WechatPayGateway(), till.openid, lambda _, prepay_id: till.pay(prepay_id))


@pytest.fixture
def number() -> str:
    return f"SIYU{next(serial):08d}"


def test_a_number_nobody_asked_for_is_not_there(bench: Bench, number: str) -> None:
    assert bench.gateway.query(number) is None
    assert bench.gateway.query_refund(f"R{number}") is None


def test_a_prepaid_number_waits(bench: Bench, number: str) -> None:
    assert bench.ask(number)

    fact = bench.fact(number)
    assert (fact.state, fact.transaction_id, fact.paid_at) == (TradeState.NOTPAY, "", None)


def test_asking_again_with_the_same_content_is_allowed(bench: Bench, number: str) -> None:
    assert bench.ask(number)
    assert bench.ask(number)


def test_asking_again_with_another_amount_is_refused(bench: Bench, number: str) -> None:
    bench.ask(number)

    with pytest.raises(PortFailure) as caught:
        bench.ask(number, 9_901)

    assert caught.value.outcome is Outcome.REJECTED


def test_a_payment_is_told_with_who_and_how_much(bench: Bench, number: str) -> None:
    bench.paid(number, 12_345)

    fact, merchant = bench.fact(number), bench.gateway.merchant()
    assert (fact.state, fact.amount_fen, fact.currency) == (TradeState.SUCCESS, 12_345, "CNY")
    assert (fact.mchid, fact.appid) == (merchant.mchid, merchant.appid)
    assert (fact.out_trade_no, fact.openid) == (number, bench.openid)
    assert fact.transaction_id
    assert fact.paid_at is not None


def test_closing_twice_or_nothing_is_no_error(bench: Bench, number: str) -> None:
    bench.ask(number)

    bench.gateway.close(number)
    bench.gateway.close(number)
    bench.gateway.close(f"N{number}")

    assert bench.fact(number).state is TradeState.CLOSED


def test_closing_what_was_paid_says_so(bench: Bench, number: str) -> None:
    bench.paid(number)

    with pytest.raises(PortFailure) as caught:
        bench.gateway.close(number)

    assert (caught.value.code, caught.value.outcome) == (ALREADY_PAID, Outcome.REJECTED)


def test_a_refund_is_one_however_often_it_is_asked_for(bench: Bench, number: str) -> None:
    bench.paid(number)

    first = bench.gateway.refund(f"R{number}", number, 4_000, 9_900, "不喜欢")
    again = bench.gateway.refund(f"R{number}", number, 4_000, 9_900, "不喜欢")

    assert first.refund_id == again.refund_id
    assert (first.amount_fen, first.out_trade_no) == (4_000, number)
    assert first.state in (RefundState.PROCESSING, RefundState.SUCCESS)
    found = bench.gateway.query_refund(f"R{number}")
    assert found is not None
    assert (found.refund_id, found.amount_fen) == (first.refund_id, 4_000)


def test_the_pay_sheet_gets_its_arguments(bench: Bench, number: str) -> None:
    prepay_id = bench.ask(number)

    assert bench.gateway.client_params(prepay_id)["package"] == f"prepay_id={prepay_id}"


def test_a_refund_beyond_what_was_paid_is_refused(till: Till, number: str) -> None:
    bench = Bench(WechatPayGateway(), till.openid, lambda _, prepay_id: till.pay(prepay_id))
    bench.paid(number)

    with pytest.raises(PortFailure) as caught:
        bench.gateway.refund(f"R{number}", number, 9_901, 9_900, "")

    assert caught.value.outcome is Outcome.REJECTED


def test_a_finished_refund_is_told_with_its_time(till: Till, number: str) -> None:
    bench = Bench(WechatPayGateway(), till.openid, lambda _, prepay_id: till.pay(prepay_id))
    bench.paid(number)
    bench.gateway.refund(f"R{number}", number, 9_900, 9_900, "")

    till.twin.post("act/refund_result", out_refund_no=f"R{number}", status="SUCCESS")

    found = bench.gateway.query_refund(f"R{number}")
    assert found is not None
    assert found.state is RefundState.SUCCESS
    assert found.succeeded_at is not None
    assert bench.fact(number).state is TradeState.REFUND
