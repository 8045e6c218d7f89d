"""Buyers of a back-end that gives no account number, only a name and perhaps a phone.

A phone may be empty, masked or used by two people, and a nickname by thousands, so
neither alone makes two rows one person: only the full phone with the same nickname does.
"""

from core.crypto import blind_index
from mall.importing.cells import full_mobile, is_ciphertext, is_masked, text_of
from mall.importing.records import Flag

INDEX_CHARACTERS = 16


def named_buyer_key(nickname: object, phone: object) -> tuple[str | None, tuple[Flag, ...]]:
    """`nickname#index of the phone`, without the phone itself; None where it is no key."""
    name, number = text_of(nickname), text_of(phone)
    mobile = full_mobile(number)
    if mobile is not None:
        return f"{name}#{blind_index(mobile)[:INDEX_CHARACTERS]}", ()
    hidden = bool(number) and (is_masked(number) or is_ciphertext(number))
    return None, (Flag.BUYER_MASKED if hidden else Flag.BUYER_MISSING,)
