"""One SKU, 32 connections, through the real checkout over HTTP, until it is sold out.

Ours: the running product (tenant, session, CSRF, rights, idempotency, limit for a person,
attribution evidence, the owed end of the wait), durable. Peers in the same run: the
textbook view (select_for_update, four creates) under the same server and the same
middleware; django-oscar's OrderCreator in eight processes without any HTTP. Limit: a
Django that says hello under the same server. What would be unfair: the textbook keeps no
evidence and no key, oscar needs no session and no form, hello writes nothing; all of them
share two cores with PostgreSQL and with the load generator.
"""

import argparse
import os
import signal
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from benchmarks.oscar import Oscar, install_oscar
from benchmarks.report import print_machine, print_ratio
from tests.soak._house import free_port
from tests.soak._load import Answer, Visit, drive, get
from tests.soak._market import Market, add_goods, inside, open_market, open_sale

from django.db.models import Sum  # isort: skip
from mall.models import FlashSale, Order, OrderLine, Sku, StockBucket  # isort: skip

PRICE = 4_900
WORKERS = 2
OSCAR_PROCESSES = 8


@dataclass
class Rates:
    """Orders (or answers) each second, a round each."""

    name: str
    each: list[float] = field(default_factory=list)

    def row(self) -> str:
        middle = statistics.median(self.each)
        return f"{self.name:<34} {middle:>9.1f} /s  [{min(self.each):.1f} … {max(self.each):.1f}]"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=600, help="每轮的件数")
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    print_machine("django", "granian", "psycopg2-binary")
    with open_market(workers=WORKERS) as market:
        oscar = install_oscar(_other_database(market))
        market.add_buyers(wanted.orders)
        ports = {"ours": market.port}
        for name, application in (
            ("textbook", "benchmarks.peers.textbook:application"),
            ("hello", "benchmarks.peers.hello:application"),
        ):
            ports[name] = free_port()
            market.serve(name, ports[name], application, WORKERS)
        raise SystemExit(_compare(market, ports, oscar, wanted))


def _other_database(market: Market) -> str:
    parts = urlsplit(market.house.env["DATABASE_URL"])
    link = psycopg2.connect(urlunsplit(parts))
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{parts.path.lstrip("/")}_oscar"')
    link.close()
    return urlunsplit(parts._replace(path=f"{parts.path}_oscar"))


