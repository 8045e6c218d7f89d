"""Fills `outreach.contracts.Greeter`."""

from outreach.contracts import Link
from wecom.answers import Json
from wecom.client import CorpClient
from wecom.selectors import get_app
from wecom.texts import cut_bytes

TEXT_BYTES = 4_000
SECONDS = 3.0
"""The code lives 20 s: a slow answer must leave time for another try."""


class WecomGreeter:
    def send(self, welcome_code: str, text: str, link: Link | None) -> None:
        body: Json = {"welcome_code": welcome_code}
        if text:
            body["text"] = {"content": cut_bytes(text, TEXT_BYTES)}
        if link is not None:
            body["attachments"] = [{"msgtype": "link", "link": _link(link)}]
        CorpClient(get_app()).post(
            "externalcontact/send_welcome_msg", body, repeatable=False, seconds=SECONDS
        )


def _link(link: Link) -> Json:
    card: Json = {"title": cut_bytes(link.title, 128), "url": link.url}
    if link.description:
        card["desc"] = cut_bytes(link.description, 512)
    if link.picture_url:
        card["picurl"] = link.picture_url
    return card
