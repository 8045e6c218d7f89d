"""Text and attachments of a message to customers, in one form for every API that sends one."""

from typing import Any

from twin.store import Row
from twin.strict import Field, check_fields
from twin.wecom.endpoint import Call
from twin.wecom.errors import Refused
from twin.wecom.media import check_media, is_uploaded_image

MAX_ATTACHMENTS = 9


def message_parts(call: Call) -> list[tuple[str, dict[str, Any]]]:
    """The messages the customer will see. Raises Refused."""
    text, attachments = call.body.get("text") or {}, call.body.get("attachments") or []
    if not text.get("content") and not attachments:
        raise Refused(40063)
    parts = [("text", {"content": text["content"]})] if text.get("content") else []
    return parts + [_attachment(call, entry) for entry in attachments]


def _attachment(call: Call, entry: Row) -> tuple[str, dict[str, Any]]:
    kind = entry.get("msgtype")
    if kind not in ATTACHMENTS:
        raise Refused(41065)
    check_fields(entry, {"msgtype": Field(), kind: Field(dict, required=True)}, where="attachments")
    content = entry[kind]
    check_fields(content, ATTACHMENTS[kind], where=f"attachments.{kind}")
    if kind == "image" and not content.get("media_id"):
        if not is_uploaded_image(call.twin, content.get("pic_url", "")):
            raise Refused(40007)
        return kind, content
    for name, media_kind in (("media_id", kind), ("pic_media_id", "image")):
        if name in content:
            check_media(call, content[name], media_kind)
    return kind, content


ATTACHMENTS = {
    "image": {"media_id": Field(str), "pic_url": Field(str)},
    "link": {
        "title": Field(str, required=True, max_bytes=128),
        "picurl": Field(str, max_bytes=2048),
        "desc": Field(str, max_bytes=512),
        "url": Field(str, required=True, missing=41010, max_bytes=2048, invalid=40039),
    },
    "miniprogram": {
        "title": Field(str, required=True, max_bytes=64),
        "pic_media_id": Field(str, required=True, missing=41006),
        "appid": Field(str, required=True),
        "page": Field(str, required=True),
    },
    "video": {"media_id": Field(str, required=True, missing=41006)},
    "file": {"media_id": Field(str, required=True, missing=41006)},
}
MESSAGE_FIELDS = {
    "text": Field(
        dict, fields={"content": Field(str, max_bytes=4000, invalid=40058, too_long=45002)}
    ),
    "attachments": Field(list, max_items=MAX_ATTACHMENTS, too_long=41064, item=Field(dict)),
}
