"""提现 on the guide's phone: what may be drawn, one's own requests, and the code for WeChat."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from core import clock, ports
from distribution.contracts import PayoutGateway
from distribution.models import PayoutAccount, Withdrawal
from distribution.services import ask_withdrawal, publish_rules, settle_due
from tests.distribution.kit import Goods, config, pay, place, receive, shared_by
from tests.distribution.payees import FakeTransfers, advance, bind, later
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


def sell(world: World, fen: int) -> None:
    """Cai earns a tenth of it, and the time to give it back has passed."""
    shared_by(world, world.cai)
    receive(pay(place(world, Goods(fen))))
    with later(9 * 24 * 60):
        settle_due()


@pytest.fixture
def rich(world: World, bank: FakeTransfers) -> World:
    sell(world, 150_000)
    return world


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def test_nothing_to_draw_says_from_when_on(world: World) -> None:
    page = text_of(client_for(world.cai).get("/g/payouts"))

    assert "满 ¥1.00 就可以提现" in page
    assert 'action="/g/payouts/new"' not in page


def test_the_amount_stands_with_its_derivation_and_limits(rich: World) -> None:
    page = text_of(client_for(rich.cai).get("/g/payouts"))

    for words in ("¥150.00", "每笔 ¥1.00 到 ¥200.00", "每天最多 ¥2,000.00", "提多少到账多少"):
        assert words in page


def test_labour_shows_gross_tax_and_net_before_asking(rich: World) -> None:
    sell(rich, 4_850_000)
    limits = {"most_fen": 500_000, "most_daily_fen": 500_000, "tax_profile": "labour"}
    publish_rules(brand=rich.brand, config=config(payout=limits))

    page = text_of(client_for(rich.cai).get("/g/payouts"))

    assert "提 ¥5,000.00，代扣劳务报酬个税 ¥800.00，到账 ¥4,200.00" in page


def test_asking_leads_to_the_state_with_a_code_to_scan(rich: World) -> None:
    answer = client_for(rich.cai).post("/g/payouts/new", {"amount": "88.00"})

    row = Withdrawal.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/g/payouts/{row.public_id}")
    page = text_of(client_for(rich.cai).get(answer["Location"]))
    assert "data:image/svg+xml" in page
    assert row.token not in page, "the address is only in the picture"
    assert "待您绑定微信" in page


def test_pressing_twice_leads_to_the_one_request(rich: World) -> None:
    browser = client_for(rich.cai)
    targets = {browser.post("/g/payouts/new", {"amount": "60"})["Location"] for _ in range(3)}

    assert targets == {f"/g/payouts/{Withdrawal.objects.get().public_id}"}


@pytest.mark.parametrize(
    "amount", ["", "一百", "1.001", "-5", "1e3", "nan", "0.99", "200.01", "151"]
)
def test_an_amount_that_will_not_do_is_explained(rich: World, amount: str) -> None:
    answer = client_for(rich.cai).post("/g/payouts/new", {"amount": amount}, follow=True)

    assert (answer.status_code, Withdrawal.objects.count()) == (200, 0)
    assert "g-notice" in answer.content.decode()


def test_waiting_says_that_wechat_has_to_confirm(rich: World) -> None:
    bind(rich.cai)
    row = advance(ask_withdrawal(guide=rich.cai, gross_fen=8_800))

    page = text_of(client_for(rich.cai).get(f"/g/payouts/{row.public_id}"))

    assert "待您在微信确认" in page
    assert "企业微信里不能确认收款" in page


def test_a_detail_stays_within_its_budget(rich: World) -> None:
    row = ask_withdrawal(guide=rich.cai, gross_fen=8_800)

    # session, staff, tenant, unit, row, account, host of the customer pages
    assert queries_of(rich.cai, f"/g/payouts/{row.public_id}") <= 8


def test_taking_back_what_was_not_sent_is_done_at_once(rich: World) -> None:
    row = ask_withdrawal(guide=rich.cai, gross_fen=8_800)

    client_for(rich.cai).post(f"/g/payouts/{row.public_id}/cancel")

    row.refresh_from_db()
    assert (row.state, PayoutAccount.objects.get().drawn_fen) == (State.CANCELLED, 0)


def test_another_guide_and_ones_own_manager_get_404(rich: World) -> None:
    row = ask_withdrawal(guide=rich.cai, gross_fen=8_800)

    for staff in (rich.dee, rich.bo):
        client = client_for(staff)
        assert client.get(f"/g/payouts/{row.public_id}").status_code == 404
        assert client.post(f"/g/payouts/{row.public_id}/cancel").status_code == 404
    row.refresh_from_db()
    assert row.state == State.APPROVED


def test_a_list_costs_the_same_with_many(rich: World) -> None:
    ended = clock.now()

    def grow() -> None:
        Withdrawal.objects.create(
            out_bill_no=f"TX{Withdrawal.objects.count()}",
            guide=rich.cai,
            state=State.FAILED,
            gross_fen=100,
            amount_fen=100,
            tax_profile="employee",
            asked_at=ended - dt.timedelta(days=1),
        )

    # session, staff, tenant, unit ×2, rules, income ×4, tax ×1, open, count, page
    assert_flat(rich.cai, "/g/payouts", grow, 16)
