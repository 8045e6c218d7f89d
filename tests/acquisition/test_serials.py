import itertools

import pytest

from acquisition.serials import (
    LENGTH,
    RANDOM_BITS,
    check_character,
    is_well_formed,
    new_serial,
    normal_serial,
    shown,
)
from core.ids import ALPHABET

SERIALS = [new_serial() for _ in range(200)]


def test_a_serial_has_at_least_fifty_random_bits_and_a_check_character() -> None:
    assert RANDOM_BITS >= 50
    assert 10 <= LENGTH <= 12
    assert len(set(SERIALS)) == 200
    assert all(len(serial) == LENGTH and is_well_formed(serial) for serial in SERIALS)
    for place in range(LENGTH - 1):
        assert len({serial[place] for serial in SERIALS}) > 20


def test_every_single_slip_of_the_finger_is_noticed() -> None:
    for serial in SERIALS[:20]:
        for place, wrong in itertools.product(range(LENGTH), ALPHABET):
            slipped = serial[:place] + wrong + serial[place + 1 :]
            assert is_well_formed(slipped) == (slipped == serial)


def test_a_swap_of_neighbours_is_noticed_but_for_one_pair() -> None:
    """The Luhn algorithm is blind to swapping the first and the last digit of its base."""
    blind = {frozenset((ALPHABET[0], ALPHABET[-1]))}
    for serial in SERIALS:
        for place in range(LENGTH - 1):
            pair = serial[place : place + 2]
            swapped = serial[:place] + pair[::-1] + serial[place + 2 :]
            if pair[0] != pair[1] and frozenset(pair) not in blind:
                assert not is_well_formed(swapped), (serial, place)


def test_a_serial_is_read_as_people_type_it() -> None:
    serial = "k7q01m2x1a" + check_character("k7q01m2x1a")
    typed = f"  {shown(serial)} ".replace("0", "O").replace("1", "l")

    assert normal_serial(typed) == serial


@pytest.mark.parametrize(
    "text", ["", "k7q", "k7q01m2x1a99", "k7q01m2x1au", "牛肉粒牛肉粒牛肉粒牛肉"]
)
def test_what_is_no_serial_is_not_well_formed(text: str) -> None:
    assert not is_well_formed(normal_serial(text))
