"""The cart: two articles, an address from the book, the freight of that place, one payment."""

import re

from tests.e2e import street
from tests.e2e.play import Play
from tests.e2e.stage import yuan
from tests.e2e.street import Customer

FAR = {"province": "广东省", "city": "深圳市", "address": "科技园路 8 号"}


def fill_cart(play: Play) -> None:
    """By the one whose last link was their own guide's; a part of one line goes back later."""
    customer, (a, b, _) = play.far, play.plan.goods
    pieces = (next(play.quantities), next(play.quantities))
    save_address(customer)
    for goods, wanted in zip((a, b), pieces, strict=True):
        put_in(play, customer, play.products[goods.code], wanted)
    freight = play.plan.freight[1].fee(sum(pieces))
    sales = (play.sale(customer, a, pieces[0], "", freight), play.sale(customer, b, pieces[1]))
    play.basket = check_out(customer, freight, sum(sale.paid_fen for sale in sales))
    play.note(play.basket, customer, *sales)
    play.await_commission(play.basket)


def save_address(customer: Customer) -> None:
    """A second one, and from now on the usual one."""
    phone, page = customer.phone, customer.phone.page
    page.goto(f"{phone.stage.shop_url}/addresses/new")
    page.fill("[name=name]", customer.name)
    page.fill("[name=phone]", "13800000077")
    page.select_option("[name=province]", label=FAR["province"])
    page.fill("[name=city]", FAR["city"])
    page.fill("[name=address]", FAR["address"])
    page.check("[name=is_default]")
    phone.tap(page.get_by_role("button", name="保存地址"))
    page.locator("section.card", has_text=FAR["address"]).get_by_text("默认", exact=True).wait_for()
    phone.shot(f"{customer.name}-地址簿")


def put_in(play: Play, customer: Customer, product_id: str, pieces: int) -> None:
    phone, page = customer.phone, customer.phone.page
    page.goto(f"{play.stage.shop_url}/p/{product_id}")
    phone.tap(page.get_by_role("link", name="加购"))
    page.fill("#spec [name=n]", str(pieces))
    phone.tap(page.get_by_role("button", name="加入购物车"))
    page.get_by_text("已加入购物车").wait_for()


def check_out(customer: Customer, freight: int, total: int) -> str:
    """From the cart with everything ticked to paid; the order's id."""
    phone, page = customer.phone, customer.phone.page
    page.goto(f"{phone.stage.shop_url}/cart")
    assert page.locator(".cart-line").count() == 2
    assert page.locator("[data-total]").inner_text() == yuan(total - freight)
    phone.shot(f"{customer.name}-购物车")
    phone.tap(page.get_by_role("button", name="去结算"))
    page.wait_for_url("**/checkout?**")
    assert FAR["address"] in page.locator("form[action='/checkout']").inner_text()
    sums = page.locator("#sums").inner_text()
    assert f"运费\n{yuan(freight)}" in sums
    assert page.locator("#due").inner_text() == yuan(total)
    phone.shot(f"{customer.name}-结算")
    phone.tap(phone.button("提交订单并付款"))
    street.confirm_payment(phone, total)
    page.wait_for_url("**/orders/*?paid=1")
    phone.shot(f"{customer.name}-两件已付")
    return str(re.search(r"/orders/([^?]+)", page.url)[1])
