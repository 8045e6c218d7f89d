"""A guide's live room: two taps to go on air, an invitation, a draw, an order from the shelf."""

import re
from dataclasses import replace
from typing import Any

from tests.e2e import office, street
from tests.e2e.devices import Phone
from tests.e2e.play import Play
from tests.e2e.stage import eventually, until, yuan

TAPS_TO_START = 2
PICTURE = "document.getElementById('live-video').currentTime"
PRIZE = "限定礼盒"


def go_live(play: Play) -> None:
    """The second customer is invited by a guide who is not theirs, and buys in the room."""
    customer = play.customers[1]
    play.host = next(each.name for each in play.plan.guides if each.name != customer.guide)
    guide = play.guides[play.host]
    link = _start(guide)
    play.room = re.search(r"/g/live/(\w+)", guide.page.url)[1]
    publish_draw(play)
    office.open_flash_sale(play.operator, play.plan.goods[0], play.plan.flash_fen)
    come_in(play, customer.phone, link)
    take_part(play, customer.phone)
    order_id = buy_inside(play)
    play.await_commission(order_id)
    check_credit(play, order_id)
    _end(guide)


def _start(guide: Phone) -> str:
    guide.page.goto(f"{guide.stage.staff_url}/g/")
    guide.taps = 0
    guide.tap(guide.page.get_by_role("link", name="我的直播"))
    guide.tap(guide.button("一键开播"))
    guide.page.wait_for_url(re.compile("/g/live/[0-9a-z]{26}"))
    assert guide.taps <= TAPS_TO_START
    guide.shot("导购-开播")
    return str(guide.page.locator("#share-text").inner_text().split()[-1])


def publish_draw(play: Play) -> None:
    desk = play.operator
    desk.open(f"/live/{play.room}")
    desk.fill(kind="开播奖", prize=PRIZE, prize_value_fen="99.00", prizes=1, minutes=30)
    desk.press("公布抽奖")
    desk.says("抽奖已公布")
    desk.shot("运营-直播间")


def come_in(play: Play, phone: Phone, link: str) -> None:
    """By the invitation; the picture's own time goes on."""
    page = phone.page
    page.goto(link)
    page.wait_for_selector("#live-video")
    begun = until("画面开始播放", lambda: page.evaluate(PICTURE), seconds=60)
    until("画面往前走一秒", lambda: page.evaluate(PICTURE) > begun + 1, seconds=60)
    phone.shot("顾客-直播间")


def take_part(play: Play, phone: Phone) -> None:
    """In the draw; the number that was given is looked for when it is decided."""
    page = phone.page
    chip = page.locator(".live-draw", has_text=PRIZE)
    assert re.fullmatch(r"(30|2\d):\d\d", chip.locator(".live-countdown").inner_text())
    phone.tap(chip)
    phone.tap(page.get_by_role("button", name="参加"))
    play.ticket = page.locator(".note-plain code").inner_text()
    play.draw = page.url
    phone.shot("顾客-参加抽奖")
    phone.tap(page.get_by_role("link", name="返回直播间"))
    page.wait_for_selector("#live-video")


def buy_inside(play: Play) -> str:
    """One piece of the first article, from the shelf at the price of its sale; the order's id."""
    customer = play.customers[1]
    goods = replace(play.plan.goods[0], price_fen=play.plan.flash_fen)
    phone, page = customer.phone, customer.phone.page
    freight = play.plan.freight[0].fee(1)
    sale = play.sale(customer, goods, 1, play.host, freight)
    phone.tap(page.locator(".live-shelf"))
    item = page.locator(".live-item", has_text=goods.title)
    item.locator("[data-price]", has_text=yuan(goods.price_fen)).wait_for()
    phone.tap(item.locator("[data-buy]"))
    page.wait_for_url("**/buy?**")
    assert page.locator("[name=room]").get_attribute("value") == play.room
    page.locator("#due", has_text=yuan(sale.paid_fen)).wait_for()
    phone.shot("顾客-直播下单")
    phone.tap(phone.button("提交订单并付款"))
    street.confirm_payment(phone, sale.paid_fen)
    page.wait_for_url("**/orders/*?paid=1")
    order_id = str(re.search(r"/orders/([^?]+)", page.url)[1])
    play.note(order_id, customer, sale)
    return order_id


def check_credit(play: Play, order_id: str) -> None:
    """The order says by which evidence, the guide's page whom it brought."""
    body = play.operator.page.locator(".page-body")
    play.operator.open(f"/orders/{order_id}")
    assert "从导购的直播邀请进入" in body.inner_text()
    play.operator.shot("运营-直播订单")
    guide = play.guides[play.host]

    def brought() -> None:
        guide.page.reload()
        cells = [_cell(guide.page, words) for words in ("进入直播间", "点了商品", "付款")]
        assert ["1 人" in cell for cell in cells] == [True] * 3

    eventually(brought)
    guide.shot("导购-邀请来的")


def _cell(page: Any, words: str) -> str:
    return str(page.locator(".weui-cell", has_text=words).inner_text())


def _end(guide: Phone) -> None:
    guide.page.get_by_role("button", name="结束直播").click()
    guide.page.get_by_text("直播已结束").first.wait_for()


def check_draw(play: Play) -> None:
    """The only one who took part has won, with the number that they were given."""
    phone = play.customers[1].phone
    phone.page.goto(play.draw)
    note = phone.page.locator("main .note-plain").inner_text()
    assert play.ticket in note
    assert "中奖了，第 1 名" in note
    phone.shot("顾客-中奖")
