"""Ids that say nothing: 128 random bits in lower-case base32 without look-alikes."""

import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def random_text(bits: int) -> str:
    """At least `bits` random bits as Crockford base32: 32 divides 256, so no letter is likelier."""
    return "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(-(-bits // 5)))


def public_id() -> str:
    """26 characters, 130 bits: the id the outside sees."""
    return random_text(128)
