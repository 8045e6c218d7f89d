"""The year played in the order it happened: everybody buys, some give back, guides earn."""

import datetime as dt
import heapq
import random
from dataclasses import dataclass

from core.money import format_yuan
from distribution.candidates import Candidate
from distribution.contracts import EvidenceKind
from members.models import TimelineEntry
from siyu.demo.year import words
from siyu.demo.year.cards import Cards
from siyu.demo.year.company import Company, Guide
from siyu.demo.year.earnings import Earned, Earnings, Shares, candidate_of, houses_of
from siyu.demo.year.groups import Groups
from siyu.demo.year.ledger import Ledger
from siyu.demo.year.orders import DAY, HOUR, Deal, Orders
from siyu.demo.year.people import People, Person
from siyu.demo.year.problems import CAROUSEL
from siyu.demo.year.rooms import Rooms
from siyu.demo.year.sheets import Names, Sheet

BY_OWN_SHARE, BY_OTHER_SHARE = 0.42, 0.06
PARTIAL, LATE = 0.25, 0.08


@dataclass
class Given:
    """A refund to come: which lines, how much of each, and when."""

    by_line: dict[int, int]
    at: dt.datetime
    freight_fen: int = 0


class Market:
    def __init__(
        self,
        company: Company,
        people: People,
        names: Names,
        rng: random.Random,
        end: dt.datetime,
        scale: float,
    ) -> None:
        self.company, self.people, self.rng, self.end = company, people, rng, end
        self.ledger = Ledger()
        self.orders = Orders(self.ledger, names, rng, end, f"Y{end:%y}")
        self.earnings = Earnings(self.ledger, names, end)
        self.shares = Shares(rng)
        self.cards = Cards(company, people, names, rng, end)
        self.rooms = Rooms(company, names, rng, end, scale)
        self.groups = Groups(company, people, names, rng, end)
        self.story = Sheet(TimelineEntry, "member_id", "kind", "at", "ref", "text")
        self._links = _link_ids(company)

    @property
    def sheets(self) -> list[Sheet]:
        return [
            *self.orders.sheets, *self.ledger.sheets, *self.earnings.sheets, *self.shares.sheets,
            *self.cards.sheets, *self.rooms.sheets, *self.groups.sheets, self.story,
        ]  # fmt: skip

    def play(self, people: list[Person]) -> None:
        """Each person's purchases in the order of time, all people together."""
        for person in people:
            if person.guide is not None:
                self.people.befriend(person)
                self._tell_friend(person)
        queue = [(at, person.id, person) for person in people for at in person.times]
        heapq.heapify(queue)
        while queue:
            at, _, person = heapq.heappop(queue)
            if at < self.end:
                self._buy(person, at)
        self.orders.write()
        self.earnings.write()
        self.cards.write()
        self.rooms.write(people)
        self.groups.play(people)

    def _buy(self, person: Person, at: dt.datetime) -> None:
        knows_us = person.friend_since is not None and person.friend_since <= at
        is_own = person.channel == "own" or knows_us
        deal = self.orders.open(person, at, is_own=is_own)
        deal.room_ref = self.rooms.find(person, at) if is_own else ""
        candidates = self._candidates(deal) if is_own else []
        if is_own:
            self._keep_evidence(deal, candidates)
        self.orders.travel(deal)
        if deal.paid_at is None:
            return
        self._tell(deal, "order_paid", deal.paid_at, deal.number, deal.paid_fen, "下单付款")
        if is_own:
            self._settle(deal, candidates)
        else:
            self._settle_elsewhere(deal)

    def _candidates(self, deal: Deal) -> list[Candidate]:
        person, found = deal.person, list[Candidate]()
        guide, since = person.guide, person.friend_since
        sharer = self._sharer(deal)
        if sharer is not None:
            good, at = deal.lines[0].good, deal.placed_at - self.rng.randrange(1, 60) * HOUR
            link = self._links[sharer.id, good.product_id]
            found.append(self.shares.open(sharer, good, person.id, deal.brand, at, link))
        if guide is not None and since is not None and since <= deal.placed_at:
            ref = str(person.binding_id)
            found.append(candidate_of(EvidenceKind.BIND, guide, since, ref))
        return [*found, *houses_of(person.store, deal.brand)]

    def _sharer(self, deal: Deal) -> Guide | None:
        guide, luck = deal.person.guide, self.rng.random()
        if deal.person.is_carousel or (guide is not None and luck < BY_OWN_SHARE):
            return guide
        if luck > 1 - BY_OTHER_SHARE:
            return self.rng.choice(deal.person.store.guides)
        return None

    def _keep_evidence(self, deal: Deal, candidates: list[Candidate]) -> None:
        told = [each.as_json() for each in candidates]
        placed = deal.placed_at.isoformat()
        deal.evidence = [
            self.earnings.evidence(deal.brand, line.good, placed, told, deal.person.binding_id)
            for line in deal.lines
        ]

    def _settle(self, deal: Deal, candidates: list[Candidate]) -> None:
        """From the payment to the last refund, in the order of time."""
        assert deal.paid_at is not None
        self.orders.post_paid(deal)
        decision, rows = self.earnings.decide(
            deal.id, deal.number, deal.brand, deal.lines, candidates, deal.placed_at, deal.paid_at
        )
        unit = decision.performance[0].candidate.unit_id
        deal.store_id = unit if unit != deal.brand.id else None
        given = self._given(deal)
        if deal.received_at is not None:
            self._freeze(deal, rows)
        if given is not None:
            self.earnings.settle(rows, deal.number, given.at)
            self._return(deal, rows, given)
            for line in deal.lines:
                if line.id in given.by_line:
                    refund = self.orders.refunds.id_of(len(self.orders.refunds) - 1)
                    fen = given.by_line[line.id]
                    self.earnings.unperform(decision, line, refund, fen, given.at)
        self.earnings.settle(rows, deal.number, self.end)

    def _freeze(self, deal: Deal, rows: list[Earned]) -> None:
        assert deal.received_at is not None
        rights = deal.brand.rules.rights
        by_line = {line.id: rights.days_for(line.good.category) for line in deal.lines}
        days = [by_line[row.line_id] for row in rows]
        self.earnings.freeze(rows, deal.number, deal.received_at, days)

    def _return(self, deal: Deal, rows: list[Earned], given: Given) -> None:
        refund, number = self.orders.give_back(
            deal, given.by_line, given.at, freight_fen=given.freight_fen
        )
        self.earnings.reverse(rows, refund, number, deal.number, given.by_line, given.at)
        amount = sum(given.by_line.values()) + given.freight_fen
        self._tell(deal, "order_refunded", given.at, number, amount, "退款")

    def _given(self, deal: Deal) -> Given | None:
        """What comes back of an order, if anything, before the year ends."""
        assert deal.paid_at is not None
        if deal.shipped_at is None:
            return self._cancelled(deal)
        if deal.received_at is None:
            return None
        carousel = deal.person.is_carousel and self.rng.random() < CAROUSEL.returned
        back = deal.lines if carousel else [line for line in deal.lines if self._comes_back(line)]
        days = self.rng.uniform(10, 16) if self.rng.random() < LATE else self.rng.uniform(0.5, 6.5)
        at = deal.received_at + dt.timedelta(days=days) + 20 * HOUR
        if not back or at >= self.end:
            return None
        return Given({line.id: self._part_of(line.paid_fen, whole=carousel) for line in back}, at)

    def _cancelled(self, deal: Deal) -> Given | None:
        """Paid, thought better of it, and had the money back before anything was sent."""
        assert deal.paid_at is not None
        at = deal.paid_at + 21 * HOUR
        if at >= self.end or deal.paid_at + 42 * HOUR > self.end:
            return None
        deal.closed_at = at
        return Given({line.id: line.paid_fen for line in deal.lines}, at, deal.freight_fen)

    def _comes_back(self, line: object) -> bool:
        return self.rng.random() < words.REFUND_RATES[line.good.category]  # type: ignore[attr-defined]

    def _part_of(self, fen: int, *, whole: bool) -> int:
        if whole or self.rng.random() > PARTIAL:
            return fen
        return max(1, fen * self.rng.randrange(15, 60) // 100)

    def _settle_elsewhere(self, deal: Deal) -> None:
        """A platform's order: its file tells what came back, and a card travels in the parcel."""
        given = self._given(deal)
        if given is not None:
            deal.refunded_by_line = dict(given.by_line)
            deal.refunded_fen = sum(given.by_line.values()) + given.freight_fen
        if deal.platform == "tmall" and deal.shipped_at is not None:
            self.cards.send(deal, self._tell_friend)

    def _tell(
        self, deal: Deal, kind: str, at: dt.datetime, ref: str, fen: int, words_: str
    ) -> None:
        self.story.add(deal.person.id, kind, at, ref, f"{words_} {format_yuan(fen)}")

    def _tell_friend(self, person: Person) -> None:
        assert person.guide is not None
        ref, text = f"binding:{person.binding_id}", f"由导购 {person.guide.name} 服务"
        self.story.add(person.id, "binding", person.friend_since, ref, text)


def _link_ids(company: Company) -> dict[tuple[int, int], int]:
    """Guide and product → the id of their link, as `build_company` numbered them."""
    links = company.sheets[-1]
    return {(row[1], row[2]): links.id_of(number) for number, row in enumerate(links.rows)}


__all__ = ["DAY", "Market"]
