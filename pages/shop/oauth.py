"""The way to WeChat's login and back: one state for each attempt, good once.

A state lives in the session that asked for it, so a link with somebody else's code logs
nobody in. Source: RFC 6749, 10.12.
"""

from dataclasses import dataclass

from django.http import HttpRequest

from core import clock, ports
from core.ids import random_text
from members.contracts import CustomerDirectory

BASE, USERINFO = "snsapi_base", "snsapi_userinfo"
STATES = "login_states"
LIFE_SECONDS = 600
MOST_STATES = 5
STATE_BITS = 160
BACK = "/login/back"


@dataclass(frozen=True)
class Attempt:
    """Where a login was to lead, and what WeChat was asked for."""

    next: str
    scope: str
    asked_at: float


def begin(request: HttpRequest, *, next_path: str, scope: str = BASE) -> str:
    """WeChat's address for a new attempt; raises `PortFailure` when none is connected.

    The way back is on the very scheme, host and port that the browser is on.
    """
    state = random_text(STATE_BITS)
    url = ports.get(CustomerDirectory).authorize_url(request.build_absolute_uri(BACK), state, scope)
    kept = dict(request.session.get(STATES, {}))
    kept[state] = [next_path, scope, clock.real_now().timestamp()]
    newest = sorted(kept.items(), key=lambda item: float(item[1][2]))
    request.session[STATES] = dict(newest[-MOST_STATES:])
    return url


def take(request: HttpRequest, state: str) -> Attempt | None:
    """The attempt of a state, used up; None when it is not ours, used, or too old."""
    kept = dict(request.session.get(STATES, {}))
    found = kept.pop(state, None)
    if found is None:
        return None
    request.session[STATES] = kept
    attempt = Attempt(str(found[0]), str(found[1]), float(found[2]))
    if clock.real_now().timestamp() - attempt.asked_at > LIFE_SECONDS:
        return None
    return attempt
