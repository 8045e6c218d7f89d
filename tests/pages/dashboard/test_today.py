"""今日 and 口径: what waits for whom, and the numbers one click from their definition."""

import pytest

from core.models import InboxMessage, Job
from mall.models import Refund
from mall.services import note_exception, set_stock
from pages.dashboard.attention import list_attention
from tests.pages.dashboard.kit import assert_flat, make_order, make_sku
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


def make_dead_job() -> None:
    moment = "2026-03-02T02:00:00Z"
    Job.objects.create(
        name="x.y", key="k", lane="default", state="dead", due_at=moment, created_at=moment
    )


def failed_refund(world: World) -> Refund:
    order = make_order(world)
    return Refund.objects.create(
        order=order,
        out_refund_no=f"{order.number}R01",
        amount_fen=2_550,
        state="failed",
        created_at=order.placed_at,
    )


def whats(staff) -> list[str]:
    return [row.what for row in list_attention(staff)]


def test_a_quiet_morning_says_so(world: World) -> None:
    page = client_for(world.admin).get("/").content.decode()
    assert "现在没有需要处理的事" in page
    assert list_attention(world.admin) == []


def test_orders_to_ship_are_counted_and_summed(world: World) -> None:
    make_order(world)
    make_order(world)
    [row] = list_attention(world.ann)
    assert (row.what, row.weight) == ("订单待发货", "2 单，¥200.00")
    assert row.url == "/orders?state=paid&platform=own"


def test_a_manager_is_asked_only_about_the_own_store(world: World) -> None:
    make_order(world, store=world.other_store)
    assert list_attention(world.bo) == []
    make_order(world)
    assert [row.weight for row in list_attention(world.bo)] == ["1 单，¥100.00"]


def test_urgent_rows_come_first_and_only_to_who_may_act(world: World) -> None:
    make_order(world)
    failed_refund(world)
    make_dead_job()
    note_exception("payment_unknown", "T1", amount_fen=1)
    assert whats(world.admin) == [
        "微信支付与订单对不上", "退款失败", "作业多次失败后停止", "订单待发货"
    ]  # fmt: skip
    assert whats(world.finn) == ["微信支付与订单对不上", "退款失败"]
    assert whats(world.bo) == ["订单待发货"]
    assert whats(world.cai) == []


def test_a_dead_callback_and_short_stock_are_said(world: World) -> None:
    sku = make_sku(world, stock=5)
    make_sku(world, stock=6)
    InboxMessage.objects.create(
        source="wecom", key="k", body="x", state="dead", received_at="2026-03-02T02:00:00Z"
    )
    assert whats(world.admin) == ["回调处理失败", "库存将尽或已售完"]
    set_stock(sku=sku, location=world.brand, on_hand=6)
    assert whats(world.admin) == ["回调处理失败"]


def test_every_row_leads_to_a_page_its_reader_may_open(world: World) -> None:
    failed_refund(world)
    make_sku(world, stock=1)
    for staff in (world.admin, world.ann, world.finn):
        for row in list_attention(staff):
            assert client_for(staff).get(row.url).status_code == 200


def test_today_costs_the_same_for_many_orders(world: World) -> None:
    assert_flat(world.admin, "/", lambda: make_order(world), most=70)


def test_a_definition_is_one_click_away_and_an_unknown_one_is_404(world: World) -> None:
    client = client_for(world.ann)
    assert "当天支付金额 − 当天退款金额" in client.get("/metrics/net_sales").content.decode()
    assert "包裹卡引流率" in client.get("/metrics").content.decode()
    assert client.get("/metrics/net_saless").status_code == 404


def test_a_manager_sees_their_own_store_and_no_brand_figures(world: World) -> None:
    page = client_for(world.bo).get("/").content.decode()
    assert "本店净销售" in page
    assert "单客获取成本" not in page
    assert client_for(world.bo).get("/metrics/net_sales").status_code == 403
