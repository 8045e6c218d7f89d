"""Conversations: what has arrived, as bubbles and cards."""

import re
from datetime import datetime
from typing import Any

from twin.clock import SHANGHAI
from twin.context import Twin
from twin.phone.html import cell, empty, face, h
from twin.phone.session import Holder
from twin.store import Row, load

LINK = re.compile(r"https?://[^\s<>\"'\u0080-\uffff]+")
ANCHOR = re.compile(r"<a href=[\"']([^\"']+)[\"']>(.*?)</a>", re.DOTALL)
AFTER_A_LINK = ".,;:!?)"
CLOCK = "%m月%d日 %H:%M"


def conversations(twin: Twin, holder: Holder) -> str:
    """The list of senders, the latest first."""
    rows = twin.store.rows(
        "SELECT * FROM inbox WHERE id IN (SELECT max(id) FROM inbox WHERE owner = ?"
        " GROUP BY sender) ORDER BY id DESC",
        (holder.inbox,),
    )
    if not rows:
        return empty("还没有消息")
    cells = [
        cell(
            sender_name(twin, row["sender"]),
            summary(row["kind"], load(row["content"])),
            href=f"/phone/chat/{row['sender']}",
            kind="corp" if holder.is_member else "",
            side=when(row["at"]),
        )
        for row in rows
    ]
    return f"<div class='list'>{''.join(cells)}</div>"


def sender_name(twin: Twin, sender: str) -> str:
    """``CORP/USERID`` by the member's and the corp's name; an app by its own."""
    corp_id, slash, userid = sender.partition("/")
    if not slash:
        return sender
    row = twin.store.row(
        "SELECT m.name, c.name AS corp FROM member m JOIN corp c USING (corp_id)"
        " WHERE m.corp_id = ? AND m.userid = ?",
        (corp_id, userid),
    )
    return f"{row['name']}@{row['corp']}" if row else userid


def talk(twin: Twin, holder: Holder, sender: str) -> str:
    """Everything from one sender, the oldest first."""
    rows = twin.store.rows(
        "SELECT * FROM inbox WHERE owner = ? AND sender = ? ORDER BY id", (holder.inbox, sender)
    )
    name = sender_name(twin, sender)
    if not rows:
        return empty(_first_line(twin, holder, sender, name))
    return f"<div class='talk'>{''.join(bubble(name, row) for row in rows)}</div>"


def _first_line(twin: Twin, holder: Holder, sender: str, name: str) -> str:
    """What WeChat writes into a new conversation."""
    corp_id, _, userid = sender.partition("/")
    added = twin.store.value(
        "SELECT 1 FROM follow f JOIN identity i ON i.value = f.external_userid"
        " AND i.scope = 'external:' || f.corp_id WHERE f.corp_id = ? AND f.userid = ?"
        " AND i.person = ? AND f.deleted_by_customer = 0",
        (corp_id, userid, holder.person),
    )
    return f"你已添加了{name.partition('@')[0]},现在可以开始聊天了" if added else "还没有消息"


def bubble(name: str, row: Row, *, named: bool = False) -> str:
    """One message of the inbox with its time, the face and, in a group, the name of who said it."""
    speaker = name.partition("@")[0]
    above = f"<small class='speaker'>{h(speaker)}</small>" if named else ""
    said = _content(row["kind"], load(row["content"]))
    return (
        f"<p class='when'>{h(when(row['at']))}</p>"
        f"<div class='row'>{face(speaker)}<div>{above}{said}</div></div>"
    )


def _content(kind: str, content: dict[str, Any]) -> str:
    if kind in ("text", "markdown"):
        return f"<div class='bubble'>{_linked(content['content'])}</div>"
    if kind in ("link", "textcard"):
        return _card(content["title"], content.get("desc") or content.get("description"), content)
    if kind == "news":
        return "".join(_card(a["title"], a.get("description"), a) for a in content["articles"])
    if kind == "template_card":
        title = content.get("main_title") or {}
        return _card(title.get("title"), title.get("desc"), content.get("card_action") or {})
    return f"<div class='bubble'>{h(summary(kind, content))}</div>"


def _card(title: str | None, note: str | None, content: dict[str, Any]) -> str:
    plain = re.sub(r"<[^>]+>", " ", note or "")
    inner = f"<b>{h(title or '')}</b><p>{h(plain.strip())}</p>"
    url = content.get("url")
    if not _is_web(url):
        return f"<div class='card'>{inner}</div>"
    return f"<a class='card' href='{h(url)}'>{inner}<span class='open'>查看 ›</span></a>"


def _is_web(url: Any) -> bool:
    return isinstance(url, str) and url.startswith(("http://", "https://"))


def _linked(text: str) -> str:
    """Text with its addresses and its <a> elements as links; all else escaped."""
    pieces, end = [], 0
    for found in ANCHOR.finditer(text):
        pieces.append(_bare_links(text[end : found.start()]))
        url, label = found.groups()
        pieces.append(f"<a href='{h(url)}'>{h(label)}</a>" if _is_web(url) else h(label))
        end = found.end()
    return "".join([*pieces, _bare_links(text[end:])])


def _bare_links(text: str) -> str:
    pieces, end = [], 0
    for found in LINK.finditer(text):
        url = found.group(0).rstrip(AFTER_A_LINK)
        pieces.append(h(text[end : found.start()]) + f"<a href='{h(url)}'>{h(url)}</a>")
        end = found.start() + len(url)
    return "".join([*pieces, h(text[end:])])


def summary(kind: str, content: dict[str, Any]) -> str:
    """One line for a list."""
    names = {"image": "[图片]", "video": "[视频]", "file": "[文件]", "voice": "[语音]"}
    if kind in ("text", "markdown"):
        return re.sub(r"<[^>]+>", "", str(content["content"]))
    if kind in names:
        return names[kind]
    if kind == "miniprogram":
        return f"[小程序] {content['title']}"
    if kind == "news":
        return f"[图文] {content['articles'][0]['title']}"
    title = content.get("title") or (content.get("main_title") or {}).get("title") or ""
    return f"[链接] {title}"


def when(unix_seconds: int) -> str:
    """Business time in Asia/Shanghai."""
    return datetime.fromtimestamp(unix_seconds, SHANGHAI).strftime(CLOCK)
