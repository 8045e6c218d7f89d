"""Arithmetic of orders and refunds: integer fen in, integer fen out, nothing else.

Formulas: docs/rules.md, 订单金额, 运费 and 退款分摊.
"""

from collections.abc import Sequence

from core.money import split_by_largest_remainder


def freight_of(goods_fen: int, *, fee_fen: int, free_from_fen: int) -> int:
    """The delivery fee for goods of that worth; `free_from_fen` 0 never waives it."""
    if free_from_fen and goods_fen >= free_from_fen:
        return 0
    return fee_fen


def freight_of_units(
    units: int, *, first: int, first_fee_fen: int, step: int, step_fee_fen: int
) -> int:
    """The fee for pieces or grams: the first so many, then every further `step` begun."""
    further = max(0, units - first)
    return first_fee_fen + -(-further // step) * step_fee_fen


def pieces_share(paid_fen: int, quantity: int, pieces: int) -> int:
    """What so many of a line's pieces were paid, rounded down; the last ones take the rest."""
    return paid_fen * pieces // quantity


def share_paid(paid_goods_fen: int, amounts: Sequence[int]) -> list[int]:
    """What each line was paid of the goods' payment, by its amount; gifts are paid nothing."""
    if not any(amounts):
        return [0] * len(amounts)
    return split_by_largest_remainder(paid_goods_fen, amounts)


def spread_refund(amount_fen: int, refundable: Sequence[int]) -> list[int]:
    """Spread an amount over lines by what is left to refund on each.

    No part exceeds its line: a floor plus one fen passes the exact share by less than
    one, and the share of an amount within the sum is within the line. Raises
    `ValueError` when the amount is more than all lines have left.
    """
    if amount_fen > sum(refundable):
        raise ValueError("more than is left to refund")
    if not amount_fen:
        return [0] * len(refundable)
    return split_by_largest_remainder(amount_fen, refundable)
