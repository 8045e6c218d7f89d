"""Whether a shelf is put together as a run of show should be (docs/rules.md, 直播)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from livestream.contracts import ROLE_WORDS, ShelfRole

NEEDED = {
    ShelfRole.WELFARE: (1, 2, " 1–2"),
    ShelfRole.TRAFFIC: (3, 5, " 3–5"),
    ShelfRole.BESTSELLER: (8, 12, "约 10"),
}
FAIR_PRICE_FEN = 10_000
"""Live rooms sell what costs up to a hundred yuan."""


@dataclass(frozen=True)
class Finding:
    """One line of the check; `is_fine` and the sentence that says so or what is missing."""

    is_fine: bool
    text: str


def check_shelf(items: Iterable[tuple[str, int]]) -> list[Finding]:
    """A finding for each role and one for prices; `items` are (role, price in fen)."""
    rows = list(items)
    counted = Counter(role for role, _ in rows)
    findings = [_role(role, counted[role]) for role in NEEDED]
    dear = sum(price > FAIR_PRICE_FEN for _, price in rows)
    if rows and dear * 2 > len(rows):
        text = f"{dear} 件高于 100 元，超过一半：直播更适合百元以内的商品"
        findings.append(Finding(is_fine=False, text=text))
    return findings


def _role(role: ShelfRole, count: int) -> Finding:
    low, high, words = NEEDED[role]
    name = f"{ROLE_WORDS[role]} {count} 件"
    if count < low:
        return Finding(is_fine=False, text=f"{name}，少了 {low - count} 件（应为{words} 件）")
    if count > high:
        return Finding(is_fine=False, text=f"{name}，多了 {count - high} 件（应为{words} 件）")
    return Finding(is_fine=True, text=f"{name}，合适")