def _compare(
    market: Market, ports: dict[str, int], oscar: Oscar | str, wanted: argparse.Namespace
) -> int:
    with inside():
        sku = add_goods("HOT", wanted.orders * (2 * wanted.rounds + 3))
        plain = add_goods("PLAIN", wanted.orders * (wanted.rounds + 1), PRICE)
    _warm(market, ports, sku, plain)
    ours, at_eight, sold_out = Rates("我们，32 连接"), Rates("我们，8 连接"), Rates("售罄的回答")
    textbook, hello = Rates("教科书，同样的中间件"), Rates("极限：Django hello")
    creator = Rates("django-oscar OrderCreator")
    for number in range(wanted.rounds):
        sale = _sale(sku, wanted.orders)
        ours.each.append(_buy(market, sale, sku, 32, f"r{number}"))
        sold_out.each.append(_ask_again(market, sale, sku, f"s{number}"))
        textbook.each.append(
            _textbook(market, ports["textbook"], plain, wanted.orders // 2, number)
        )
        hello.each.append(_hello(ports["hello"]))
        at_eight.each.append(_buy(market, _sale(sku, wanted.orders), sku, 8, f"e{number}"))
        if isinstance(oscar, Oscar):
            creator.each.append(oscar.orders_per_second(OSCAR_PROCESSES, 5.0))
    for rates in (ours, at_eight, sold_out, textbook, hello):
        print(rates.row())
    print(creator.row() if creator.each else f"django-oscar 没有装上：{oscar}")
    print()
    print_ratio("我们对教科书", ours.each, textbook.each, "≥ 4")
    if creator.each:
        print_ratio("我们对 oscar", ours.each, creator.each, "≥ 20")
    print_ratio("我们对 hello", ours.each, hello.each, "≥ 0.25")
    print_ratio("32 连接对 8 连接", ours.each, at_eight.each, "≥ 0.9")
    print_ratio("售罄对下单", sold_out.each, ours.each, "≥ 2")
    return 0 if _survives_a_kill(market, sku, wanted.orders) else 1


def _sale(sku: Sku, pieces: int) -> FlashSale:
    with inside():
        return open_sale(sku, pieces, PRICE)


def _warm(market: Market, ports: dict[str, int], sku: Sku, plain: Sku) -> None:
    _buy(market, _sale(sku, 64), sku, 16, "warm", 64)
    _textbook(market, ports["textbook"], plain, 64, -1)
    _hello(ports["hello"])


def _buy(
    market: Market, sale: FlashSale, sku: Sku, connections: int, key: str, most: int = 0
) -> float:
    """Orders a second until the last piece; what was sold must be what was answered."""
    visits = _visits(market, sale, sku, key)[: most or None]
    answers, seconds = drive(market.port, visits, connections)
    _require(answers, 302)
    _check(sale, len(answers))
    return len(answers) / seconds


def _visits(market: Market, sale: FlashSale, sku: Sku, key: str) -> list[Visit]:
    fields = {"sku": sku.code, "n": "1", "total_fen": str(PRICE), "sale": sale.public_id}
    return [
        Visit(market.buy(buyer, {**fields, "key": f"{key}-{buyer}"}))
        for buyer in range(len(market.cookies))
    ]


def _ask_again(market: Market, sale: FlashSale, sku: Sku, key: str) -> float:
    """Buyers who come late, on a sale that has nothing left for anybody."""
    with inside():
        FlashSale.objects.filter(pk=sale.pk).update(per_person=2)
    answers, seconds = drive(market.port, _visits(market, sale, sku, key)[:300], 32)
    if any((each.status, each.code) != (409, "sold_out") for each in answers):
        raise SystemExit("售罄时有别的回答，时间作废")
    return len(answers) / seconds


def _textbook(market: Market, port: int, sku: Sku, orders: int, number: int) -> float:
    fields = {"sku": sku.code, "n": "1", "total_fen": str(PRICE), "key": f"t{number}"}
    visits = [Visit(market.buy(buyer, fields)) for buyer in range(orders)]
    answers, seconds = drive(port, visits, 32)
    _require(answers, 302)
    return len(answers) / seconds


def _hello(port: int) -> float:
    answers, seconds = drive(port, [Visit(get("localhost", "/"))] * 3_000, 32)
    _require(answers, 200)
    return len(answers) / seconds


def _require(answers: Sequence[Answer], status: int) -> None:
    wrong = [each for each in answers if each.status != status]
    if wrong:
        raise SystemExit(f"{len(wrong)} 个回答不是 {status}（例如 {wrong[0]}），时间作废")


def _check(sale: FlashSale, orders: int) -> None:
    """Units sold = orders = what is no longer in the buckets, or the time is void."""
    with inside():
        lines = OrderLine.objects.filter(claim__sale=sale)
        held = lines.aggregate(sum=Sum("held"))["sum"]
        left = StockBucket.objects.filter(sale=sale).aggregate(sum=Sum("pieces"))["sum"]
        if not held == lines.count() == orders == sale.quantity - left:
            raise SystemExit(f"件数不符：订单 {orders}，占用 {held}，剩 {left}，时间作废")


def _survives_a_kill(market: Market, sku: Sku, pieces: int) -> bool:
    """Kill a web process in the middle; every order it acknowledged is there, no other is."""
    sale = _sale(sku, pieces)
    crew = _children(market.house.processes[0].pid)
    killed: list[int] = []

    def kill_one(answer: Answer) -> None:
        killed.append(crew[0])
        os.kill(crew[0], signal.SIGKILL)

    visits = _visits(market, sale, sku, "kill")
    visits[len(visits) // 3] = Visit(visits[len(visits) // 3].request, _once(kill_one))
    answers, _ = drive(market.port, visits, 32, tolerant=True)
    told = {each.location.rpartition("/")[2] for each in answers if each.status == 302}
    time.sleep(1)
    with inside():
        kept = set(
            Order.objects.filter(lines__claim__sale=sale).values_list("public_id", flat=True)
        )
        held = OrderLine.objects.filter(claim__sale=sale).aggregate(sum=Sum("held"))["sum"]
        left = StockBucket.objects.filter(sale=sale).aggregate(sum=Sum("pieces"))["sum"]
    fine = told <= kept and held + left == pieces and bool(killed)
    print(f"kill -9 一个网站进程：答应 {len(told)} 单，都在 {told <= kept}；"
          f"占用 {held} + 剩余 {left} = {pieces}")  # fmt: skip
    return fine


def _once(deed: Callable[[Answer], None]) -> Callable[[Answer], bytes | None]:
    def then(answer: Answer) -> None:
        deed(answer)

    return then


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


if __name__ == "__main__":
    main()
