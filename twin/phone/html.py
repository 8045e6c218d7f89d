"""The look of the phone: one style sheet, a few parts, everything escaped here."""

from html import escape
from typing import Any

from starlette.responses import HTMLResponse

STYLE = """
*{box-sizing:border-box}
body{margin:0;background:#ededed;color:#191919;font:16px/1.5 -apple-system,"PingFang SC",
"Noto Sans CJK SC","WenQuanYi Zen Hei",sans-serif}
main{max-width:480px;margin:0 auto;padding:48px 0 72px}
.bar{position:fixed;top:0;left:0;right:0;height:48px;background:#ededed;border-bottom:1px solid #dcdcdc;
display:flex;align-items:center;justify-content:center;z-index:2}
.bar b{font-weight:600;font-size:17px;max-width:60%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.bar a{position:absolute;top:0;height:48px;line-height:48px;padding:0 16px;color:#576b95;text-decoration:none}
.bar a.back{left:0}.bar a.more{right:0}
.tabs{position:fixed;bottom:0;left:0;right:0;height:56px;background:#f7f7f7;border-top:1px solid #dcdcdc;
display:flex;z-index:2}
.tabs a{flex:1;text-align:center;line-height:56px;color:#191919;text-decoration:none;font-size:15px}
.tabs a.on{color:#07c160;font-weight:600}
h2{font-size:14px;font-weight:400;color:#737373;margin:16px 16px 6px}
.list{background:#fff}
.cell{display:flex;align-items:center;gap:12px;min-height:56px;padding:8px 16px;border-bottom:1px solid #f0f0f0;
color:inherit;text-decoration:none;width:100%;background:#fff;border-left:0;border-right:0;border-top:0;
font:inherit;text-align:left}
.cell div{flex:1;min-width:0}
.cell small{display:block;color:#8c8c8c;font-size:13px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.cell .side{color:#8c8c8c;font-size:13px;flex:none}
.face{flex:none;width:40px;height:40px;border-radius:6px;background:#10aeff;color:#fff;display:flex;
align-items:center;justify-content:center;font-size:18px}
.face.corp{background:#2b7de9}.face.me{background:#fa9d3b}
.button{display:block;width:100%;min-height:48px;border:0;border-radius:8px;background:#07c160;color:#fff;
font:inherit;font-weight:600;text-align:center;line-height:48px;text-decoration:none}
.button.plain{background:#fff;color:#576b95}.button.red{background:#fff;color:#fa5151}
.pad{padding:16px;display:grid;gap:12px}
input,select{width:100%;min-height:48px;border:0;border-radius:8px;padding:0 12px;font:inherit;background:#fff}
.talk{padding:12px 16px;display:grid;gap:12px}
.when{text-align:center;color:#a0a0a0;font-size:12px;margin:4px 0 0}
.row{display:flex;gap:10px;align-items:flex-start}
.bubble{background:#fff;border-radius:8px;padding:10px 12px;max-width:260px;overflow-wrap:anywhere;white-space:pre-wrap}
.bubble a{color:#576b95}
.card{background:#fff;border-radius:8px;padding:12px;width:260px;color:inherit;text-decoration:none;display:block}
.card b{display:block;font-weight:500}
.card p{margin:4px 0 0;color:#8c8c8c;font-size:13px;overflow-wrap:anywhere}
.empty{text-align:center;color:#8c8c8c;padding:72px 24px}
.sheet{background:#fff;border-radius:12px 12px 0 0;position:fixed;left:0;right:0;bottom:0;padding:24px 16px 32px}
.sheet>div{max-width:448px;margin:0 auto;display:grid;gap:12px}
.profile{background:#fff;padding:24px 16px;display:flex;gap:16px;align-items:center}
.profile .face{width:64px;height:64px;font-size:28px}
.money{font-variant-numeric:tabular-nums;font-weight:600;flex:none}
"""


def h(value: Any) -> str:
    """Escaped for text and for quoted attributes."""
    return escape(str(value), quote=True)


def page(
    title: str, body: str, *, back: str = "", more: str = "", tabs: str = "", status: int = 200
) -> HTMLResponse:
    """A whole page; ``body``, ``more`` and ``tabs`` are HTML, ``back`` is an address."""
    left = f'<a class="back" href="{h(back)}">‹ 返回</a>' if back else ""
    return HTMLResponse(
        "<!doctype html><html lang='zh-CN'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width,initial-scale=1'>"
        f"<link rel='icon' href='data:,'><title>{h(title)}</title><style>{STYLE}</style></head>"
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


def cell(name: str, note: str, *, href: str = "", kind: str = "", side: str = "") -> str:
    """A row of a list, a link where ``href`` is given."""
    inner = (
        f"{face(name, kind)}<div>{h(name)}<small>{h(note)}</small></div>"
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


def empty(text: str) -> str:
    """What a page without content says."""
    return f"<p class='empty'>{h(text)}</p>"
