"""Reading figures off the pages, to the fen, and setting them against the reference."""

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.devices import Desk, Phone
from tests.e2e.reference import Earning, Rules, Sale, earnings, payable
from tests.e2e.stage import SHANGHAI, Twin, fen, yuan

STATES = ("estimated", "frozen", "settleable", "settled")
STATE_WORDS = {"estimated": "预估", "frozen": "冻结", "settled": "已结算", "reversed": "冲回"}


@dataclass
class Account:
    """One guide's commission as the rules say: by order number, and by state.

    `drawn_fen` is what has been paid out of it.
    """

    by_order: dict[str, list[Earning]] = field(default_factory=lambda: defaultdict(list))
    by_state: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    drawn_fen: int = 0

    @property
    def payable_fen(self) -> int:
        return payable(self.by_state["settled"], self.drawn_fen)

    @property
    def earned(self) -> list[tuple[str, Earning]]:
        return [(number, each) for number, found in self.by_order.items() for each in found]


def expected_accounts(
    rules: Rules, orders: dict[str, list[Sale]], states: dict[str, str], drawn: dict[str, int]
) -> dict[str, Account]:
    """{guide: account} of the orders {number: what was bought} in their states."""
    found: dict[str, Account] = defaultdict(Account)
    for number, sale in [(number, sale) for number, sales in orders.items() for sale in sales]:
        for earning in earnings(rules, sale):
            account = found[earning.guide]
            account.by_order[number].append(earning)
            if sale.left_fen:
                account.by_state[states[number]] += earning.standing_fen
    for guide, amount in drawn.items():
        found[guide].drawn_fen = amount
    return dict(found)


def check_operator_page(desk: Desk, accounts: dict[str, Account]) -> None:
    """Each guide's row and the totals of all, each said to agree with the books."""
    desk.open("/commission")
    table = desk.page.locator("table").first
    shown = {row[0]: row for row in _cells(table.locator("tbody tr"))}
    assert set(shown) == set(accounts)
    for guide, account in accounts.items():
        assert [fen(text) for text in shown[guide][2:6]] == [*account.by_state.values()], guide
        assert "与总账一致" in shown[guide][6]
    sums = [sum(account.by_state[state] for account in accounts.values()) for state in STATES]
    [total] = _cells(table.locator("tfoot tr"))
    assert [fen(text) for text in total[2:6]] == sums
    assert "与总账一致" in total[6]
    desk.shot("财务-佣金")


def _cells(rows: Any) -> list[list[str]]:
    """The texts of each row's children, in one question to the browser."""
    texts: list[list[str]] = rows.evaluate_all(
        "rows => rows.map(row => [...row.children].map(cell => cell.innerText.trim()))"
    )
    return texts


def check_income_page(guide: Phone, name: str, account: Account) -> None:
    """The strip, every amount, and the derivation behind each."""
    page = guide.page
    page.goto(f"{guide.stage.staff_url}/g/me")
    values = [fen(text) for text in page.locator(".g-strip__value").all_inner_texts()]
    assert values == [
        account.by_state["estimated"],
        account.by_state["frozen"],
        account.payable_fen,
    ]
    guide.shot(f"{name}-收入")
    rows = page.locator("a[href^='/g/me/commissions/']")
    links = [row.get_attribute("href") for row in rows.all()]
    listed = [
        int(each.get_attribute("data-amount")) for each in page.locator("[data-amount]").all()
    ]
    earned = account.earned
    assert sorted(listed) == sorted(each.standing_fen for _, each in earned)
    for link in links:
        earned.remove(_check_derivation(guide, link, account))
    assert earned == []
    guide.shot(f"{name}-怎么来的")


def _check_derivation(guide: Phone, link: str, account: Account) -> tuple[str, Earning]:
    """The one of the order's earnings that the page derives."""
    page = guide.page
    page.goto(guide.stage.staff_url + link)
    number = re.search(r"订单 (\S+)", page.locator(".g-head").inner_text())[1]
    steps = {title: "".join(value) for title, *value in _cells(page.locator(".g-node__row"))}
    bases = {yuan(each.base_fen): each for each in account.by_order[number]}
    earning = bases[steps["计佣金额"]]
    assert int(page.locator("h1[data-amount]").get_attribute("data-amount")) == earning.standing_fen
    assert page.locator("h1").inner_text() == yuan(earning.standing_fen)
    assert steps["佣金池"] == yuan(earning.pool_fen)
    part = "100%" if earning.percent == 100 else f"{earning.percent}% = {yuan(earning.amount_fen)}"
    assert steps["分到的比例"] == part
    assert fen(steps.get("退款冲回", "¥0.00")) == -earning.reversed_fen
    return str(number), earning


