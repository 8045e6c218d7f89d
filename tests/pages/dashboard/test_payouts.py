"""提现 at the desk of finance: totals that equal the ledger, decisions, both books compared."""

from collections.abc import Iterator

import pytest

from core import clock, jobs, ports
from core.models import AuditEntry, LongTask
from distribution.contracts import PayoutGateway, TransferState
from distribution.models import PayoutAccount, PayoutDifference, Withdrawal
from distribution.services import ask_withdrawal, publish_rules
from tests.distribution.kit import config
from tests.distribution.payees import FakeTransfers, advance, bind, earn, finish
from tests.pages.dashboard.kit import assert_flat, queries_of
from tests.world import World, client_for

pytestmark = pytest.mark.django_db

State = Withdrawal.State


@pytest.fixture
def bank() -> Iterator[FakeTransfers]:
    fake = FakeTransfers()
    former = ports.swap(PayoutGateway, fake)
    yield fake
    ports.swap(PayoutGateway, former)


@pytest.fixture
def paying(world: World, bank: FakeTransfers) -> World:
    """Cai was paid 30.00 and has 50.00 waiting; Dee asks for more than goes unasked."""
    earn(world.cai, 15_000)
    bind(world.cai)
    finish(ask_withdrawal(guide=world.cai, gross_fen=3_000), bank)
    advance(ask_withdrawal(guide=world.cai, gross_fen=5_000))
    earn(world.dee, 20_000)
    bind(world.dee, "o_dee")
    ask_withdrawal(guide=world.dee, gross_fen=15_000)
    return world


def asked() -> Withdrawal:
    return Withdrawal.objects.get(state=State.ASKED)


def test_the_totals_equal_the_ledger(paying: World) -> None:
    page = client_for(paying.finn).get("/payouts")

    totals = page.context["totals"]
    assert (totals.in_transit_fen, totals.paid_out_fen, totals.is_equal) == (20_000, 3_000, True)
    assert "与总账一致" in page.content.decode()

    PayoutAccount.objects.update(drawn_fen=0)
    Withdrawal.objects.filter(state=State.PAID).update(gross_fen=2_999, amount_fen=2_999)
    assert "与总账不符" in client_for(paying.finn).get("/payouts").content.decode()


@pytest.mark.parametrize(
    ("tab", "count"), [("asked", 1), ("moving", 0), ("waiting", 1), ("paid", 1), ("failed", 0)]
)
def test_each_tab_holds_its_own(paying: World, tab: str, count: int) -> None:
    page = client_for(paying.finn).get(f"/payouts?tab={tab}")

    assert page.context["page"].paginator.count == count


def test_agreeing_owes_the_sending(paying: World) -> None:
    row = asked()

    client_for(paying.finn).post(f"/payouts/{row.public_id}/decide", {"decision": "approve"})

    assert advance(row).state == State.WAITING
    assert AuditEntry.objects.filter(action="distribution.payout.approved").count() == 1


def test_declining_needs_a_reason_and_gives_the_money_back(paying: World) -> None:
    row, finn = asked(), client_for(paying.finn)
    address = f"/payouts/{row.public_id}/decide"

    finn.post(address, {"decision": "decline", "reason": " "})
    row.refresh_from_db()
    assert row.state == State.ASKED
    finn.post(address, {"decision": "decline", "reason": "先核对退款"})

    row.refresh_from_db()
    assert (row.state, PayoutAccount.objects.get(guide=paying.dee).drawn_fen) == ("cancelled", 0)


def test_others_may_not_look_or_decide(paying: World) -> None:
    row = asked()

    for staff in (paying.ann, paying.bo, paying.cai):
        client = client_for(staff)
        assert client.get("/payouts").status_code == 403
        assert client.get(f"/payouts/{row.public_id}").status_code == 403
        decided = client.post(f"/payouts/{row.public_id}/decide", {"decision": "approve"})
        assert decided.status_code == 403
    row.refresh_from_db()
    assert row.state == State.ASKED


