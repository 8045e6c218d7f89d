"""A flash sale of few pieces under a crowd, over HTTP, on several processes.

`python -m tests.soak.sales [--seeds 5] [--buyers 1000] [--stock 50]`. For each seed: so
many buyers in random order, 64 in flight; every order is paid at the twin; the notices
come in as real ones do. Then the same with buyers who give up their orders at once, and
at last the control: a server that reads the count and writes it later must oversell.
"""

import argparse
import json
import random
import secrets
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.soak._house import free_port, wait_for
from tests.soak._load import Answer, Visit, drive, get, post
from tests.soak._market import (
    APPID,
    CSRF,
    HOST,
    MCHID,
    Market,
    add_goods,
    connect_pay,
    inside,
    open_market,
    open_sale,
)

from django.db.models import F, Sum  # isort: skip
from core.models import Entry  # isort: skip
from mall.contracts import CASH  # isort: skip
from mall.models import (  # isort: skip
    FlashClaim,
    FlashSale,
    Order,
    OrderLine,
    Sku,
    Stock,
    StockBucket,
)
from members.models import Customer  # isort: skip
from siyu.invariants import INVARIANTS  # isort: skip

IN_FLIGHT = 64
PRICE = 4_900
PAID_SECONDS = 120.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--buyers", type=int, default=1_000)
    parser.add_argument("--stock", type=int, default=50)
    parser.add_argument("--workers", type=int, default=4)
    wanted = parser.parse_args()
    with open_market(workers=wanted.workers) as market:
        connect_pay(market)
        market.add_buyers(wanted.buyers)
        with inside():
            sku = add_goods("HOT", wanted.stock * (3 * wanted.seeds + 2))
        verdicts = [_round(market, sku, wanted, secrets.randbelow(10**6), number)
                    for number in range(wanted.seeds)]  # fmt: skip
        verdicts.append(_control(market, sku, wanted))
        verdicts.append(_invariants())
    ok = all(verdict["ok"] for verdict in verdicts)
    print(json.dumps({"ok": ok, "rounds": len(verdicts)}))
    return 0 if ok else 1


def _round(
    market: Market, sku: Sku, wanted: argparse.Namespace, seed: int, number: int
) -> dict[str, Any]:
    """One sale that everybody pays, then one in which three of ten give up."""
    dice = random.Random(seed)
    paid = _paid_sale(market, sku, wanted, dice, f"{number}p")
    given_up = _given_up_sale(market, sku, wanted, dice, f"{number}g")
    verdict = {"ok": paid["ok"] and given_up["ok"], "seed": seed, **paid, "given_up": given_up}
    verdict["ok"] = paid["ok"] and given_up["ok"]
    print(json.dumps(verdict, ensure_ascii=False), flush=True)
    return verdict


def _paid_sale(
    market: Market, sku: Sku, wanted: argparse.Namespace, dice: random.Random, name: str
) -> dict[str, Any]:
    sale = _open(sku, wanted.stock)
    answers, seconds = _rush(market, sale, sku, dice, name)
    seen = _pay_all(market, answers)
    counts = _count(answers)
    tally = _tally(sale.pk)
    expected = {"orders": wanted.stock, "paid": wanted.stock, "unpaid_holds": 0, "left": 0,
                "cash_fen": wanted.stock * PRICE, "held": wanted.stock}  # fmt: skip
    refused = wanted.buyers - wanted.stock
    return {
        "ok": tally == expected and counts == {"302": wanted.stock, "409 sold_out": refused},
        "answers": counts,
        **tally,
        "pay_pages": seen,
        "per_second": round(len(answers) / seconds),
        "p95_ms": _p95(answers),
    }


def _given_up_sale(
    market: Market, sku: Sku, wanted: argparse.Namespace, dice: random.Random, name: str
) -> dict[str, Any]:
    """Who gives up frees a piece for somebody later: every piece ends with a buyer or on sale."""
    sale = _open(sku, wanted.stock)

    def give_up(buyer: int) -> Callable[[Answer], bytes | None]:
        quits = dice.random() < 0.3

        def then(answer: Answer) -> bytes | None:
            if answer.status != 302 or not quits:
                return None
            path = answer.location.replace("/pay/", "/orders/") + "/cancel"
            return post(HOST, path, market.cookies[buyer], {"csrfmiddlewaretoken": CSRF})

        return then

    answers, _ = _rush(market, sale, sku, dice, name, give_up)
    tally = _tally(sale.pk)
    whole = tally["held"] + tally["left"] == wanted.stock
    fair = tally["left"] == 0 or tally["held"] < wanted.stock
    calm = not [answer for answer in answers if answer.status >= 500]
    return {"ok": whole and fair and calm, "held": tally["held"], "left": tally["left"],
            "orders": tally["orders"]}  # fmt: skip


def _control(market: Market, sku: Sku, wanted: argparse.Namespace) -> dict[str, Any]:
    """The same crowd on a server without the guard; its wrong counts are mended after."""
    port = free_port()
    market.serve("unguarded", port, "tests.soak._unguarded:application", wanted.workers)
    sale = _open(sku, wanted.stock)
    answers, _ = _rush(market, sale, sku, random.Random(1), "control", port=port)
    orders = _tally(sale.pk)["orders"]
    verdict = {"ok": orders > wanted.stock, "control_orders": orders, "answers": _count(answers)}
    print(json.dumps(verdict), flush=True)
    _forget(sale.pk)
    return verdict


