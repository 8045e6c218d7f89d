"""The next morning: what WeChat Pay has, what every page says, what must be true."""

import datetime as dt

from tests.e2e import ledgers, showroom
from tests.e2e.ledgers import Figure
from tests.e2e.play import Play
from tests.e2e.reference import conversion_band, net_sales, percent_words
from tests.e2e.stage import manage, run_command, told_by, until, yuan

CLAIM_FEN = 1

NOT_PLAYED = {"M7.history"}
"""This play has no history that was loaded whole."""


def wake_up(play: Play) -> None:
    """The next morning: what WeChat Pay has, what every page says, what must be true."""
    play.stage.move_clock(1)
    today = play.stage.twin.now().date()
    manage("nightly", "--tenant", play.plan.slug)
    showroom.check_draw(play)
    log = ledgers.read_pay_log(play.stage.twin, play.mchid)
    check_money(play, log)
    check_morning(play, log, today)
    for order_id, sales in play.sales.items():
        ledgers.check_order_page(play.operator, order_id, sales, play.plan.rules)
    for order_id, customer in play.owners.items():
        ledgers.check_customers_page(customer.phone, order_id, play.sales[order_id])


def check_money(play: Play, log: ledgers.PayLog) -> None:
    """WeChat Pay collected the orders and three times one fen, and gave back the refunds."""
    sales = {play.numbers[order_id]: found for order_id, found in play.sales.items()}
    orders = {number: amount for _, number, amount in log.paid if number in sales}
    assert orders == {number: ledgers.paid_fen(found) for number, found in sales.items()}
    assert [fen for _, number, fen in log.paid if number not in sales] == [CLAIM_FEN] * 3
    back = sorted((number, fen) for _, number, fen in log.refunded)
    expected = [(n, fen) for n, found in sales.items() for sale in found for fen in sale.refunds]
    assert back == sorted(expected)


def check_morning(play: Play, log: ledgers.PayLog, today: dt.date) -> None:
    """今日 and the definitions: net sales of every day, what the cards brought."""
    paid = [(day, fen) for day, _, fen in log.paid if fen != CLAIM_FEN]
    net = net_sales(paid, [(day, fen) for day, _, fen in log.refunded])
    first = min(net)
    days = [first + dt.timedelta(days=n) for n in range((today - first).days)]
    sales = {day: Figure(yuan(net.get(day, 0)), yuan(net.get(day, 0))) for day in days}
    cards, cohort = play.plan.delivered, play.delivered_at.date()
    scanned = Figure(percent_words(4, cards), 4, cards)
    conversion = percent_words(3, cards)
    banded = Figure(f"{conversion}（{conversion_band(3, cards)}）", 3, cards)
    ledgers.check_metric(play.operator, "net_sales", today, sales)
    ledgers.check_metric(play.operator, "card_scan_rate", today, {cohort: scanned})
    ledgers.check_metric(play.operator, "card_conversion_rate", today, {cohort: banded})
    play.operator.open("/")
    play.operator.shot("运营-今日")
    assert ledgers.tile(play.operator, "net_sales") == sales[days[-1]].value
    assert ledgers.tile(play.operator, "card_scan_rate") == scanned.value
    assert ledgers.tile(play.operator, "card_conversion_rate") == conversion


def await_work(play: Play) -> None:
    """The clock went a day ahead, so that its duties are late at once: let them be done.

    The scheduler rings every lane within half a minute of real time.
    """

    def is_done() -> bool:
        told = told_by(run_command("check_invariants", "--tenant", play.plan.slug))
        return not told["invariants"]["E7"]["violations"]

    until("昨天到期的作业都做完", is_done, seconds=90)


def check_truths(play: Play) -> None:
    """Every invariant was looked at on rows of this merchant, and none is broken."""
    await_work(play)
    told = manage("check_invariants", "--tenant", play.plan.slug)
    assert told["ok"], told
    idle = {code for code, row in told["invariants"].items() if not row["examined"]}
    assert idle == NOT_PLAYED
    assert [fault for device in play.stage.devices for fault in device.faults] == []
