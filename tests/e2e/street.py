"""What customers and guides do on their phones."""

import re
from dataclasses import dataclass
from typing import Any

from tests.e2e.devices import Phone
from tests.e2e.plan import Plan
from tests.e2e.stage import fen, until, yuan

GREETING_SECONDS = 20
MOST_TAPS = 4


@dataclass
class Customer:
    """A person with a phone; `guide` is who the card led to."""

    name: str
    phone: Phone
    guide: str = ""
    has_address: bool = False


def scan(customer: Customer, plan: Plan, link: str) -> None:
    """The landing page: the promise in full, and nobody is asked who they are."""
    phone, asked = customer.phone, list[str]()
    phone.page.on("request", lambda request: asked.append(request.url))
    phone.page.goto(link)
    body = phone.page.locator("main").inner_text()
    assert f"{plan.gift.title}一份" in body
    assert yuan(plan.gift.price_fen) in body
    assert not [url for url in asked if url.startswith(phone.stage.twin.base)]
    assert not [url for url in asked if "/login" in url]


def add_guide(customer: Customer, plan: Plan) -> None:
    """Green button, consent, the guide's code; then the page knows it by itself."""
    phone, stage = customer.phone, customer.phone.stage
    phone.taps = 0
    phone.tap(phone.button("添加导购，领取福利"))
    allow = phone.page.get_by_role("button", name="允许")
    allow.wait_for()
    phone.shot(f"{customer.name}-授权")
    allow.click()
    phone.page.wait_for_url("**/add")
    assert phone.taps == 1
    head = phone.page.locator("h1").inner_text()
    customer.guide = re.match(r"添加(.+)，领取", head)[1]
    assert plan.guide(customer.guide).store in phone.page.locator("main").inner_text()
    phone.shot(f"{customer.name}-导购码")

    kinds = ("callback.event", "welcome.sent")
    since = max(row["id"] for kind in kinds for row in [{"id": 0}, *stage.twin.log(kind)])
    code = phone.page.locator(".code img").get_attribute("src")
    _add(phone, code)
    phone.page.locator("#standing", has_text=f"已添加{customer.guide}").wait_for(timeout=30_000)
    phone.shot(f"{customer.name}-已匹配")
    _await_greeting(customer, plan, since)


def _add(phone: Phone, code: str) -> None:
    """In another window of the same phone, as WeChat itself opens a code."""
    window = phone.new_page()
    window.goto(f"{phone.stage.twin.base}/phone/scan")
    window.fill("[name=text]", code)
    window.locator("main form button").first.click()
    window.get_by_role("button", name="添加到通讯录").click()
    window.wait_for_url("**/phone/chat/**")
    window.close()


def _await_greeting(customer: Customer, plan: Plan, since: int) -> None:
    """Sent less than twenty real seconds after the push about the adding, with the link."""
    twin = customer.phone.stage.twin
    [sent] = until("欢迎语", lambda: twin.log("welcome.sent", since))
    pushed = twin.log("callback.event", since)[0]
    assert sent["real_at"] - pushed["real_at"] < GREETING_SECONDS
    assert "/card/claim/" in str(sent["data"])


def claim(customer: Customer, plan: Plan) -> None:
    """The greeting's link in the chat, one fen, the pay sheet."""
    phone = customer.phone
    phone.page.goto(f"{phone.stage.twin.base}/phone/")
    phone.page.locator("a.cell").first.click()
    phone.page.locator("a.card").wait_for()
    phone.shot(f"{customer.name}-欢迎语")
    phone.page.locator("a.card").click()
    phone.tap(phone.button("¥0.01 领取"))
    confirm_payment(phone, 1)
    phone.page.wait_for_url("**/benefits?claimed=1")
    assert "已领取" in phone.page.locator("main").inner_text()
    phone.shot(f"{customer.name}-已领取")


def confirm_payment(phone: Phone, amount: int) -> None:
    """WeChat's own sheet says the amount; its button pays."""
    sheet = phone.page.get_by_role("dialog", name="微信支付")
    assert fen(re.search(r"¥[\d.]+", sheet.inner_text())[0]) == amount
    phone.tap(sheet.get_by_role("button", name="确认支付"))


def take_link(guide: Phone, product_title: str, product_id: str) -> str:
    """The guide's own tracked link, from the goods page in the workbench's app."""
    page = guide.page
    page.goto(f"{guide.stage.staff_url}/g/")
    page.locator("nav").get_by_role("link", name="商品").click()
    page.get_by_role("link", name=product_title).click()
    page.wait_for_url(f"**/g/goods/{product_id}")
    if not page.locator("#share-text").count():
        page.get_by_role("button", name="分享给客户").click()
    text = page.locator("#share-text").inner_text()
    return re.search(r"https?://\S+", text)[0]


