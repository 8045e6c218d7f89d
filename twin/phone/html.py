"""The look of the phone: one style sheet, a few parts, everything escaped here."""

from html import escape
from pathlib import Path
from typing import Any

from starlette.responses import HTMLResponse

STYLE = Path(__file__).with_name("phone.css").read_text(encoding="utf-8")


def h(value: Any) -> str:
    """Escaped for text and for quoted attributes."""
    return escape(str(value), quote=True)


def page(
    title: str,
    body: str,
    *,
    back: str = "",
    more: str = "",
    tabs: str = "",
    head: str = "",
    status: int = 200,
) -> HTMLResponse:
    """A whole page; ``body``, ``more``, ``tabs`` and ``head`` are HTML, ``back`` is an address."""
    left = f'<a class="back" href="{h(back)}">‹ 返回</a>' if back else ""
    return HTMLResponse(
        "<!doctype html><html lang='zh-CN'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width,initial-scale=1'>"
        f"<link rel='icon' href='data:,'><title>{h(title)}</title><style>{STYLE}</style>"
        f"{head}</head>"
        f"<body><header class='bar'>{left}<b>{h(title)}</b>{more}</header>"
        f"<main>{body}</main>{tabs}</body></html>",
        status,
    )


def tabs(entries: list[tuple[str, str]], current: str) -> str:
    """The bar at the bottom: (address, label)."""
    links = "".join(
        f"<a href='{h(path)}'{' class=on' if path == current else ''}>{h(label)}</a>"
        for path, label in entries
    )
    return f"<nav class='tabs'>{links}</nav>"


def face(name: str, kind: str = "") -> str:
    """A round-cornered square with the last character of a name."""
    return f"<span class='face {h(kind)}'>{h(name[-1:] or '·')}</span>"


def cell(
    name: str, note: str, *, href: str = "", kind: str = "", side: str = "", icon: str = ""
) -> str:
    """A row of a list, a link where ``href`` is given; its face is that of ``icon`` or ``name``."""
    inner = (
        f"{face(icon or name.partition('@')[0], kind)}<div>{h(name)}<small>{h(note)}</small></div>"
        f"<span class='side'>{h(side)}</span>"
    )
    if href:
        return f"<a class='cell' href='{h(href)}'>{inner}</a>"
    return f"<div class='cell'>{inner}</div>"


def form_cell(action: str, name: str, note: str, *, kind: str = "") -> str:
    """A row of a list that posts when it is touched."""
    return (
        f"<form method='post' action='{h(action)}'><button class='cell'>{face(name, kind)}"
        f"<div>{h(name)}<small>{h(note)}</small></div></button></form>"
    )


def form_button(action: str, label: str, kind: str = "", **hidden: str) -> str:
    """A form that is one button."""
    fields = "".join(
        f"<input type='hidden' name='{h(k)}' value='{h(v)}'>" for k, v in hidden.items()
    )
    return (
        f"<form method='post' action='{h(action)}'>{fields}"
        f"<button class='button {h(kind)}'>{h(label)}</button></form>"
    )


def profile(name: str, note: str, action: str, label: str, *, icon: str = "") -> str:
    """Whom or what one is about to add, and the one button that does it."""
    words = f"<div><b>{h(name)}</b><div>{h(note)}</div></div>"
    return (
        f"<div class='profile'>{face(icon or name)}{words}</div>"
        f"<div class='pad'>{form_button(action, label)}</div>"
    )


def empty(text: str) -> str:
    """What a page without content says."""
    return f"<p class='empty'>{h(text)}</p>"
