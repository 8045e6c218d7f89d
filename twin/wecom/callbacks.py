"""Events to the product: encrypted, signed, sent again only when no answer came."""

import random
import secrets
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import httpx

from twin.context import Twin
from twin.hosts import HostNotMapped, send
from twin.store import Row
from twin.wecom.crypto import CallbackCipher


class Bare(str):
    """Text that WeCom's own samples show without CDATA."""

    __slots__ = ()


KIND = "wecom.callback"
ATTEMPTS = 3


def emit(twin: Twin, corp_id: str, event: str, fields: dict[str, Any]) -> int:
    """Record an event and owe its delivery; the id that the log knows it by.

    ``fields`` follow Event in the given order: text becomes CDATA, a number stays bare,
    a list becomes Item elements, None is left out.
    """
    head = {
        "ToUserName": corp_id,
        "FromUserName": "sys",
        "CreateTime": twin.clock.business(),
        "MsgType": "event",
        "Event": event,
    }
    xml = to_xml({**head, **fields})
    shown = {k: v for k, v in fields.items() if v is not None}
    event_id = twin.log.write(
        "callback.event", corp_id=corp_id, event=event, fields=shown, create_time=head["CreateTime"]
    )
    _owe(twin, corp_id, event_id, xml)
    return event_id


def _owe(twin: Twin, corp_id: str, event_id: int, xml: str) -> None:
    settings = twin.settings
    dice = random.Random(f"{settings.get('random_seed')}:{event_id}")
    if dice.random() < float(settings.get("callback_loss_rate")):
        twin.log.write("callback.lost", event_id=event_id, corp_id=corp_id)
        return
    copies = 2 if dice.random() < float(settings.get("callback_duplicate_rate")) else 1
    for _ in range(copies):
        delay = float(settings.get("callback_delay"))
        if settings.get("callback_shuffle"):
            delay += dice.uniform(0.0, 1.0)
        payload = {"corp_id": corp_id, "event_id": event_id, "xml": xml}
        twin.deliveries.queue(KIND, payload, delay)


def to_xml(fields: dict[str, Any]) -> str:
    """The elements inside ``<xml>``, in order."""
    return f"<xml>{''.join(_element(k, v) for k, v in fields.items() if v is not None)}</xml>"


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        items = "".join(f"<Item>{escape(str(item))}</Item>" for item in value)
        return f"<{name}>{items}</{name}>"
    if isinstance(value, (int, Bare)):
        return f"<{name}>{escape(str(value))}</{name}>"
    return f"<{name}><![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"


async def deliver(twin: Twin, payload: dict[str, Any], attempt: int) -> float | None:
    """One POST. An answer of any status ends it; silence is tried three times in all."""
    corp = twin.store.row("SELECT * FROM corp WHERE corp_id = ?", (payload["corp_id"],))
    if corp is None or not corp["callback_url"]:
        twin.log.write("callback.unsent", event_id=payload["event_id"], corp_id=payload["corp_id"])
        return None
    outcome = await _post(twin, corp, payload["xml"])
    twin.log.write(
        "callback.attempt",
        event_id=payload["event_id"],
        corp_id=payload["corp_id"],
        attempt=attempt,
        **outcome,
    )
    if outcome["status"] is not None or attempt >= ATTEMPTS:
        return None
    spacing = list(twin.settings.get("callback_retry_spacing"))
    return float(spacing[min(attempt, len(spacing)) - 1]) if spacing else 0.0


async def _post(twin: Twin, corp: Row, xml: str) -> dict[str, Any]:
    body = envelope(twin, corp, xml)
    started = twin.clock.monotonic()
    try:
        response = await send(
            twin,
            "POST",
            signed_url(twin, corp, body["encrypt"]),
            timeout=float(twin.settings.get("callback_timeout")),
            headers={"Content-Type": "text/xml; charset=utf-8", "User-Agent": "Mozilla/4.0"},
            body=body["xml"].encode(),
        )
    except (httpx.HTTPError, HostNotMapped) as silent:
        return {"status": None, "error": type(silent).__name__, "answer": ""}
    took = round(twin.clock.monotonic() - started, 3)
    return {"status": response.status_code, "answer": response.text[:500], "seconds": took}


def cipher_of(corp: Row) -> CallbackCipher:
    """The cipher of the corp's callback settings."""
    return CallbackCipher(str(corp["token"]), str(corp["aes_key"]), str(corp["corp_id"]))


def envelope(twin: Twin, corp: Row, xml: str) -> dict[str, str]:
    """The encrypted body of one attempt."""
    encrypted = cipher_of(corp).encrypt(xml.encode())
    fields = {
        "ToUserName": corp["corp_id"],
        "AgentID": str(corp["agent_id"]),
        "Encrypt": encrypted,
    }
    return {"encrypt": encrypted, "xml": to_xml(fields)}


def signed_url(twin: Twin, corp: Row, encrypted: str, **extra: str) -> str:
    """The callback address with its signature, made anew for each attempt."""
    timestamp, nonce = str(int(twin.clock.real())), str(secrets.randbelow(10**10))
    signature = cipher_of(corp).sign(timestamp, nonce, encrypted)
    query = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce, **extra}
    glue = "&" if "?" in corp["callback_url"] else "?"
    return f"{corp['callback_url']}{glue}{urlencode(query)}"


async def verify_url(twin: Twin, corp: Row) -> str | None:
    """Ask the address to decrypt an echo, as the admin console does; None or what is wrong."""
    echo = str(secrets.randbelow(10**19))
    encrypted = cipher_of(corp).encrypt(echo.encode())
    url = signed_url(twin, corp, encrypted, echostr=encrypted)
    limit = float(twin.settings.get("callback_verify_timeout"))
    try:
        response = await send(
            twin, "GET", url, timeout=limit, headers={"User-Agent": "Mozilla/4.0"}
        )
    except (httpx.HTTPError, HostNotMapped) as silent:
        return f"no answer within {limit:g} s ({type(silent).__name__})"
    if response.status_code != 200:
        return f"answered {response.status_code}"
    return None if response.content == echo.encode() else "the echo is wrong"
