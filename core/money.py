"""Money: integer fen, integer ppm, splits that sum exactly (docs/rules.md, 金额)."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NewType

Fen = NewType("Fen", int)
Ppm = NewType("Ppm", int)

PPM = 1_000_000


def floor_fen(base_fen: int, rate_ppm: int) -> int:
    """The whole fen of `base_fen` × `rate_ppm`; nothing for a base of zero or less."""
    if base_fen <= 0:
        return 0
    return base_fen * rate_ppm // PPM


def split_by_largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` fen by integer `weights` so that the parts sum exactly to it.

    Each part is floored; the left-over fen go to the largest remainders, the earlier
    part first on a tie (Hamilton's method). Weights must not be negative or all zero.
    """
    whole = sum(weights)
    if total < 0 or whole <= 0 or min(weights) < 0:
        raise ValueError("a split needs a total and weights that are not negative")
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def fen_from_yuan(text: str | Decimal) -> int:
    """Fen of a decimal amount in yuan, half up. Raises `decimal.InvalidOperation`."""
    cents = (Decimal(text) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return int(cents)


def format_yuan(fen: int) -> str:
    """`¥1,234.05` for 123405; the sign stands before the symbol."""
    sign = "-" if fen < 0 else ""
    yuan, cents = divmod(abs(fen), 100)
    return f"{sign}¥{yuan:,}.{cents:02d}"


def format_ppm(ppm: int) -> str:
    """`12.5%` for 125000."""
    return f"{Decimal(ppm) / 10_000:.4f}".rstrip("0").rstrip(".") + "%"
