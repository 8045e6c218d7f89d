"""Each record beside what is known of its order, and what follows from that."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from mall.importing import Flag, ImportedOrder, RecordKind
from mall.models import Order
from mall.services.imports.rows import LINE_FLAGS, STATES, STEPS, content_hash, source_of

HEAD_CHARACTERS = 32


class Action(Enum):
    """OUTDATED: the file is older than what is known. ORPHAN: lines without an order."""

    CREATE = auto()
    UPDATE = auto()
    UPDATE_LINES = auto()
    KEEP = auto()
    OUTDATED = auto()
    ORPHAN = auto()


class Known(NamedTuple):
    """What is stored of an order."""

    id: int
    platform_order_no: str
    state: str
    content_hash: str
    member_id: int | None
    flags: list[str]
    freight_fen: int
    paid_fen: int
    refunded_fen: int
    placed_at: dt.datetime
    paid_at: dt.datetime | None
    received_at: dt.datetime | None

    @property
    def times(self) -> tuple[dt.datetime | None, ...]:
        return self.placed_at, self.paid_at, self.received_at

    @property
    def is_detailed(self) -> bool:
        return self.content_hash[HEAD_CHARACTERS : HEAD_CHARACTERS + 1] == "+"


@dataclass(slots=True)
class Step:
    """What is done with one record; `order_id` is 0 until its row is written."""

    order: ImportedOrder
    known: Known | None
    action: Action
    hash_in_file: str
    order_id: int = 0

    @property
    def writes_head(self) -> bool:
        return self.action in (Action.CREATE, Action.UPDATE)

    @property
    def writes_lines(self) -> bool:
        return self.writes_head or self.action is Action.UPDATE_LINES

    @property
    def keeps_lines(self) -> bool:
        """One merged line never takes the place of the real ones."""
        return self.known is not None and self.known.is_detailed and "-" in self.hash_in_file

    @property
    def paid_goods_fen(self) -> int:
        if self.action is Action.UPDATE_LINES and self.known is not None:
            return max(0, self.known.paid_fen - self.known.freight_fen)
        return max(0, self.order.paid_fen - self.order.freight_fen)

    @property
    def content_hash(self) -> str:
        known, told = self.known, self.hash_in_file
        if known is None:
            return told
        head = known.content_hash if self.action is Action.UPDATE_LINES else told
        lines = known.content_hash if self.keeps_lines else told
        return head[:HEAD_CHARACTERS] + lines[HEAD_CHARACTERS:]

    @property
    def flags(self) -> list[str]:
        """The head's flags by whoever told the head, the lines' by whoever told the lines."""
        if self.known is None:
            return sorted(set(self.order.flags))
        lines_only = self.action is Action.UPDATE_LINES
        head = self.known.flags if lines_only else list(self.order.flags)
        lines = self.known.flags if self.keeps_lines else list(self.order.flags)
        return sorted({flag for flag in head if flag not in LINE_FLAGS} | (set(lines) & LINE_FLAGS))


def find_known(orders: Sequence[ImportedOrder]) -> dict[str, Known]:
    """Stored orders by their number there: one statement, locked against another import."""
    if not orders:
        return {}
    rows = Order.objects.filter(
        platform=source_of(orders[0]),
        platform_order_no__in=[order.platform_order_no for order in orders],
    )
    return {row[1]: Known(*row) for row in rows.values_list(*Known._fields)}


def compare(orders: Sequence[ImportedOrder], known: Mapping[str, Known]) -> list[Step]:
    return [_step(order, known.get(order.platform_order_no)) for order in orders]


def _step(order: ImportedOrder, known: Known | None) -> Step:
    told = content_hash(order)
    step = Step(order, known, Action.KEEP, told, known.id if known else 0)
    step.action = _new(order) if known is None else _changed(order, known, step)
    return step


def _new(order: ImportedOrder) -> Action:
    return Action.ORPHAN if order.kind is RecordKind.LINES_ONLY else Action.CREATE


def _changed(order: ImportedOrder, known: Known, step: Step) -> Action:
    same_lines = step.keeps_lines or _lines(step.hash_in_file) == _lines(known.content_hash)
    if _tells_lines_only(order, known):
        return Action.KEEP if same_lines else Action.UPDATE_LINES
    if step.hash_in_file[:HEAD_CHARACTERS] != known.content_hash[:HEAD_CHARACTERS]:
        is_older = STEPS[STATES[order.status]] < STEPS[known.state]
        return Action.OUTDATED if is_older else Action.UPDATE
    return Action.KEEP if same_lines else Action.UPDATE


def _tells_lines_only(order: ImportedOrder, known: Known) -> bool:
    """Tmall's detail list has no buyer, no freight, no receiver: it may not empty them."""
    if order.kind is RecordKind.LINES_ONLY:
        return True
    has_no_buyer = Flag.BUYER_MISSING in order.flags and known.member_id is not None
    return order.platform == "tmall" and has_no_buyer


def _lines(hashed: str) -> str:
    return hashed[HEAD_CHARACTERS:]
