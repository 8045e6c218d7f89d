"""The twin tells of a transfer as WeChat Pay does; what is not ours to believe moves nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from core import clock, jobs, ledger, ports
from core.models import InboxMessage, Job, Journal
from distribution.contracts import PAID_OUT, PayoutGateway
from distribution.models import PayoutDifference, Withdrawal
from distribution.services import ask_withdrawal
from tests.distribution.payees import PAYER, FakeTransfers, advance, bind, earn
from tests.doorway import Doorway, open_doorway
from tests.footprint import footprint, grown
from tests.twin.forge_desk import Desk, Forged, dumps, envelope, now_text, seal, sign
from tests.wechatpay.conftest import Send, Till
from tests.world import World
from wechatpay.transfers import WechatTransfers

pytestmark = pytest.mark.django_db

State = Withdrawal.State
STEP = "distribution.advance_payout"
EVENT = "MCHTRANSFER.BILL.FINISHED"


@dataclass
class Bench:
    till: Till
    door: Doorway
    row: Withdrawal

    def confirm(self) -> None:
        number = self.row.out_bill_no
        self.till.twin.post("act/confirm_transfer", out_bill_no=number, person=self.till.person)

    def run(self) -> None:
        self.door.stand_on("aurora")
        jobs.run_due("money")
        self.row.refresh_from_db()


@pytest.fixture
def bench(world: World, till: Till) -> Iterator[Bench]:
    former = ports.swap(PayoutGateway, WechatTransfers())
    earn(world.cai, 15_000)
    bind(world.cai, till.openid, appid=till.merchant.appid)
    with clock.frozen(clock.real_now()), open_doorway() as door:
        door.only = till.merchant.notify_key
        till.twin.post("settings", hostmap={"*.localhost": f"127.0.0.1:{door.port}"})
        row = advance(ask_withdrawal(guide=world.cai, gross_fen=8_800))
        Job.objects.filter(name=STEP).delete()  # so that only a notice can tell us
        yield Bench(till, door, row)
    ports.swap(PayoutGateway, former)


def test_a_confirmed_transfer_is_told_and_booked(bench: Bench) -> None:
    _, answer = bench.door.receive_during(bench.confirm)
    bench.run()

    assert answer.status_code == 204
    assert (bench.row.state, ledger.balance(PAID_OUT)) == (State.PAID, 8_800)
    assert InboxMessage.objects.get().state == InboxMessage.State.DONE


def test_told_five_times_it_is_booked_once(bench: Bench) -> None:
    _, push = bench.door.hold_during(bench.confirm)

    answers = [push.deliver().status_code for _ in range(5)]
    bench.run()

    assert answers == [204] * 5
    assert Journal.objects.filter(kind="payout.paid").count() == 1
    assert InboxMessage.objects.get().deliveries == 5


def test_an_altered_notice_is_refused(bench: Bench) -> None:
    _, push = bench.door.hold_during(bench.confirm)

    push.body = push.body.replace(b"create_time", b"create_tima")
    assert push.deliver().status_code == 401
    bench.run()

    assert (bench.row.state, InboxMessage.objects.count()) == (State.WAITING, 0)


@pytest.fixture
def waiting(world: World, desk: Desk) -> Iterator[Withdrawal]:
    """A withdrawal that waits at a platform whose pen is in our hand."""
    fake = FakeTransfers()
    former = ports.swap(PayoutGateway, fake)
    earn(world.cai, 15_000)
    bind(world.cai)
    yield advance(ask_withdrawal(guide=world.cai, gross_fen=8_800))
    ports.swap(PayoutGateway, former)


def notice(desk: Desk, row: Withdrawal, **changes: Any) -> Forged:
    """An authentic notice; what it says may be anything."""
    plain = {
        "mch_id": PAYER.mchid,
        "out_bill_no": row.out_bill_no,
        "transfer_bill_no": "1330000000001",
        "state": "SUCCESS",
        "transfer_amount": 8_800,
        "openid": row.openid,
        "create_time": now_text(-60),
        "update_time": now_text(),
        **changes,
    }
    return sign(desk, dumps(envelope(seal(desk, dumps(plain), "mch_payment"), EVENT)))


def told(answer: Any) -> tuple[int, str]:
    jobs.run_due("money")
    return answer.status_code, InboxMessage.objects.get().state


def test_a_true_notice_is_believed(desk: Desk, waiting: Withdrawal, send: Send) -> None:
    assert told(send(notice(desk, waiting))) == (204, "done")

    waiting.refresh_from_db()
    assert waiting.state == State.PAID


@pytest.mark.parametrize(
    "changes",
    [
        {"transfer_amount": 8_801},
        {"transfer_amount": 1},
        {"transfer_amount": 8_800.0},
        {"transfer_amount": "8800"},
        {"transfer_amount": True},
        {"transfer_amount": -8_800},
        {"openid": "o_dee"},
        {"mch_id": "1900000009"},
        {"out_bill_no": "TXNOBODY"},
        {"state": "PAID"},
        {"state": None},
        {"update_time": "yesterday"},
    ],
    ids=str,
)
def test_a_notice_that_is_not_about_our_transfer_moves_no_money(
    desk: Desk, waiting: Withdrawal, send: Send, changes: dict[str, Any]
) -> None:
    assert told(send(notice(desk, waiting, **changes))) == (204, "dead")

    waiting.refresh_from_db()
    assert (waiting.state, ledger.balance(PAID_OUT)) == (State.WAITING, 0)


def test_another_amount_is_kept_for_a_person(desk: Desk, waiting: Withdrawal, send: Send) -> None:
    told(send(notice(desk, waiting, transfer_amount=8_801)))

    found = PayoutDifference.objects.get()
    assert (found.kind, found.withdrawal, found.detail["amount"]) == (
        "payout_mismatch",
        waiting,
        [8_800, 8_801],
    )


def test_a_notice_signed_by_a_stranger_leaves_no_trace(
    desk: Desk, waiting: Withdrawal, send: Send
) -> None:
    true, before = notice(desk, waiting), footprint()

    answer = send(sign(desk, true.body, key=desk.stranger_pem))

    assert (answer.status_code, grown(before)) == (401, {})


def test_success_told_after_failure_is_kept_for_a_person(
    desk: Desk, waiting: Withdrawal, send: Send
) -> None:
    send(notice(desk, waiting, state="FAIL", fail_reason="OVERDUE_CLOSE"))
    send(notice(desk, waiting))
    jobs.run_due("money")

    waiting.refresh_from_db()
    assert (waiting.state, ledger.balance(PAID_OUT)) == (State.OVERDUE, 0)
    assert PayoutDifference.objects.get().kind == "payout_contradiction"
