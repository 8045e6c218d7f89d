"""Package cards of the year: six print runs, sent with parcels, scanned or thrown away."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from acquisition.models import Card, CardBatch, Scan
from mall.models import Benefit, Entitlement
from siyu.demo.year.company import Company, Guide
from siyu.demo.year.orders import Deal
from siyu.demo.year.people import People, Person
from siyu.demo.year.problems import LOST_BATCH
from siyu.demo.year.sheets import Names, Sheet

BATCHES = ("开春首批卡", "四月新客卡", "六月大促卡", "盛夏卡", "金秋卡", "双十一卡")
SIZE = 2_200
CONVERSION = (0.12, 0.13, 0.155, 0.14, 0.13, 0.11)
SCANNED_MORE = 1.9
"""People who scan for each one who adds."""
HOLD = dt.timedelta(days=1)
"""How long a scan waits for an add."""
PRINT_FEN, INSERT_FEN = 18, 12


@dataclass
class Journey:
    """One card and how far it came."""

    batch: int
    serial: str
    state: str = "printed"
    order_no: str = ""
    tracking_no: str = ""
    shipped_at: dt.datetime | None = None
    delivered_at: dt.datetime | None = None
    scanned_at: dt.datetime | None = None
    added_at: dt.datetime | None = None
    person: Person | None = None
    guide: Guide | None = None


@dataclass
class Run:
    """A print run in use between two days."""

    id: int
    conversion: float
    begins: dt.datetime
    ends: dt.datetime
    benefit_id: int
    valid: dt.timedelta
    left: int
    far: bool = False
    cards: list[Journey] = field(default_factory=list)


class Cards:
    def __init__(
        self, company: Company, people: People, names: Names, rng: random.Random, end: dt.datetime
    ) -> None:
        self.company, self.people, self.names, self.rng, self.end = company, people, names, rng, end
        self.benefits = Sheet(
            Benefit, "public_id", "name", "sku_id", "worth_fen", "claim_price_fen",
            "threshold_fen", "valid_days", "created_at",
        )  # fmt: skip
        self.batches = Sheet(
            CardBatch, "public_id", "name", "brand_id", "benefit_id", "platform", "size",
            "print_cost_fen", "insert_cost_fen", "created_at",
        )  # fmt: skip
        self.cards = Sheet(
            Card, "batch_id", "serial", "state", "platform_order_no", "tracking_no", "shipped_at",
            "delivered_at", "scanned_at", "added_at", "consumed_by_id", "is_new_person",
        )  # fmt: skip
        self.scans = Sheet(
            Scan, "token", "card_id", "customer_id", "staff_id", "state", "matched_by",
            "contact_id", "ip", "device", "created_at", "matched_at",
        )  # fmt: skip
        self.promises = Sheet(
            Entitlement, "public_id", "benefit_id", "member_id", "source_ref", "state",
            "granted_at", "expires_at",
        )  # fmt: skip
        self.runs: list[Run] = []

    @property
    def sheets(self) -> list[Sheet]:
        return [self.benefits, self.batches, self.cards, self.scans, self.promises]

    def print_runs(self, scale: float) -> None:
        """Each run serves a sixth of the year; the lost one goes where no store is."""
        tide = self.people.tide
        first, span = self.end - dt.timedelta(days=tide.days), tide.days / len(BATCHES)
        size = max(12, round(SIZE * scale))
        for number, name in enumerate(BATCHES):
            brand = self.company.brands[number % 2]
            good = brand.goods[-1 if number % 2 else 14]
            begins = first + dt.timedelta(days=number * span)
            benefit = self.benefits.add(
                self.names.next(),
                f"{good.title}一份",
                good.sku_id,
                good.price_fen,
                1,
                3000,
                60,
                begins,
            )
            batch = self.batches.add(
                self.names.next(), name, brand.id, benefit, "tmall", size, PRINT_FEN, INSERT_FEN,
                begins,
            )  # fmt: skip
            lost = number == LOST_BATCH.number
            chance = LOST_BATCH.conversion if lost else CONVERSION[number]
            ends = begins + dt.timedelta(days=span)
            valid = dt.timedelta(days=60)
            run = Run(batch, chance, begins, ends, benefit, valid, size, lost)
            run.cards = [Journey(batch, self._serial()) for _ in range(size)]
            self.runs.append(run)

    def _serial(self) -> str:
        return self.names.next(12).upper()

    def send(self, deal: Deal, tell: Callable[[Person], None]) -> None:
        """A card in the parcel of a platform's order, if a run is in use and has any left."""
        run = next((one for one in self.runs if one.begins <= deal.placed_at < one.ends), None)
        if run is None or not run.left or deal.shipped_at is None:
            return
        if run.far and not (deal.person.is_far or self.rng.random() < 0.25):
            return
        card = run.cards[-run.left]
        run.left -= 1
        card.order_no, card.tracking_no = deal.number, f"YD{deal.id:012d}"
        card.state, card.shipped_at = "shipped", deal.shipped_at
        if deal.received_at is None:
            return
        card.state, card.delivered_at = "delivered", deal.received_at
        self._scan(run, card, deal, tell)

    def _scan(self, run: Run, card: Journey, deal: Deal, tell: Callable[[Person], None]) -> None:
        rng, person = self.rng, deal.person
        assert deal.received_at is not None
        at = deal.received_at + dt.timedelta(hours=rng.expovariate(1 / 30))
        if rng.random() > run.conversion * SCANNED_MORE or at >= self.end:
            return
        card.state, card.scanned_at = "scanned", at
        added = person.guide is None and rng.random() < 1 / SCANNED_MORE
        card.person, card.guide = person, person.guide or rng.choice(person.store.guides)
        self.people.enter(person)
        if not added:
            return
        person.guide = card.guide
        person.friend_since = since = at + dt.timedelta(seconds=rng.randrange(20, 200))
        self.people.befriend(person, state=f"card{run.id}")
        tell(person)
        card.state, card.added_at = "contact_added", since
        expires = since + run.valid
        state = "granted" if expires > self.end else "expired"
        self.promises.add(
            self.names.next(), run.benefit_id, person.id, f"card:{card.serial}", state,
            since, expires,
        )  # fmt: skip

    def write(self) -> None:
        for run in self.runs:
            for card in run.cards:
                self._write_card(card)

    def _write_card(self, card: Journey) -> None:
        user = card.person if card.added_at else None
        card_id = self.cards.add(
            card.batch, card.serial, card.state, card.order_no, card.tracking_no,
            card.shipped_at, card.delivered_at, card.scanned_at, card.added_at,
            user.id if user else None, True if user else None,
        )  # fmt: skip
        if card.person is None or card.guide is None or card.scanned_at is None:
            return
        scanned = card.scanned_at
        state = "matched" if user else "expired" if scanned + HOLD < self.end else "waiting"
        self.scans.add(
            self.names.next(), card_id, card.person.customer_id, card.guide.id, state,
            "unionid" if user else "", user.contact_id if user else None,
            f"10.{card_id >> 16 & 255}.{card_id >> 8 & 255}.{card_id & 255}",
            f"d{card.person.id}", scanned, card.added_at,
        )  # fmt: skip