def test_a_detail_shows_the_ledger_and_the_platforms_words(paying: World) -> None:
    row = Withdrawal.objects.get(state=State.PAID)

    page = client_for(paying.finn).get(f"/payouts/{row.public_id}").content.decode()

    for words in ("从余额扣下", "提现途中", "已发给导购", "已到账，微信单号"):
        assert words in page


def test_a_detail_stays_within_its_budget(paying: World) -> None:
    row = Withdrawal.objects.get(state=State.PAID)

    # session, staff, tenant, unit, row, account, entries
    assert queries_of(paying.finn, f"/payouts/{row.public_id}") <= 8


def test_a_file_has_gross_tax_and_net(paying: World) -> None:
    answer = client_for(paying.finn).get("/payouts/csv?tab=paid")

    header, line = answer.content.decode().splitlines()
    assert "提现金额（元）,代扣个税（元）,到账金额（元）" in header
    assert ",30.0,0.0,30.0,随工资计税," in line


def test_comparing_finds_what_differs_and_a_person_deals_with_it(
    paying: World, bank: FakeTransfers
) -> None:
    finn, paid = client_for(paying.finn), Withdrawal.objects.get(state=State.PAID)
    bank.end(paid.out_bill_no, TransferState.FAILED)
    today = clock.today().isoformat()

    finn.post("/payouts/reconcile", {"since": today, "until": today})
    jobs.run_due("sync")

    task = LongTask.objects.get(kind="distribution.reconcile")
    assert (task.state, task.result) == ("done", {"examined": 2, "differences": 1})
    found = PayoutDifference.objects.get()
    page = finn.get("/payouts/reconcile").content.decode()
    assert paid.out_bill_no in page
    assert "这里是「已到账」，微信支付是「失败」" in page
    finn.post(f"/payouts/differences/{found.pk}/resolve", {"reason": "已与微信核对"})
    assert "没有不一致" in finn.get("/payouts/reconcile").content.decode()


def test_comparing_books_what_ended_there(paying: World, bank: FakeTransfers) -> None:
    row = Withdrawal.objects.get(state=State.WAITING)
    bank.end(row.out_bill_no, TransferState.SUCCESS)
    today = clock.today().isoformat()

    client_for(paying.finn).post("/payouts/reconcile", {"since": today, "until": today})
    jobs.run_due("sync")

    row.refresh_from_db()
    assert (row.state, PayoutDifference.objects.count()) == (State.PAID, 0)


def test_more_than_a_month_is_refused(paying: World) -> None:
    answer = client_for(paying.finn).post(
        "/payouts/reconcile", {"since": "2026-01-01", "until": "2026-02-01"}
    )

    assert "31 天以内" in answer.content.decode()
    assert not LongTask.objects.exists()


def test_a_bound_wechat_is_released_with_a_reason(paying: World) -> None:
    row = Withdrawal.objects.get(state=State.PAID)
    finn, address = client_for(paying.finn), f"/payouts/{row.public_id}/release"

    finn.post(address, {"reason": "换手机"})
    assert PayoutAccount.objects.get(guide=paying.cai).openid == "o_cai", "one is under way"
    Withdrawal.objects.filter(state=State.WAITING).update(state=State.CANCELLED)
    finn.post(address, {"reason": "换手机"})

    assert PayoutAccount.objects.get(guide=paying.cai).openid == ""


def test_a_list_costs_the_same_with_many(world: World, bank: FakeTransfers) -> None:
    publish_rules(brand=world.brand, config=config(payout={"approve_above_fen": 0}))

    def grow() -> None:
        Withdrawal.objects.create(
            out_bill_no=f"TX{Withdrawal.objects.count()}",
            guide=world.cai,
            state=State.FAILED,
            gross_fen=100,
            amount_fen=100,
            tax_profile="employee",
            asked_at=clock.now(),
        )

    # session, staff, tenant, unit, count and page, tabs, sums, guides, ledger, differences
    assert_flat(world.finn, "/payouts?tab=failed", grow, 12)
