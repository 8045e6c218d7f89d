"""The signed ticket that admits a browser to a room's socket.

Standard library only: the page's process signs, the socket's process reads. A ticket
names the merchant's schema, the room, the site whose pages may use it, and when it ends
(real time), so it is worth nothing at another merchant, in another room or later.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass

LIFE_SECONDS = 300


class TicketRefused(ValueError):
    """Not signed by us, not for this room or site, or over."""


@dataclass(frozen=True)
class Ticket:
    schema: str
    room: str
    site: str
    until: int


def derive_key(secret: str) -> bytes:
    """The key of tickets from the installation's one secret."""
    return hmac.digest(secret.encode(), b"siyu.live.ticket.1", "sha256")


def sign_ticket(key: bytes, *, schema: str, room: str, site: str, now: float) -> str:
    """A ticket good for five minutes of real time; `site` is the host its page is on."""
    plain = json.dumps([schema, room, site, int(now) + LIFE_SECONDS], separators=(",", ":"))
    body = _encode(plain.encode())
    return f"{body}.{_encode(_signature(key, body))}"


def read_ticket(key: bytes, text: str, *, room: str, site: str, now: float) -> Ticket:
    """What a ticket says, once it is found good; raises `TicketRefused`."""
    body, _, signature = text.partition(".")
    try:
        is_ours = hmac.compare_digest(_decode(signature), _signature(key, body))
        if not is_ours:
            raise TicketRefused("signature")
        ticket = Ticket(*json.loads(_decode(body)))
    except (ValueError, TypeError) as error:
        raise TicketRefused(str(error)) from error
    if ticket.room != room or ticket.site != site or ticket.until < now:
        raise TicketRefused("not for here and now")
    return ticket


def _signature(key: bytes, body: str) -> bytes:
    return hmac.digest(key, body.encode(), hashlib.sha256)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
