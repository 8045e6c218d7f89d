"""Reading one cell: ids, amounts, times and phones as Chinese back-ends write them."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.clock import SHANGHAI
from mall.importing.records import CellProblem

MISSING = frozenset({"", "-", "--", "—", "——", "null", "空格"})
NO_REFUND = frozenset({"无退款申请", "没有申请退款", "无退款"})
CIPHERTEXT = ("##", "$$")
# A PostgreSQL bigint holds more; an amount past ten billion yuan is a misread column.
MOST_FEN = 10**12
# Excel keeps 15 digits of a number, so a longer numeric id has lost its tail.
EXCEL_DIGITS = 10**15

_TEXT_GUARD = re.compile(r'="(.*)"', re.DOTALL)
_SCIENTIFIC = re.compile(r"[0-9]+\.[0-9]+[eE]\+?[0-9]+|[0-9]+[eE]\+[0-9]+")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?|[+-]?\.[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:[,，][0-9]{3})+(?:\.[0-9]+)?")
_TAIL = re.compile(r"[（(][^（）()]*[）)]$")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LOOSE_TIME = re.compile(
    r"([0-9]{4})[/.年-]([0-9]{1,2})[/.月-]([0-9]{1,2})日?"
    r"(?:[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?"
)
# PostgreSQL stores no NUL, and nobody means the others.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_INVISIBLE = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b\u200e\u200f"


def text_of(cell: object) -> str:
    """The cell as clean text; "" where the file says missing (`-`, `null`, a blank)."""
    if isinstance(cell, str):
        text = (cell if cell.isprintable() else _CONTROL.sub("", cell)).strip(_INVISIBLE)
        if guarded := _TEXT_GUARD.fullmatch(text):
            text = guarded[1].strip(_INVISIBLE)
        return "" if text.lower() in MISSING else text
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXCEL_DIGITS:
        return str(int(cell))
    if isinstance(cell, bytes):
        return text_of(cell.decode("utf-8", errors="replace"))
    return str(cell)


def code_of(cell: object) -> str:
    """Text of an id, phone or number: the leading apostrophe of Excel is not part of it."""
    text = text_of(cell)
    return text[1:].strip(_INVISIBLE) if text.startswith(("'", "‘", "’")) else text


def short_code_of(cell: object, label: str, most: int = 64) -> str:
    """A code that must not be cut, as half of it would be another code."""
    text = code_of(cell)
    if len(text) > most:
        raise CellProblem("code_too_long", f"{label}超过 {most} 个字", text)
    return text


def order_no_of(cell: object) -> str:
    """An order number, never repaired. Raises `CellProblem`."""
    text = code_of(cell)
    if not text:
        raise CellProblem("order_no_missing", "缺少订单编号")
    if _SCIENTIFIC.fullmatch(text):
        raise CellProblem(
            "order_no_damaged", "订单编号已被 Excel 改成科学计数法，请从平台重新导出", text
        )
    if len(text) > 64 or text[0] in "=+@" or not text.isprintable():
        raise CellProblem("order_no_invalid", "订单编号不是有效的编号", text)
    return text


@dataclass(frozen=True, slots=True)
class Amount:
    """Fen, or None where the cell is missing; provisional where the platform says so."""

    fen: int | None
    provisional: bool = False


_NO_AMOUNT = Amount(None)


def amount_of(cell: object, *, unit: int = 100) -> Amount:
    """An amount rounded half up to fen; `unit` is the fen in one of the file's units."""
    if cell is None:
        return _NO_AMOUNT
    number, provisional = _number_and_tail(cell)
    return Amount(None if number is None else round_fen(number * unit, cell), provisional)


def _number_and_tail(cell: object) -> tuple[Decimal | None, bool]:
    text = code_of(cell)
    if text in NO_REFUND:
        return Decimal(0), False
    bare = _TAIL.sub("", text).strip()
    number = decimal_of(bare.removesuffix("元").lstrip("¥￥").strip() if text else "")
    return number, bare != text


@lru_cache(maxsize=4096)
def _decimal_of_text(text: str) -> Decimal:
    plain = text.replace(",", "").replace("，", "") if _THOUSANDS.fullmatch(text) else text
    if not _NUMBER.fullmatch(plain):
        raise CellProblem("amount_invalid", "不是有效的数字", text)
    return Decimal(plain)


def decimal_of(cell: object) -> Decimal | None:
    """The exact decimal that was written: a float means its shortest decimal."""
    if isinstance(cell, float) and math.isfinite(cell):
        return Decimal(repr(cell))
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return Decimal(cell)
    text = code_of(cell)
    return _decimal_of_text(text) if text else None


def round_fen(fen: Decimal, raw: object = "") -> int:
    """Half up, away from zero for a negative amount. Raises `CellProblem` when absurd."""
    if not fen.is_finite() or abs(fen) > MOST_FEN:
        raise CellProblem("amount_invalid", "金额超出范围", raw)
    return int(fen.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def quantity_of(cell: object) -> int | None:
    """A whole number of pieces, negative for a return. Raises `CellProblem`."""
    if type(cell) is int:
        number: Decimal | None = Decimal(cell)
    else:
        number = decimal_of(cell)
    if number is None:
        return None
    if not number.is_finite() or number != int(number) or abs(number) > 10**9:
        raise CellProblem("quantity_invalid", "数量不是整数", cell)
    return int(number)


def time_of(cell: object, zone: ZoneInfo = SHANGHAI) -> datetime | None:
    """The instant in UTC; a time without an offset is read in `zone`."""
    if isinstance(cell, datetime):
        moment: datetime | None = cell
    elif isinstance(cell, date):
        moment = datetime.combine(cell, time.min)
    else:
        text = code_of(cell)
        moment = _parse_time(text) if text else None
    if moment is None:
        return None
    return _in_utc(moment, zone, cell)


def _in_utc(moment: datetime, zone: ZoneInfo, raw: object) -> datetime:
    if not 1990 <= moment.year <= 2100:
        raise CellProblem("time_invalid", "时间超出范围", raw)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


@lru_cache(maxsize=1024)
def _parse_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _parse_loose_time(text)


def _parse_loose_time(text: str) -> datetime:
    match = _LOOSE_TIME.fullmatch(text)
    if match is None:
        raise CellProblem("time_invalid", "时间格式无法识别", text)
    try:
        return datetime(*(int(part or 0) for part in match.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        raise CellProblem("time_invalid", "时间格式无法识别", text) from None


def full_mobile(text: str) -> str | None:
    """The 11 digits of a mainland mobile; None for a masked, virtual or partial number."""
    bare = re.sub(r"^\+?86[-\s]?", "", code_of(text)).replace(" ", "")
    return bare if _MOBILE.fullmatch(bare) else None


def is_ciphertext(text: str) -> bool:
    return text.startswith(CIPHERTEXT)


def is_masked(text: str) -> bool:
    return "*" in text or "＊" in text
