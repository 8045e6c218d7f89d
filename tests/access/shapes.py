"""The shape of an answer: what is left of it once the words that name the request are gone."""

import re
from typing import Any
from urllib.parse import quote

from tests.access.canaries import body_of

_CHANCE = (
    (re.compile(rb"[0-9A-Za-z]{64}"), b"<token>"),
    (re.compile(rb'nonce="[^"]*"'), b'nonce=""'),
)


def shape_of(answer: Any, *words: str) -> tuple[int, str, bytes]:
    """(status, where it leads, body), without `words`, tokens of forms and nonces."""
    body, place = body_of(answer), answer.headers.get("Location", "")
    for pattern, stand_in in _CHANCE:
        body = pattern.sub(stand_in, body)
    for word in sorted(filter(_is_telling, words), key=len, reverse=True):
        for written in {word, quote(word), word.upper()}:
            body = body.replace(written.encode(), b"<id>")
            place = place.replace(written, "<id>")
    return answer.status_code, place, body


def _is_telling(word: str) -> bool:
    """A short number stands in a page by chance."""
    return len(word) >= 5
