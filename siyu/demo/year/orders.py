"""Orders of the year: what was bought, paid, sent, kept and given back."""

import datetime as dt
import json
import random
from dataclasses import dataclass, field

from mall.contracts import CASH, HISTORY, SALES_FREIGHT, SALES_GOODS
from mall.models import Order, OrderLine, Payment, Refund, RefundLine, Stock
from mall.services.journals import PAID, REFUNDED
from siyu.demo.year import words
from siyu.demo.year.company import Brand, Good
from siyu.demo.year.earnings import SoldLine
from siyu.demo.year.ledger import Ledger
from siyu.demo.year.people import Person
from siyu.demo.year.sheets import Names, Sheet

FREIGHT_FEN = 800
FREE_FROM_FEN = 6_900
UNPAID = 0.035
CANCELLED = 0.013
PIECES = (1, 1, 1, 1, 1, 2, 2, 3)
KINDS = (1, 1, 1, 1, 2, 2, 3)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@dataclass
class Deal:
    """An order while the year is played; times after the end have not happened."""

    person: Person
    brand: Brand
    number: str
    platform: str
    placed_at: dt.datetime
    id: int = 0
    lines: list[SoldLine] = field(default_factory=list)
    goods_fen: int = 0
    freight_fen: int = 0
    discount_fen: int = 0
    refunded_fen: int = 0
    paid_at: dt.datetime | None = None
    shipped_at: dt.datetime | None = None
    received_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    store_id: int | None = None
    refunded_by_line: dict[int, int] = field(default_factory=dict)
    evidence: list[dict[str, object]] = field(default_factory=list)
    room_ref: str = ""

    @property
    def total_fen(self) -> int:
        return self.goods_fen + self.freight_fen - self.discount_fen

    @property
    def paid_fen(self) -> int:
        return self.total_fen if self.paid_at else 0

    @property
    def state(self) -> str:
        if self.closed_at or (self.paid_at is None and self.platform == "own"):
            return "closed" if self.closed_at else "created"
        for at, state in (
            (self.received_at, "received"), (self.shipped_at, "shipped"), (self.paid_at, "paid"),
        ):  # fmt: skip
            if at is not None:
                return state
        return "created"


