"""Fills `members.contracts.PageSigner` (JS-SDK, document 90506)."""

import hashlib
import secrets

from core import clock
from members.contracts import PageSignature
from wecom.client import CorpClient
from wecom.mp import MpClient
from wecom.selectors import get_app, get_mp


class WechatPageSigner:
    def sign_customer_page(self, url: str) -> PageSignature:
        client = MpClient(get_mp())
        return _signed(url, client.ticket(), client.appid)

    def sign_staff_page(self, url: str) -> PageSignature:
        client = CorpClient(get_app())
        return _signed(url, client.ticket(for_agent=False), client.corp_id)

    def sign_staff_agent(self, url: str) -> PageSignature:
        client = CorpClient(get_app())
        ticket = client.ticket(for_agent=True)
        return _signed(url, ticket, client.corp_id, client.agent_id)


def sign(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """Lower-hex SHA1 over raw values in this order; the fragment is no part of it."""
    text = (
        f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url.partition('#')[0]}"
    )
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _signed(url: str, ticket: str, appid: str, agent_id: str = "") -> PageSignature:
    nonce, timestamp = secrets.token_hex(8), int(clock.real_now().timestamp())
    signature = sign(ticket, nonce, timestamp, url)
    return PageSignature(appid, timestamp, nonce, signature, agent_id)
