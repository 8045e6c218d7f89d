"""A draw that anyone can recompute: commit, freeze, reveal (docs/rules.md, 抽奖).

Pure functions. A ticket's score depends on the seed and itself alone, so the order of
all possible tickets is fixed when the commitment is published: who enters later changes
nobody's place among the others.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any

VERSION = "siyu-draw-1"
SEED_BYTES = 32
TICKET_CHARS = 20


def terms_text(terms: Mapping[str, Any]) -> str:
    """The published terms as the one text that is hashed: sorted keys, no spaces."""
    return json.dumps(dict(terms), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def commitment_of(draw_id: str, terms: Mapping[str, Any], seed: str) -> str:
    """What is published before anybody can know the seed; `seed` is 64 hex digits."""
    return _hash(f"{VERSION}\n{draw_id}\n{_hash(terms_text(terms))}\n{seed}")


def ticket_of(draw_id: str, member_id: str) -> str:
    """A person's one ticket in a draw: it cannot be chosen and tells nobody who they are."""
    return _hash(f"{draw_id}\n{member_id}")[:TICKET_CHARS]


def entrants_hash(tickets: Iterable[str]) -> str:
    """The fingerprint of the frozen list, in the order of its tickets."""
    return _hash("\n".join(sorted(tickets)))


def pick_winners(seed: str, tickets: Iterable[str], prizes: int) -> list[str]:
    """The `prizes` tickets with the lowest HMAC-SHA256(seed, ticket), the lowest first."""
    key = bytes.fromhex(seed)
    scored = sorted((hmac.digest(key, ticket.encode(), "sha256"), ticket) for ticket in tickets)
    return [ticket for _, ticket in scored[:prizes]]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