def check_order_page(desk: Desk, order_id: str, sales: list[Sale], rules: Rules) -> None:
    """What the order says of its money and of everybody's commission on it."""
    desk.open(f"/orders/{order_id}")
    page = desk.page
    assert fen(page.locator("dt:text-is('实付') + dd").inner_text()) == paid_fen(sales)
    back = page.locator("dt:text-is('已退') + dd")
    assert (fen(back.inner_text()) if back.count() else 0) == refunded_fen(sales)
    rows = [row for row in _cells(page.locator("tr")) if row and row[0].startswith("佣金 · ")]
    shown = sorted((row[0].rpartition(" ")[2], fen(row[2])) for row in rows)
    earned = [earning for sale in sales for earning in earnings(rules, sale)]
    assert shown == sorted((each.guide, each.standing_fen) for each in earned)


def paid_fen(sales: list[Sale]) -> int:
    return sum(sale.paid_fen for sale in sales)


def refunded_fen(sales: list[Sale]) -> int:
    return sum(fen for sale in sales for fen in sale.refunds)


def check_customers_page(phone: Phone, order_id: str, sales: list[Sale]) -> None:
    """The same order as the customer sees it."""
    phone.page.goto(f"{phone.stage.shop_url}/orders/{order_id}")
    sums = dict(part.split("\n") for part in phone.page.locator(".sum").all_inner_texts())
    assert fen(sums["实付"]) == paid_fen(sales)
    assert fen(sums.get("已退款", "¥0.00")) == refunded_fen(sales)


@dataclass(frozen=True)
class PayLog:
    """What WeChat Pay did for the merchant: (day, order number, fen) each."""

    paid: list[tuple[dt.date, str, int]]
    refunded: list[tuple[dt.date, str, int]]


def read_pay_log(twin: Twin, mchid: str) -> PayLog:
    entries = twin.get("pay/log", mchid=mchid)["entries"]
    state = twin.get("state/pay", mchid=mchid)
    assert {row["trade_state"] for row in state["transactions"]} <= {"SUCCESS", "REFUND"}
    assert {row["status"] for row in state["refunds"]} <= {"SUCCESS"}
    return PayLog(_of_kind(entries, "transaction"), _of_kind(entries, "refund"))


def _of_kind(entries: list[dict[str, Any]], kind: str) -> list[tuple[dt.date, str, int]]:
    return [
        (_day(entry["at"]), entry["out_trade_no"], entry["amount"])
        for entry in entries
        if entry["kind"] == kind
    ]


def _day(at: float) -> dt.date:
    return dt.datetime.fromtimestamp(at, SHANGHAI).date()


@dataclass(frozen=True)
class Figure:
    """A cell of a metric as its page shows it."""

    value: str
    numerator: int | str
    denominator: int | None = None

    def cells(self) -> list[str]:
        below = "—" if self.denominator is None else str(self.denominator)
        return [self.value, str(self.numerator), below, "成熟"]


def check_metric(desk: Desk, code: str, today: dt.date, expected: dict[dt.date, Figure]) -> None:
    """The definition's page has its formula and exactly the figure of each day given."""
    desk.open(f"/metrics/{code}")
    assert desk.page.locator("dt:text-is('公式') + dd").inner_text()
    rows = {row[0]: row for row in _cells(desk.page.locator("table").last.locator("tbody tr"))}
    for day, figure in expected.items():
        assert rows[_shown(day, today)][1:5] == figure.cells(), (code, day)
    desk.shot(f"口径-{code}")


def _shown(day: dt.date, today: dt.date) -> str:
    return day.strftime("%m-%d" if day.year == today.year else "%Y-%m-%d")


def tile(desk: Desk, code: str) -> str:
    """The figure of a tile or of a row of 今日."""
    card = desk.page.locator(f"a.card[href='/metrics/{code}'] .h1")
    if card.count():
        return str(card.inner_text()).strip()
    row = desk.page.locator("tr", has=desk.page.locator(f"a[href='/metrics/{code}']"))
    return str(row.locator("td").nth(2).inner_text()).strip()
