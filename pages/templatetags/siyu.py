"""How numbers, money and moments read on our pages."""

import datetime as dt
from typing import Any

from django import template
from django.forms import Textarea
from django.forms.boundfield import BoundField

from core import clock, money
from core.crypto import mask_phone
from mall.selectors.import_words import FLAG_WORDS
from org.contracts import ROLE_NAMES, Role
from org.selectors import is_allowed
from pages.dashboard.labels import PLATFORMS, STATUSES

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
    if not at:
        return "—"
    local = at.astimezone(clock.SHANGHAI)
    same_year = local.year == clock.today().year
    return local.strftime("%m-%d %H:%M" if same_year else "%Y-%m-%d %H:%M")


@register.filter
def day(on: dt.date | None) -> str:
    if not on:
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


@register.filter
def role_name(role: str) -> str:
    return ROLE_NAMES.get(Role(role), role) if role else ""


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The present query string with some parameters changed."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        parameters[name] = str(value)
    return str(parameters.urlencode())


@register.inclusion_tag("dashboard/_rail_item.html", takes_context=True)
def rail(
    context: dict[str, Any], capability: str, url: str, label: str, icon: str, but: str = ""
) -> dict[str, Any]:
    """`but` is a path below `url` that has an entry of its own."""
    path = context["request"].path
    is_below = url != "/" and path.startswith(url + "/")
    return {
        "shown": _may(context, capability),
        "url": url,
        "label": label,
        "icon": icon,
        "active": path == url or (is_below and not (but and path.startswith(but))),
    }


@register.inclusion_tag("dashboard/_rail_heading.html", takes_context=True)
def rail_heading(context: dict[str, Any], label: str, capability: str) -> dict[str, Any]:
    return {"shown": _may(context, capability), "label": label}


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], capability: str) -> bool:
    """Whether the person may do this: for leaving out a button they could not use."""
    return _may(context, capability)


def _may(context: dict[str, Any], capability: str) -> bool:
    staff = context.get("staff")
    return bool(staff and is_allowed(staff, capability))


@register.filter
def span(length: dt.timedelta) -> str:
    """How long: `12 秒`, `3 分钟`, `5 小时`, `2 天`."""
    seconds = int(length.total_seconds())
    for unit, size in (("天", 86400), ("小时", 3600), ("分钟", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(0, seconds)} 秒"


@register.filter
def grouped(value: int | None) -> str:
    """`1,204`; a dash when there is no number."""
    return "—" if value is None else f"{value:,}"


@register.filter
def rate_one(ppm: int | None) -> str:
    """A share with one decimal: `12.5%`."""
    return "—" if ppm is None else f"{ppm / 10_000:.1f}%"


@register.filter
def get(found: dict[Any, Any], key: Any) -> Any:
    return found.get(key, "")


@register.filter
def platform_name(platform: str) -> str:
    return PLATFORMS.get(platform, platform) or "不限"


@register.filter
def plain_yuan(fen: int | None) -> str:
    """`1234.05`: an amount as a form field holds it."""
    return "" if fen is None else f"{fen // 100}.{fen % 100:02d}"


SOURCES = {
    "card": "包裹卡",
    "scan": "扫卡",
    "mp": "商城登录",
    "contact": "导购添加",
    "link": "获客链接",
    "guide": "导购添加",
    "share": "导购分享",
    "generic": "导入",
}


@register.filter
def source_name(source: str) -> str:
    """Where somebody came from; `card:12` and `generic:shop` go by their first part."""
    known = {**PLATFORMS, **SOURCES}
    return known.get(source) or known.get(source.partition(":")[0], source) or "—"


@register.filter
def status_name(status: str) -> str:
    """The state of an order in a file, in words."""
    return STATUSES.get(str(status), str(status))


@register.filter
def flag_name(flag: str) -> str:
    """What a flag of an imported order says."""
    return {str(known): words for known, words in FLAG_WORDS.items()}.get(flag, flag)


@register.filter
def is_wide(field: BoundField) -> bool:
    """A field of a grid form that needs the whole row."""
    widget = field.field.widget
    return isinstance(widget, Textarea) or field.name in ("note", "has_acknowledged")
