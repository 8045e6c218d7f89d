"""One contract for `PayoutGateway`, on the fake and on the adapter against the twin."""

import base64
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from core.errors import Outcome, PortFailure
from distribution.contracts import PayoutGateway, TransferOrder, TransferState
from tests.distribution.payees import PAYER, FakeTransfers
from tests.twin.pay_kit import private_key
from tests.wechatpay.conftest import Till, key_pair
from wechatpay import signing
from wechatpay.transfers import WechatTransfers

pytestmark = pytest.mark.django_db

serial = itertools.count(1)


@dataclass
class Bench:
    gateway: PayoutGateway
    openid: str
    confirm: Callable[[str], Any]

    def order(self, **changes: Any) -> TransferOrder:
        payer = self.gateway.payer()
        made = TransferOrder(
            out_bill_no=f"TX{next(serial):010d}",
            mchid=payer.mchid,
            appid=payer.appid,
            openid=self.openid,
            amount_fen=8_800,
            remark="11月佣金",
            reward="11月销售佣金",
        )
        return replace(made, **changes)


@pytest.fixture(params=["fake", "twin"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "fake":
        fake = FakeTransfers()
        return Bench(fake, "o_cai", lambda number: fake.end(number, TransferState.SUCCESS))
    till: Till = request.getfixturevalue("till")

    def confirm(number: str) -> None:
        till.twin.post("act/confirm_transfer", out_bill_no=number, person=till.person)

    return Bench(WechatTransfers(), till.openid, confirm)


def test_a_number_nobody_used_is_not_there(bench: Bench) -> None:
    assert bench.gateway.query(bench.gateway.payer().mchid, "TXNOBODY") is None


def test_a_transfer_waits_for_its_payee(bench: Bench) -> None:
    order = bench.order()

    told = bench.gateway.transfer(order)
    asked = bench.gateway.query(order.mchid, order.out_bill_no)

    assert (told.state, told.out_bill_no, bool(told.package)) == (
        TransferState.WAITING,
        order.out_bill_no,
        True,
    )
    assert asked is not None
    assert (asked.state, asked.amount_fen, asked.openid, asked.mchid) == (
        TransferState.WAITING,
        8_800,
        order.openid,
        order.mchid,
    )
    assert bench.gateway.client_params(order.mchid, order.appid, told.package) == {
        "mchId": order.mchid,
        "appId": order.appid,
        "package": told.package,
    }


def test_a_confirmed_transfer_has_succeeded(bench: Bench) -> None:
    order = bench.order()
    bench.gateway.transfer(order)

    bench.confirm(order.out_bill_no)

    found = bench.gateway.query(order.mchid, order.out_bill_no)
    assert found is not None
    assert (found.state, found.amount_fen) == (TransferState.SUCCESS, 8_800)
    assert found.finished_at is not None


def test_the_same_number_twice_is_one_transfer(bench: Bench) -> None:
    order = bench.order()

    first, second = bench.gateway.transfer(order), bench.gateway.transfer(order)

    assert first.transfer_bill_no == second.transfer_bill_no
    with pytest.raises(PortFailure) as refused:
        bench.gateway.transfer(replace(order, amount_fen=8_801))
    assert (refused.value.code, refused.value.outcome) == ("INVALID_REQUEST", Outcome.REJECTED)


def test_an_unconfirmed_transfer_is_cancelled(bench: Bench) -> None:
    order = bench.order()
    bench.gateway.transfer(order)

    for _ in range(2):
        bench.gateway.cancel(order.mchid, order.out_bill_no)

    found = bench.gateway.query(order.mchid, order.out_bill_no)
    assert found is not None
    assert found.state is TransferState.CANCELLED


def test_what_was_confirmed_cannot_be_cancelled(bench: Bench) -> None:
    order = bench.order()
    bench.gateway.transfer(order)
    bench.confirm(order.out_bill_no)

    bench.gateway.cancel(order.mchid, order.out_bill_no)

    found = bench.gateway.query(order.mchid, order.out_bill_no)
    assert found is not None
    assert found.state is TransferState.SUCCESS


def test_the_real_name_goes_sealed(till: Till) -> None:
    till.twin.post("settings", pay_transfer_bill_cap=300_000)
    bench = Bench(WechatTransfers(), till.openid, lambda number: None)

    told = bench.gateway.transfer(bench.order(amount_fen=200_000, real_name="蔡明"))

    assert told.state is TransferState.WAITING
    till.twin.post("settings", pay_transfer_bill_cap=20_000)


def test_a_sealed_name_opens_only_with_their_key() -> None:
    private, public = key_pair("platform")

    sealed = signing.seal_text(public, "蔡明")

    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    assert private_key(private).decrypt(base64.b64decode(sealed), oaep).decode() == "蔡明"


@pytest.mark.parametrize(
    ("mode", "code", "outcome"),
    [
        ("reset_after", None, Outcome.UNKNOWN),
        ("truncate", None, Outcome.UNKNOWN),
        ("errcode", "SYSTEM_ERROR", Outcome.UNKNOWN),
        ("errcode", "FREQUENCY_LIMITED", Outcome.RETRYABLE),
        ("errcode", "NOT_ENOUGH", Outcome.RETRYABLE),
        ("errcode", "NO_AUTH", Outcome.REJECTED),
    ],
)
def test_what_an_answer_comes_to(till: Till, mode: str, code: str, outcome: Outcome) -> None:
    bench = Bench(WechatTransfers(), till.openid, lambda number: None)
    till.twin.post(
        "faults", api="fund-app/mch-transfer/transfer-bills", mode=mode, errcode=code, times=1
    )

    with pytest.raises(PortFailure) as failed:
        bench.gateway.transfer(bench.order())

    assert failed.value.outcome is outcome


def test_the_fake_pays_in_the_same_name(till: Till) -> None:
    assert FakeTransfers().payer() == PAYER
    assert WechatTransfers().payer().mchid == till.merchant.mchid