class Orders:
    def __init__(
        self, ledger: Ledger, names: Names, rng: random.Random, end: dt.datetime, tag: str
    ) -> None:
        self.ledger, self.names, self.rng, self.end, self.tag = ledger, names, rng, end, tag
        self.orders = Sheet(
            Order, "public_id", "number", "platform", "platform_order_no", "kind", "state",
            "brand_id", "store_id", "member_id", "customer_id", "goods_fen", "freight_fen",
            "discount_fen", "total_fen", "paid_fen", "refunded_fen", "receiver", "city", "carrier",
            "tracking_no", "flags", "room_ref", "placed_at", "paid_at", "shipped_at", "received_at",
            "closed_at", "expires_at",
        )  # fmt: skip
        self.lines = Sheet(
            OrderLine, "order_id", "sku_id", "location_id", "sku_code", "title", "quantity",
            "price_fen", "amount_fen", "paid_fen", "refunded_fen", "cost_fen", "held", "evidence",
        )  # fmt: skip
        self.payments = Sheet(
            Payment, "order_id", "out_trade_no", "state", "amount_fen", "created_at", "paid_at",
            "closed_at",
        )  # fmt: skip
        self.refunds = Sheet(
            Refund, "order_id", "out_refund_no", "state", "amount_fen", "freight_fen", "reason",
            "created_at", "decided_at", "succeeded_at",
        )  # fmt: skip
        self.refund_lines = Sheet(RefundLine, "refund_id", "line_id", "amount_fen", "pieces")
        self.held: dict[tuple[int, int], int] = {}
        self.deals: list[Deal] = []
        self._line_count = 0

    @property
    def sheets(self) -> list[Sheet]:
        return [self.orders, self.lines, self.payments, self.refunds, self.refund_lines]

    def open(self, person: Person, at: dt.datetime, *, is_own: bool) -> Deal:
        """A basket at a moment; ids and numbers follow the order of the calls."""
        brand = person.store.brand
        number = len(self.deals) + 1
        platform = "own" if is_own else person.channel
        deal = Deal(person, brand, f"{self.tag}{number:08d}", platform, at)
        deal.id = self.orders.id_of(number - 1)
        self._fill(deal)
        self.deals.append(deal)
        return deal

    def _fill(self, deal: Deal) -> None:
        rng, brand = self.rng, deal.brand
        kinds = 3 if deal.person.is_carousel else rng.choice(KINDS)
        chosen: dict[int, Good] = {}
        while len(chosen) < kinds:
            good = rng.choices(brand.goods, brand.weights)[0]
            chosen[good.sku_id] = good
        for good in chosen.values():
            quantity = rng.choice(PIECES)
            line_id = self.lines.id_of(self._line_count)
            self._line_count += 1
            amount = good.price_fen * quantity
            deal.lines.append(SoldLine(line_id, good, quantity, amount))
            deal.goods_fen += amount
        if deal.platform == "own" and deal.goods_fen < FREE_FROM_FEN:
            deal.freight_fen = FREIGHT_FEN

    def travel(self, deal: Deal) -> None:
        """Pay, send and receive, as far as the year goes."""
        rng = self.rng
        if deal.platform == "own" and rng.random() < UNPAID and not deal.person.is_carousel:
            deal.closed_at = deal.placed_at + 15 * MINUTE
            return
        deal.paid_at = deal.placed_at + rng.randrange(20, 280) * dt.timedelta(seconds=1)
        if rng.random() < CANCELLED:
            return
        shipped = deal.paid_at + rng.randrange(5, 42) * HOUR
        received = shipped + rng.randrange(40, 130) * HOUR
        deal.shipped_at = shipped if shipped < self.end else None
        deal.received_at = received if received < self.end else None

    def post_paid(self, deal: Deal) -> None:
        assert deal.paid_at is not None
        party = f"order:{deal.number}"
        lines = [
            (CASH, "", deal.total_fen),
            (SALES_GOODS, party, -(deal.total_fen - deal.freight_fen)),
            (SALES_FREIGHT, party, -deal.freight_fen),
        ]
        self.ledger.post(PAID, deal.number, deal.paid_at, deal.number, lines)

    def give_back(
        self, deal: Deal, by_line: dict[int, int], at: dt.datetime, *, freight_fen: int = 0
    ) -> tuple[int, str]:
        """A refund that succeeded at `at`; its id and number."""
        amount = sum(by_line.values()) + freight_fen
        number = f"{deal.number}R{len(self.refunds) + 1}"
        asked = at - self.rng.randrange(1, 20) * HOUR
        refund_id = self.refunds.add(
            deal.id, number, "success", amount, freight_fen, self.rng.choice(words.REASONS),
            asked, asked + 30 * MINUTE, at,
        )  # fmt: skip
        for line_id, fen in by_line.items():
            self.refund_lines.add(refund_id, line_id, fen, 0)
            deal.refunded_by_line[line_id] = deal.refunded_by_line.get(line_id, 0) + fen
        deal.refunded_fen += amount
        party = f"order:{deal.number}"
        lines = [
            (CASH, "", -amount),
            (SALES_GOODS, party, amount - freight_fen),
            (SALES_FREIGHT, party, freight_fen),
        ]
        self.ledger.post(REFUNDED, number, at, deal.number, lines)
        return refund_id, number

    def write(self) -> None:
        for deal in self.deals:
            self._write_order(deal)
            self._write_lines(deal)
            if deal.platform == "own":
                self._write_payment(deal)

    def _write_order(self, deal: Deal) -> None:
        person, rng = deal.person, self.rng
        is_own, is_sent = deal.platform == "own", deal.shipped_at is not None
        street = f"{rng.choice(words.STREETS)} {rng.randrange(1, 400)} 号"
        receiver = {
            "name": person.name, "phone": person.phone, "city": person.city, "address": street,
            "province": person.province, "district": "",
        }  # fmt: skip
        self.orders.add(
            self.names.next(), deal.number, deal.platform, deal.number, "sale", deal.state,
            deal.brand.id, deal.store_id, person.id, person.customer_id if is_own else None,
            deal.goods_fen, deal.freight_fen,
            deal.discount_fen, deal.total_fen, deal.paid_fen, deal.refunded_fen,
            json.dumps(receiver, ensure_ascii=False) if is_own else "", person.city,
            rng.choice(words.CARRIERS) if is_sent else "",
            f"YD{deal.id:012d}" if is_sent else "", [HISTORY], deal.room_ref,
            deal.placed_at, deal.paid_at, deal.shipped_at, deal.received_at, deal.closed_at,
            deal.placed_at + 15 * MINUTE if is_own else None,
        )  # fmt: skip

    def _write_lines(self, deal: Deal) -> None:
        is_own, place = deal.platform == "own", deal.person.store.id
        holds = is_own and not (deal.state == "closed" and deal.shipped_at is None)
        for number, line in enumerate(deal.lines):
            good, held = line.good, line.quantity if holds else 0
            if held:
                key = (good.sku_id, place)
                self.held[key] = self.held.get(key, 0) + held
            self.lines.add(
                deal.id, good.sku_id, place if is_own else None, good.code, good.title,
                line.quantity, good.price_fen, good.price_fen * line.quantity,
                line.paid_fen if deal.paid_at else 0, deal.refunded_by_line.get(line.id, 0),
                good.cost_fen, held, deal.evidence[number] if deal.evidence else {},
            )  # fmt: skip

    def _write_payment(self, deal: Deal) -> None:
        state = "paid" if deal.paid_at else "closed" if deal.closed_at else "prepay"
        self.payments.add(
            deal.id, deal.number, state, deal.total_fen, deal.placed_at, deal.paid_at,
            deal.closed_at if not deal.paid_at else None,
        )  # fmt: skip

    def stock(self, goods: list[tuple[Good, int]]) -> Sheet:
        """What lies in the stores: as much as was sold and some more."""
        sheet = Sheet(Stock, "sku_id", "location_id", "on_hand", "sold")
        for good, place in goods:
            sold = self.held.get((good.sku_id, place), 0)
            sheet.add(good.sku_id, place, sold + self.rng.randrange(20, 400), sold)
        return sheet
