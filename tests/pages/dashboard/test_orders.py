"""订单: finding, reading, shipping, giving back, exceptions, taking away."""

import pytest

from core.models import AuditEntry, Job
from mall.models import Order, PayException, Refund
from mall.services import note_exception
from tenants.context import entered
from tests.conftest import tenant_called
from tests.distribution import kit as line
from tests.pages.dashboard.kit import assert_flat, make_order
from tests.world import World, build_world, client_for

pytestmark = pytest.mark.django_db


def found(world: World, query: str) -> set[str]:
    page = client_for(world.ann).get(f"/orders?{query}").context["page"]
    return {order.number for order in page}


def refund_form(order: Order, **amounts: str) -> dict[str, str]:
    [row] = order.lines.all()
    values = {f"line_{row.pk}" if name == "line" else name: fen for name, fen in amounts.items()}
    return {"reason": "尺码不合适", **values}


def test_each_filter_finds_what_it_says(world: World) -> None:
    own = make_order(world)
    tmall = make_order(world, platform="tmall", platform_order_no="TM1", state="received")
    old = make_order(world, placed_at="2026-01-05T02:00:00Z")

    assert found(world, "") == {own.number, tmall.number, old.number}
    assert found(world, "platform=tmall") == {tmall.number}
    assert found(world, "state=paid") == {own.number, old.number}
    assert found(world, "number=TM1") == {tmall.number}
    assert found(world, f"number={own.number.lower()}") == {own.number}
    assert found(world, "since=2026-03-02") == {own.number, tmall.number}
    assert found(world, "until=2026-01-05") == {old.number}
    assert found(world, f"brand={world.brand.pk}&state=received") == {tmall.number}


@pytest.mark.parametrize("query", ["state=nonsense", "since=tomorrow", "brand=x", "page=99"])
def test_a_senseless_filter_narrows_nothing(world: World, query: str) -> None:
    order = make_order(world)
    assert found(world, query) == {order.number}


def test_htmx_gets_the_rows_without_the_page(world: World) -> None:
    make_order(world)
    client = client_for(world.ann)
    rows = client.get("/orders", HTTP_HX_REQUEST="true").content.decode()
    assert "<table" in rows
    assert "<html" not in rows


def test_a_day_begins_at_midnight_in_shanghai(world: World) -> None:
    late = make_order(world, placed_at="2026-03-01T15:59:59Z")
    early = make_order(world, placed_at="2026-03-01T16:00:00Z")
    assert found(world, "since=2026-03-01&until=2026-03-01") == {late.number}
    assert found(world, "since=2026-03-02&until=2026-03-02") == {early.number}


def test_an_order_tells_who_it_counts_to_in_words(world: World) -> None:
    line.shared_by(world, world.cai)
    order = line.pay(line.place(world, line.Goods(20_000)))
    page = client_for(world.ann).get(f"/orders/{order.public_id}").content.decode()
    assert "打开了导购分享的链接：蔡" in page
    assert "业绩 · 分享导购 蔡" in page
    assert "佣金 · 分享导购 蔡" in page
    assert "¥20.00" in page
    assert "付款成功" in page


def test_an_imported_order_says_what_to_look_at(world: World) -> None:
    order = make_order(world, platform="jd", flags=["deleted_on_platform", "refund_unknown"])
    page = client_for(world.ann).get(f"/orders/{order.public_id}").content.decode()
    assert "在平台上已删除" in page
    assert "文件里没有退款金额" in page
    assert "导入的订单在原平台收款" in page


def test_shipping_sends_a_paid_order_once(world: World) -> None:
    order = make_order(world)
    client, url = client_for(world.bo), f"/orders/{order.public_id}/ship"
    form = {"carrier": "顺丰速运", "tracking_no": "SF1"}
    assert client.post(url, form).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.carrier, order.tracking_no) == ("shipped", "顺丰速运", "SF1")

    again = client.post(url, {**form, "tracking_no": "SF2"}, follow=True)
    assert "订单当前的状态不支持这个操作" in again.content.decode()
    order.refresh_from_db()
    assert order.tracking_no == "SF1"


def test_a_part_is_given_back_by_line_to_the_fen(world: World) -> None:
    order = make_order(world)
    form = refund_form(order, line="33.33")
    answer = client_for(world.finn).post(f"/orders/{order.public_id}/refund", form)
    assert answer.status_code == 302
    refund = Refund.objects.get()
    assert (refund.amount_fen, refund.reason) == (3_333, "尺码不合适")
    assert [(part.amount_fen) for part in refund.lines.all()] == [3_333]
    assert Job.objects.filter(name="mall.send_refund").count() == 1


