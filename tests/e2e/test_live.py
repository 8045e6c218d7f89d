"""A live room as people play it: the picture moves, words travel, an order is the guide's."""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.devices import CHROMIUM, Desk, Phone, open_browser
from tests.e2e.stage import ROOT, Stage, Twin, eventually, until
from tests.e2e.street import confirm_payment

pytestmark = [
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"没有 {CHROMIUM}"),
]

TAPS_TO_START = 2
PICTURE = "document.getElementById('live-video').currentTime"


@pytest.fixture
def demo() -> Iterator[Stage]:
    """The demo brand of the running processes."""
    out = ROOT / "build" / "e2e" / "live"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    twin = Twin(os.environ.get("TWIN_URL", ""))
    stage = Stage(out, int(os.environ.get("SIYU_PORT", "0")), twin, "aurora")
    yield stage
    stage.close()


@pytest.fixture
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is

    with sync_playwright() as playwright:
        browser = open_browser(playwright)
        yield browser
        browser.close()


def test_a_room_from_the_guides_tap_to_the_guides_credit(demo: Stage, browser: Any) -> None:
    guide, link = _start(demo, browser)
    viewers = [_come_in(demo, browser, link) for _ in range(2)]
    for viewer in viewers:
        _picture_moves(viewer)

    _talk(viewers)
    guide.page.reload()
    title = _explain(guide)
    for viewer in viewers:
        viewer.page.locator("[data-pinned]:not([hidden])", has_text=title).wait_for()
    viewers[0].shot("直播间")
    order_id = _buy(viewers[0])

    _is_credited(demo, browser, guide, order_id)
    _end(guide, viewers[1])
    assert [fault for device in demo.devices for fault in device.faults] == []


def _start(demo: Stage, browser: Any) -> tuple[Phone, str]:
    guide = Phone(browser, demo)
    guide.context.request.post(f"{demo.twin.base}/phone/be/cai")
    guide.page.goto(f"{demo.staff_url}/g/")
    guide.taps = 0
    guide.tap(guide.page.get_by_role("link", name="我的直播"))
    guide.tap(guide.button(re.compile("一键开播|进入我的直播")))
    guide.page.wait_for_url(re.compile("/g/live/[0-9a-z]{26}"))
    assert guide.taps <= TAPS_TO_START
    link = guide.page.locator("#share-text").inner_text().split()[-1]
    assert guide.page.locator("img[alt=邀请二维码]").is_visible()
    guide.shot("导购开播")
    return guide, link


def _come_in(demo: Stage, browser: Any, link: str) -> Phone:
    viewer = Phone(browser, demo)
    viewer.become_customer(f"直播客{secrets.token_hex(2)}")
    viewer.page.goto(link)
    viewer.page.wait_for_selector("#live-video")
    return viewer


def _picture_moves(viewer: Phone) -> None:
    """The stream is decoded: the picture's own time goes on, by itself."""
    begun = until("画面开始播放", lambda: viewer.page.evaluate(PICTURE))
    until("画面往前走两秒", lambda: viewer.page.evaluate(PICTURE) > begun + 2)
    assert viewer.page.evaluate("document.getElementById('live-video').videoWidth") > 0


def _talk(viewers: list[Phone]) -> None:
    words = f"有试用装吗 {secrets.token_hex(3)} <b>粗</b>"
    viewers[0].page.fill("#live-say [name=text]", words)
    viewers[0].page.click("#live-say button")
    for viewer in viewers:
        viewer.page.locator("#live-chat li", has_text=words).wait_for()
        assert viewer.page.locator("#live-chat li b", has_text="粗").count() == 0
    viewers[1].page.click(".live-heart")
    likes = viewers[0].page.locator("#live-likes")
    until("点赞传开", lambda: likes.inner_text() != "0")
    assert viewers[0].page.evaluate("window.siyuLive.missed") == 0


def _explain(guide: Phone) -> str:
    row = guide.page.locator(".weui-cell", has=guide.page.get_by_role("button", name="讲解")).first
    title: str = row.locator(".g-cell__title").inner_text().split()[0]
    row.get_by_role("button", name="讲解").click()
    guide.page.locator(".weui-cell", has_text=title).get_by_text("讲解中").wait_for()
    return title


def _buy(viewer: Phone) -> str:
    page = viewer.page
    page.locator("[data-pinned]:not([hidden])").click()
    page.wait_for_url("**/buy?**")
    assert page.locator("[name=room]").count() == 1
    page.fill("[name=name]", "直播客")
    page.fill("[name=phone]", "13800000009")
    page.select_option("[name=province]", label="浙江省")
    page.fill("[name=city]", "杭州市")
    page.fill("[name=address]", "文三路 9 号")
    page.wait_for_load_state("networkidle")
    due = page.locator("#due").inner_text().replace("¥", "").replace(",", "")
    viewer.button("提交订单并付款").click()
    confirm_payment(viewer, round(float(due) * 100))
    page.wait_for_url("**/orders/*?paid=1")
    return str(re.search(r"/orders/([^?]+)", page.url)[1])


def _is_credited(demo: Stage, browser: Any, guide: Phone, order_id: str) -> None:
    def on_the_board() -> None:
        guide.page.reload()
        paid = guide.page.locator(".weui-cell", has_text="付款").inner_text()
        assert "1 人" in paid

    eventually(on_the_board)
    desk = Desk(browser, demo, "ann", "demo-2026")

    def on_the_order() -> None:
        desk.open(f"/orders/{order_id}")
        assert "从导购的直播邀请进入" in desk.page.locator(".page-body").inner_text()

    eventually(on_the_order)


def _end(guide: Phone, viewer: Phone) -> None:
    guide.button("结束直播").click()
    viewer.page.get_by_text("直播已结束").wait_for()
    assert viewer.page.locator(".live-item").count() > 0
    viewer.shot("直播结束")