def _open(sku: Sku, pieces: int) -> FlashSale:
    with inside():
        return open_sale(sku, pieces, PRICE)


def _rush(
    market: Market,
    sale: FlashSale,
    sku: Sku,
    dice: random.Random,
    name: str,
    then: Callable[[int], Callable[[Answer], bytes | None]] | None = None,
    port: int = 0,
) -> tuple[list[Answer], float]:
    order = list(range(len(market.cookies)))
    dice.shuffle(order)
    visits = []
    for buyer in order:
        fields = {"sku": sku.code, "n": "1", "total_fen": str(PRICE), "sale": sale.public_id}
        request = market.buy(buyer, {**fields, "key": f"{name}-{buyer}"})
        visits.append(Visit(request, then(buyer) if then else None))
    answers, seconds = drive(port or market.port, visits, IN_FLIGHT)
    sorted_back = [answers[order.index(buyer)] for buyer in range(len(order))]
    return sorted_back, seconds


def _pay_all(market: Market, answers: list[Answer]) -> dict[str, int]:
    """Every buyer with an order opens its pay page and pays in WeChat; wait for the notices."""
    winners = [(buyer, answer) for buyer, answer in enumerate(answers) if answer.status == 302]
    for buyer, _ in winners:
        _introduce(market, buyer)
    pages = [Visit(get(HOST, won.location, market.cookies[buyer])) for buyer, won in winners]
    seen, _ = drive(market.port, pages, 8)
    numbers = _numbers([won.location.rpartition("/")[2] for _, won in winners])
    for number in numbers:
        market.house.twin.post("act/pay", mchid=MCHID, out_trade_no=number)

    def all_paid() -> bool:
        with inside():
            return not Order.objects.filter(number__in=numbers).exclude(state="paid").exists()

    wait_for(all_paid, PAID_SECONDS, "payments")
    return _count(seen)


def _introduce(market: Market, buyer: int) -> None:
    """WeChat knows who pays: the buyer's openid is that of a person at the twin."""
    twin, made_up = market.house.twin, f"o_{buyer}"
    with inside():
        waiting = Customer.objects.filter(openid=made_up)
        if waiting.exists():
            person = twin.post("people", name=made_up)["person"]
            known = twin.post("pay/openid", person=person, appid=APPID)
            waiting.update(openid=known["openid"])


def _numbers(public_ids: list[str]) -> list[str]:
    with inside():
        rows = Order.objects.filter(public_id__in=public_ids)
        return list(rows.values_list("number", flat=True))


def _tally(sale_id: int) -> dict[str, int]:
    """What our own tables say of a sale: orders, holds, pieces, and its cash in the ledger."""
    with inside():
        lines = OrderLine.objects.filter(claim__sale=sale_id)
        orders = Order.objects.filter(pk__in=lines.values("order_id"))
        cash = Entry.objects.filter(account=CASH, order_ref__in=orders.values("number"))
        buckets = StockBucket.objects.filter(sale=sale_id)
        return {
            "orders": orders.count(),
            "paid": orders.filter(state="paid").count(),
            "unpaid_holds": lines.filter(held__gt=0, order__state="created").count(),
            "held": lines.aggregate(sum=Sum("held"))["sum"] or 0,
            "left": buckets.aggregate(sum=Sum("pieces"))["sum"] or 0,
            "cash_fen": cash.aggregate(sum=Sum("amount_fen"))["sum"] or 0,
        }


def _forget(sale_id: int) -> None:
    """What the control broke is taken out, so that the invariants judge the product alone."""
    with inside():
        lines = OrderLine.objects.filter(claim__sale=sale_id)
        ids = list(lines.values_list("order_id", flat=True))
        sale = FlashSale.objects.get(pk=sale_id)
        Stock.objects.filter(sku=sale.sku_id).update(sold=F("sold") - sale.quantity)
        lines.delete()
        Order.objects.filter(pk__in=ids).delete()
        StockBucket.objects.filter(sale=sale_id).delete()
        FlashClaim.objects.filter(sale=sale_id).delete()
        sale.delete()


def _invariants() -> dict[str, Any]:
    with inside():
        wanted = ("M1", "M2", "M6", "S1", "S2", "S3")
        found = {name: [check() for check in INVARIANTS[name]] for name in wanted}
    broken = {name: lines for name, checks in found.items() for _, lines in checks if lines}
    verdict = {
        "ok": not broken,
        "examined": {name: sum(rows for rows, _ in checks) for name, checks in found.items()},
        "broken": broken,
    }
    print(json.dumps(verdict, ensure_ascii=False), flush=True)
    return verdict


def _count(answers: list[Answer]) -> dict[str, int]:
    return dict(Counter(f"{each.status} {each.code}".strip() for each in answers))


def _p95(answers: list[Answer]) -> int:
    return round(sorted(each.seconds for each in answers)[int(len(answers) * 0.95)] * 1000)


if __name__ == "__main__":
    raise SystemExit(main())