def test_the_form_as_it_stands_gives_everything_back(world: World) -> None:
    order = make_order(world, freight_fen=800, total_fen=10_800, paid_fen=10_800)
    client, url = client_for(world.finn), f"/orders/{order.public_id}/refund"
    fields = client.get(url).context["form"].fields
    client.post(url, {"reason": "不要了"} | {n: f.initial for n, f in fields.items() if f.initial})
    refund = Refund.objects.get()
    assert (refund.amount_fen, refund.freight_fen) == (10_800, 800)
    assert "没有可退的金额" in client.get(url).content.decode()


@pytest.mark.parametrize("amount", ["100.01", "-1", "0", "", "1.005", "一百"])
def test_a_wrong_amount_gives_nothing_back(world: World, amount: str) -> None:
    order = make_order(world)
    form = refund_form(order, line=amount)
    answer = client_for(world.finn).post(f"/orders/{order.public_id}/refund", form)
    assert answer.status_code == 200
    assert not Refund.objects.exists()


def test_a_failed_refund_is_sent_again_under_its_number(world: World) -> None:
    order = make_order(world)
    refund = Refund.objects.create(
        order=order, out_refund_no="R1", state="failed", amount_fen=1, created_at=order.placed_at
    )
    page = client_for(world.finn).get("/orders/refunds?state=failed").content.decode()
    assert "/orders/refunds/R1/retry" in page
    assert client_for(world.finn).post("/orders/refunds/R1/retry").status_code == 302
    refund.refresh_from_db()
    assert refund.state == "requested"


def test_an_exception_is_resolved_with_a_reason_and_not_without(world: World) -> None:
    note_exception("payment_mismatch", "D9", amount=[10_000, 3])
    row, client = PayException.objects.get(), client_for(world.finn)
    assert "微信支付通知与订单不符，未入账" in client.get("/orders/exceptions").content.decode()
    assert "我方 ¥100.00，微信 ¥0.03" in client.get("/orders/exceptions").content.decode()
    client.post(f"/orders/exceptions/{row.pk}/resolve", {"reason": ""})
    assert PayException.objects.filter(pk=row.pk, resolved_at=None).exists()

    client.post(f"/orders/exceptions/{row.pk}/resolve", {"reason": "已线下核对"})
    row.refresh_from_db()
    assert row.resolved_at is not None
    audited = AuditEntry.objects.get(action="mall.pay_exception.resolved")
    assert audited.reason == "已线下核对"


def test_an_export_is_audited_and_no_cell_computes(world: World) -> None:
    make_order(world, platform="tmall", platform_order_no="=1+1")
    make_order(world)
    answer = client_for(world.ann).get("/orders/csv?platform=tmall")
    text = answer.content.decode()
    assert "'=1+1" in text
    assert len(text.strip().splitlines()) == 2
    assert AuditEntry.objects.get(action="pages.exported").after == {"name": "orders", "rows": 1}


OBJECT_PAGES = (("get", ""), ("post", "/ship"), ("get", "/refund"), ("post", "/refund"))


@pytest.mark.parametrize(("method", "page"), OBJECT_PAGES)
def test_the_other_merchants_order_is_404(world: World, method: str, page: str) -> None:
    with entered(tenant_called("breeze")):
        theirs = make_order(build_world())
    url = f"/orders/{theirs.public_id}{page}"
    assert getattr(client_for(world.admin), method)(url).status_code == 404
    with entered(tenant_called("breeze")):
        theirs.refresh_from_db()
        assert theirs.state == "paid"


def test_a_manager_of_another_store_finds_no_order_and_ships_none(world: World) -> None:
    order = make_order(world, store=world.other_store)
    client = client_for(world.bo)
    assert client.get(f"/orders/{order.public_id}").status_code == 404
    form = {"carrier": "顺丰速运", "tracking_no": "SF1"}
    assert client.post(f"/orders/{order.public_id}/ship", form).status_code == 404
    assert list(client.get("/orders").context["page"]) == []
    order.refresh_from_db()
    assert order.state == "paid"


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("cai", "/orders"),
        ("bo", "/orders/csv"),
        ("bo", "/orders/exceptions"),
        ("bo", "/orders/{}/refund"),
        ("finn", "/orders/{}/ship"),
    ],
)
def test_the_wrong_role_is_refused_and_nothing_changes(world: World, who: str, url: str) -> None:
    order = make_order(world)
    client, url = client_for(getattr(world, who)), url.format(order.public_id)
    assert client.get(url).status_code == 403
    assert client.post(url, {"reason": "x", "tracking_no": "1"}).status_code == 403
    order.refresh_from_db()
    assert order.state == "paid"
    assert not Refund.objects.exists()


def test_lists_and_details_cost_the_same_for_many_rows(world: World) -> None:
    assert_flat(world.ann, "/orders", lambda: make_order(world), most=16)
    order = make_order(world)

    def add_line() -> None:
        [row] = order.lines.order_by("pk")[:1]
        row.pk = None
        row.save()

    assert_flat(world.ann, f"/orders/{order.public_id}", add_line, most=32)
