"""Fills `outreach.contracts.GroupMessenger` (企业群发, documents 92135 and 93338)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings

from core.errors import Outcome, PortFailure
from outreach.contracts import (
    ALREADY_CANCELLED,
    NOBODY_REACHABLE,
    REMINDER_REFUSED,
    Attachment,
    ChatType,
    DeliveryResult,
    DeliveryStatus,
    Message,
    SenderTask,
    Submission,
    Submitted,
)
from wecom.answers import Json, needed_at, text_at
from wecom.client import CorpClient
from wecom.selectors import get_app
from wecom.texts import cut_bytes

TEXT_BYTES = 4_000
MAX_PAGES = 500
LONGEST_SPAN = dt.timedelta(days=30)
_STATUS = {
    0: DeliveryStatus.UNSENT,
    1: DeliveryStatus.SENT,
    2: DeliveryStatus.NOT_FRIEND,
    3: DeliveryStatus.OVER_QUOTA,
}
_WORDS = {
    "41048": NOBODY_REACHABLE,
    "41093": ALREADY_CANCELLED,
    "41094": REMINDER_REFUSED,
}


class WecomGroupMessenger:
    def submit(
        self, *, chat_type: ChatType, sender: str, recipients: Sequence[str], message: Message
    ) -> Submitted:
        body: Json = {"chat_type": str(chat_type), "sender": sender}
        field = "chat_id_list" if chat_type == ChatType.GROUP else "external_userid"
        body[field] = list(recipients)
        if message.text:
            body["text"] = {"content": cut_bytes(message.text, TEXT_BYTES)}
        if message.attachments:
            body["attachments"] = [_attachment(one) for one in message.attachments]
        made = _post("add_msg_template", body, repeatable=False)
        failed = tuple(str(one) for one in made.get("fail_list") or ())
        return Submitted(needed_at(made, "msgid"), failed)

    def remind(self, msgid: str) -> None:
        _post("remind_groupmsg_send", {"msgid": msgid}, repeatable=False)

    def cancel(self, msgid: str) -> None:
        _post("cancel_groupmsg_send", {"msgid": msgid})

    def list_tasks(self, msgid: str) -> list[SenderTask]:
        pages = _pages("get_groupmsg_task", {"msgid": msgid, "limit": 1000}, "task_list")
        return [
            SenderTask(needed_at(row, "userid"), _number(row, "status") == 2, _moment(row))
            for row in pages
        ]

    def list_results(self, msgid: str, userid: str) -> list[DeliveryResult]:
        body = {"msgid": msgid, "userid": userid, "limit": 1000}
        pages = _pages("get_groupmsg_send_result", body, "send_list")
        return [
            DeliveryResult(
                text_at(row, "external_userid") or needed_at(row, "chat_id"),
                _STATUS.get(_number(row, "status"), DeliveryStatus.UNSENT),
                _moment(row),
            )
            for row in pages
        ]

    def list_submissions(
        self, *, chat_type: ChatType, since: dt.datetime, until: dt.datetime
    ) -> list[Submission]:
        """Only what was made through the API; a question spans at most a month."""
        found: dict[str, Submission] = {}
        for start, end in _spans(since, until):
            body = {
                "chat_type": str(chat_type),
                "start_time": int(start.timestamp()),
                "end_time": int(end.timestamp()) + 1,
                "filter_type": 0,
                "limit": 100,
            }
            for row in _pages("get_groupmsg_list_v2", body, "group_msg_list"):
                found[needed_at(row, "msgid")] = _submission(row)
        return list(found.values())


def _post(name: str, body: Json, *, repeatable: bool = True) -> Json:
    """Codes the domain knows by a word of its own are renamed."""
    api = f"externalcontact/{name}"
    client, seconds = CorpClient(get_app()), settings.WECOM_SUBMIT_MS / 1_000
    try:
        return client.post(api, body, repeatable=repeatable, seconds=seconds)
    except PortFailure as failure:
        if failure.code in _WORDS:
            raise PortFailure(_WORDS[failure.code], failure.text) from failure
        raise


def _pages(name: str, body: Json, field: str) -> Iterator[Json]:
    """Every row to the last cursor; a list without an end is no answer."""
    cursor = ""
    for _ in range(MAX_PAGES):
        page = _post(name, {**body, "cursor": cursor} if cursor else body)
        yield from page.get(field) or ()
        cursor = text_at(page, "next_cursor")
        if not cursor:
            return
    raise PortFailure("endless_list", "分页没有结束", outcome=Outcome.RETRYABLE)


def _attachment(card: Attachment) -> Json:
    if card.kind == "image":
        return {"msgtype": "image", "image": {"pic_url": card.url}}
    link: Json = {"title": cut_bytes(card.title, 128), "url": card.url}
    if card.description:
        link["desc"] = cut_bytes(card.description, 512)
    if card.picture_url:
        link["picurl"] = card.picture_url
    return {"msgtype": "link", "link": link}


def _submission(row: Json) -> Submission:
    links = [text_at(card, "link", "url") for card in row.get("attachments") or ()]
    created = _number(row, "create_time")
    return Submission(
        needed_at(row, "msgid"),
        dt.datetime.fromtimestamp(created, dt.UTC),
        text_at(row, "text", "content"),
        tuple(url for url in links if url),
    )


def _number(row: Json, name: str) -> int:
    """Times come as numbers and, in the platform's own samples, as text; 0 where absent."""
    found: Any = row.get(name)
    try:
        return int(float(found or 0))
    except (TypeError, ValueError):
        return 0


def _moment(row: Json) -> dt.datetime | None:
    seconds = _number(row, "send_time")
    return dt.datetime.fromtimestamp(seconds, dt.UTC) if seconds else None


def _spans(since: dt.datetime, until: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    start = since
    while start < until:
        end = min(until, start + LONGEST_SPAN)
        yield start, end
        start = end
