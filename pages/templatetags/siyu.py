"""How numbers, money and moments read on our pages."""

import datetime as dt

from django import template

from core import clock, money
from core.crypto import mask_phone

register = template.Library()


@register.filter
def yuan(fen: int | None) -> str:
    """`¥1,234.05`; a dash when there is no amount."""
    return "—" if fen is None else money.format_yuan(int(fen))


@register.filter
def rate(ppm: int | None) -> str:
    return "—" if ppm is None else money.format_ppm(int(ppm))


@register.filter
def moment(at: dt.datetime | None) -> str:
    """`11-22 10:30`, with the year only when it is not this year."""
    if at is None:
        return "—"
    local = at.astimezone(clock.SHANGHAI)
    same_year = local.year == clock.today().year
    return local.strftime("%m-%d %H:%M" if same_year else "%Y-%m-%d %H:%M")


@register.filter
def day(on: dt.date | None) -> str:
    if on is None:
        return "—"
    return on.strftime("%m-%d" if on.year == clock.today().year else "%Y-%m-%d")


@register.filter
def short_number(value: int | None) -> str:
    """`3.2万`, `1.5亿`; small numbers with separators."""
    if value is None:
        return "—"
    for unit, size in (("亿", 100_000_000), ("万", 10_000)):
        if abs(value) >= size:
            return f"{value / size:.1f}{unit}"
    return f"{value:,}"


@register.filter
def masked_phone(phone: str) -> str:
    return mask_phone(phone)
