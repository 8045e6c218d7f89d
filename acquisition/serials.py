"""Serials of cards: 50 random bits and a check character, in base32 without look-alikes.

The check character catches a mistyped serial before anybody is asked about it; it is
no secret and guards nothing. Source: the Luhn algorithm modulo 32.
"""

from core.ids import ALPHABET, random_text

RANDOM_BITS = 50
LENGTH = 11

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_LOOK_ALIKES = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})


def new_serial() -> str:
    """Ten random characters and their check character, in lower case."""
    body = random_text(RANDOM_BITS)
    return body + check_character(body)


def check_character(body: str) -> str:
    """The character that makes the weighted sum of the whole a multiple of 32."""
    total = sum(_weighed(_VALUES[c], place) for place, c in enumerate(reversed(body), start=1))
    return ALPHABET[-total % 32]


def normal_serial(text: str) -> str:
    """As stored: lower case, without spaces and dashes, look-alikes resolved."""
    return text.strip().lower().translate(_LOOK_ALIKES)


def is_well_formed(serial: str) -> bool:
    """Whether a normal serial could be one of ours."""
    if len(serial) != LENGTH or not set(serial) <= set(_VALUES):
        return False
    return check_character(serial[:-1]) == serial[-1]


def shown(serial: str) -> str:
    """As printed under the code: K7QF-9M2X-1AB."""
    upper = serial.upper()
    return "-".join((upper[:4], upper[4:8], upper[8:]))


def _weighed(value: int, place: int) -> int:
    """Every second character counts double, its two base-32 digits added."""
    if place % 2 == 0:
        return value
    doubled = value * 2
    return doubled // 32 + doubled % 32
