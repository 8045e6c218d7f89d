"""Payouts: a guide asks, finance agrees above the limit, WeChat confirms, every book agrees."""

import re
from dataclasses import dataclass
from typing import Any

from tests.e2e.codes import read_code
from tests.e2e.devices import Phone
from tests.e2e.play import Play
from tests.e2e.stage import fen, typed, until, yuan

LEAST_FEN, MOST_FEN = 100, 20_000
"""Of one payout, where the rules say nothing else."""


@dataclass(frozen=True)
class Payout:
    """One that arrived: its page for finance, its number at WeChat Pay, its amount."""

    public_id: str
    number: str
    fen: int


def pay_out(play: Play) -> None:
    """The guide who earned most: a part that needs nobody's word, then the rest of it."""
    name, account = max(play.accounts().items(), key=lambda each: each[1].payable_fen)
    guide, purse = play.guides[name], play.phone()
    purse.become_customer(f"{name}本人")
    payouts = list[Payout]()
    for amount in _portions(play, account.payable_fen):
        left = account.payable_fen - sum(each.fen for each in payouts)
        payouts.append(draw(play, guide, purse, left, amount, is_bound=bool(payouts)))
    play.drawn[name] = sum(each.fen for each in payouts)
    check_transfers(play, payouts)
    for payout in payouts:
        check_books(play, name, payout)
    check_totals(play, play.drawn[name])
    reconcile(play, len(payouts))
    play.check_accounts()
    play.check_income()


def _portions(play: Play, payable: int) -> list[int]:
    """The most that needs nobody's word, and what one more payout may take of the rest."""
    free = play.plan.free_payout_fen
    rest = min(payable - free, MOST_FEN)
    return [free, rest] if rest >= LEAST_FEN else [free]


def draw(
    play: Play, guide: Phone, purse: Phone, payable: int, amount: int, *, is_bound: bool
) -> Payout:
    """From the guide's page to the money in WeChat."""
    public_id = ask(guide, payable, amount)
    if amount > play.plan.free_payout_fen:
        approve(play, public_id, amount)
    link = until("收款二维码", lambda: _code(guide, public_id, is_bound=is_bound))
    take(purse, link, amount, is_bound=is_bound)
    until("导购页的已到账", lambda: "已到账" in _head(guide, public_id))
    number = guide.page.locator(".g-break").inner_text().strip()
    guide.shot("导购-已到账")
    return Payout(public_id, number, amount)


def ask(guide: Phone, payable: int, amount: int) -> str:
    page = guide.page
    page.goto(f"{guide.stage.staff_url}/g/me")
    page.get_by_role("link", name="提现").click()
    assert int(page.locator("h1[data-amount]").get_attribute("data-amount")) == payable
    page.fill("[name=amount]", typed(amount))
    guide.shot("导购-提现")
    page.get_by_role("button", name="提现").click()
    page.wait_for_url(re.compile("/g/payouts/[0-9a-z]{26}"))
    return str(page.url.rpartition("/")[2])


def approve(play: Play, public_id: str, amount: int) -> None:
    """Above the limit it stands in front of finance, and nothing is sent until they agree."""
    desk = play.finance
    desk.open("/payouts")
    row = desk.page.locator("tbody tr", has=desk.page.locator(f"a[href='/payouts/{public_id}']"))
    assert yuan(amount) in row.inner_text()
    desk.shot("财务-提现待审批")
    row.get_by_role("button", name="同意", exact=True).click()
    desk.says("已同意")


def _code(guide: Phone, public_id: str, *, is_bound: bool) -> str:
    """What the picture on the guide's page says, once it is the wanted one."""
    head = _head(guide, public_id)
    picture = guide.page.locator("img[alt=收款确认的二维码]")
    wanted = "待您在微信确认" if is_bound else "待您绑定微信"
    if wanted not in head or not picture.count():
        return ""
    guide.shot("导购-收款码")
    return read_code(picture.get_attribute("src"))


def _head(guide: Phone, public_id: str) -> str:
    guide.page.goto(f"{guide.stage.staff_url}/g/payouts/{public_id}")
    return str(guide.page.locator(".g-head").inner_text())


def take(purse: Phone, link: str, amount: int, *, is_bound: bool) -> None:
    """The own WeChat of the guide: scan, at the first time agree to be the payee, confirm."""
    page = purse.page
    page.goto(f"{purse.stage.twin.base}/phone/scan")
    page.fill("[name=text]", link)
    page.locator("main form button").first.click()
    if not is_bound:
        bind = page.get_by_role("button", name="是我本人，绑定这个微信")
        bind.wait_for()
        assert yuan(amount) in page.locator("main").inner_text()
        purse.shot("收款-绑定")
        purse.tap(bind)
    start = page.locator("[data-start]")
    start.wait_for(timeout=40_000)
    assert yuan(amount) in page.locator("main").inner_text()
    purse.tap(start)
    sheet = page.get_by_role("dialog")
    assert fen(re.search(r"¥[\d.]+", sheet.inner_text())[0]) == amount
    purse.shot("收款-确认")
    purse.tap(sheet.get_by_role("button", name="确认收款"))
    page.get_by_text("已到微信零钱").wait_for(timeout=40_000)
    purse.shot("收款-已到账")


def check_transfers(play: Play, payouts: list[Payout]) -> None:
    """The twin's own bills: these and no other, each once, each arrived."""
    bills = play.stage.twin.get("state/transfers", mchid=play.mchid)["transfers"]
    told = sorted((bill["out_bill_no"], bill["state"], _amount(bill)) for bill in bills)
    assert told == sorted((each.number, "SUCCESS", each.fen) for each in payouts)


def _amount(bill: dict[str, Any]) -> int:
    return int(bill["transfer_amount"])


def check_books(play: Play, name: str, payout: Payout) -> None:
    """The journals of the payout on finance's page: taken off, then paid out of cash."""
    desk = play.finance
    desk.open(f"/payouts/{payout.public_id}")
    assert payout.number in desk.page.locator(".page-body").inner_text()
    rows = desk.page.locator("tr", has=desk.page.locator("td:nth-child(6)"))
    cells = rows.evaluate_all("rows => rows.map(r => [...r.cells].map(c => c.innerText.trim()))")
    entries = [(row[4], row[5]) for row in cells]
    money = yuan(payout.fen)
    assert entries.count((money, "")) == entries.count(("", money)) == len(entries) // 2
    assert len(entries) == 6
    assert sum(row[3] == "—" for row in cells) == 1
    assert {row[3] for row in cells} == {name, "—"}
    desk.shot("财务-提现")


def check_totals(play: Play, drawn: int) -> None:
    desk = play.finance
    desk.open("/payouts?tab=paid")
    row = desk.page.locator("table").first.locator("tbody tr").inner_text().split("\t")
    assert [fen(text) for text in row[:3]] == [0, drawn, 0]
    assert "与总账一致" in row[3]
    desk.shot("财务-提现合计")


def reconcile(play: Play, count: int) -> None:
    """Each number asked of WeChat Pay once more, and none differs."""
    desk = play.finance
    desk.open("/payouts/reconcile")
    desk.press("开始对账")
    desk.says("已开始对账")
    until("对账结果", lambda: _reconciled(desk.page, count))
    assert "没有不一致" in desk.page.locator(".page-body").inner_text()
    desk.shot("财务-对账")


def _reconciled(page: Any, count: int) -> bool:
    page.reload()
    cells = page.locator("#runs tbody tr").first.locator("td").all_inner_texts()
    return bool(cells[4:]) and cells[3].strip() == "0" and cells[2].startswith(str(count))
