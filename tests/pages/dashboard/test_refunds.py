"""售后: agreed to or not, goods taken in, each tab with what waits there."""

import pytest

from mall import services
from mall.models import Order, Refund
from tests.pages.dashboard.kit import assert_flat, make_order, make_sku
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


def ask_back(world: World, order: Order | None = None) -> Refund:
    order = order or make_order(world, sku=make_sku(world), state="shipped")
    Order.objects.filter(pk=order.pk).update(shipped_at=order.paid_at)
    line = order.lines.get()
    return services.apply_refund(
        order=order,
        lines=[(line.pk, 10_000)],
        pieces={line.pk: 1},
        reason="尺码不合适",
        way=Refund.Way.RETURN_GOODS,
    )


def shown(world: World, state: str) -> list[str]:
    page = client_for(world.ann).get(f"/orders/refunds?state={state}").context["page"]
    return [refund.out_refund_no for refund in page]


def test_a_return_goes_from_tab_to_tab(world: World) -> None:
    refund = ask_back(world)
    client, url = client_for(world.ann), f"/orders/refunds/{refund.out_refund_no}"
    assert shown(world, "applied") == [refund.out_refund_no]

    client.post(f"{url}/decide", {"decision": "approve"})
    assert shown(world, "to_return") == [refund.out_refund_no]
    services.send_goods_back(refund=refund, carrier="顺丰速运", tracking_no="SF9")
    assert shown(world, "returning") == [refund.out_refund_no]
    assert "SF9" in client.get(url).content.decode()

    client.post(f"{url}/receive", {"restocks": "yes"})
    refund.refresh_from_db()
    assert (refund.state, refund.restocks) == ("requested", True)
    assert shown(world, "open") == [refund.out_refund_no]


def test_goods_that_cannot_be_sold_are_taken_in_all_the_same(world: World) -> None:
    refund = ask_back(world)
    services.approve_refund(refund=refund)
    url = f"/orders/refunds/{refund.out_refund_no}/receive"
    client_for(world.finn).post(url, {"restocks": "no"})
    refund.refresh_from_db()
    assert (refund.state, refund.restocks) == ("requested", False)
    again = client_for(world.finn).post(url, {"restocks": "yes"})
    assert again.status_code == 409
    refund.refresh_from_db()
    assert not refund.restocks


def test_no_needs_a_reason_also_after_the_goods_came(world: World) -> None:
    refund = ask_back(world)
    services.approve_refund(refund=refund)
    client, url = client_for(world.ann), f"/orders/refunds/{refund.out_refund_no}/decide"
    assert client.post(url, {"decision": "decline", "reason": " "}).status_code == 422
    client.post(url, {"decision": "decline", "reason": "不是这件商品"})
    assert shown(world, "declined") == [refund.out_refund_no]


def test_the_tabs_count_what_waits(world: World) -> None:
    ask_back(world)
    ask_back(world)
    tabs = client_for(world.ann).get("/orders/refunds?state=nonsense").context["tabs"]
    assert [count for code, _, count in tabs if code == "applied"] == [2]


def test_another_stores_return_is_404_to_a_manager(world: World) -> None:
    order = make_order(world, sku=make_sku(world), state="shipped", store=world.other_store)
    refund = ask_back(world, order)
    assert client_for(world.bo).get(f"/orders/refunds/{refund.out_refund_no}").status_code == 404


def test_a_manager_sees_and_does_not_decide(world: World) -> None:
    refund = ask_back(world)
    client, url = client_for(world.bo), f"/orders/refunds/{refund.out_refund_no}"
    assert "同意退货" not in client.get(url).content.decode()
    for act in ("/decide", "/receive"):
        assert client.post(url + act, {"decision": "approve"}).status_code == 403
    refund.refresh_from_db()
    assert refund.state == "applied"


def test_the_list_costs_the_same_for_many_rows(world: World) -> None:
    assert_flat(world.ann, "/orders/refunds", lambda: ask_back(world), most=16)