def open_workbench(guide: Phone, corp_id: str, userid: str, name: str) -> None:
    """The app from WeCom's workbench: logged in without a word."""
    guide.become_member(corp_id, userid)
    guide.page.goto(f"{guide.stage.twin.base}/phone/workbench")
    guide.page.locator("a.cell").first.click()
    guide.page.get_by_role("heading", name=f"{name}，您好").wait_for()


@dataclass(frozen=True)
class Wish:
    """What is bought: amounts in fen."""

    title: str
    quantity: int
    total_fen: int
    gift: str = ""


def buy(customer: Customer, url: str, wish: Wish) -> str:
    """From the opened link to paid in at most four taps; the order's public id."""
    phone = customer.phone
    phone.page.goto(url)
    phone.taps = 0
    assert wish.title in phone.page.locator("h1").inner_text()
    phone.shot(f"{customer.name}-{wish.title}")
    phone.tap(phone.button("立即购买"))
    phone.page.fill("#spec [name=n]", str(wish.quantity))
    phone.tap(phone.page.locator("#spec").get_by_role("button", name="立即购买"))
    phone.page.wait_for_url("**/buy?**")
    if not customer.has_address:
        _type_address(customer)
    phone.page.locator("#due", has_text=yuan(wish.total_fen)).wait_for()
    _check_sum(phone, wish)
    phone.shot(f"{customer.name}-确认订单")
    phone.tap(phone.button("提交订单并付款"))
    confirm_payment(phone, wish.total_fen)
    phone.page.wait_for_url("**/orders/*?paid=1")
    assert phone.taps <= MOST_TAPS
    _check_paid(phone, wish)
    phone.shot(f"{customer.name}-付款成功")
    order_id: str = re.search(r"/orders/([^?]+)", phone.page.url)[1]
    return order_id


def _type_address(customer: Customer) -> None:
    page = customer.phone.page
    page.fill("[name=name]", customer.name)
    page.fill("[name=phone]", f"138{sum(map(ord, customer.name)):08d}")
    page.select_option("[name=province]", label="浙江省")
    page.fill("[name=city]", "杭州市")
    page.fill("[name=address]", "文三路 1 号")
    customer.has_address = True


def _check_sum(phone: Phone, wish: Wish) -> None:
    body = phone.page.locator("form[action='/buy']").inner_text()
    assert yuan(wish.total_fen) in body
    assert bool(wish.gift) == bool(phone.page.locator("[name=gift]").count())
    assert wish.gift in body


def _check_paid(phone: Phone, wish: Wish) -> None:
    body = phone.page.locator("main").inner_text()
    assert "付款成功" in body
    assert yuan(wish.total_fen) in body
    assert ("赠品" in body) == bool(wish.gift)


def confirm_receipt(customer: Customer, order_id: str) -> None:
    page = customer.phone.page
    page.goto(f"{customer.phone.stage.shop_url}/orders/{order_id}")
    customer.phone.tap(page.get_by_role("button", name="确认收货"))
    page.locator(".note", has_text="已确认收货").wait_for()


def ask_back(customer: Customer, order_id: str, total_fen: int) -> None:
    """The whole order, by the form that the order's page leads to."""
    page = customer.phone.page
    page.goto(f"{customer.phone.stage.shop_url}/orders/{order_id}")
    customer.phone.tap(page.get_by_role("link", name="申请退款"))
    assert yuan(total_fen) in page.locator("form").inner_text()
    customer.phone.tap(page.get_by_role("button", name="提交申请"))
    page.locator(".note", has_text="退款申请已提交").wait_for()
    page.goto(f"{customer.phone.stage.shop_url}/orders/{order_id}")


def take_back_unsent(customer: Customer, order_id: str, total_fen: int) -> None:
    """Before it is shipped nobody has to decide; waits until the money has gone back."""
    ask_back(customer, order_id, total_fen)
    until("全额退款", lambda: _is_given_back(customer.phone.page, total_fen))
    customer.phone.shot(f"{customer.name}-已全额退款")


def read_refusal(customer: Customer, order_id: str, reason: str) -> None:
    """What the merchant said stands in the order's story."""
    page = customer.phone.page
    page.goto(f"{customer.phone.stage.shop_url}/orders/{order_id}")
    page.locator(".timeline li", has_text="商家没有同意退款").get_by_text(reason).wait_for()
    customer.phone.shot(f"{customer.name}-协商退款")


def _is_given_back(page: Any, total_fen: int) -> bool:
    page.goto(page.url)
    return f"已退款\n{yuan(total_fen)}" in page.locator("main").inner_text()
