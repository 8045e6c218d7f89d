"""The camera against codes that segno drew."""

import pytest
import segno

from tests.e2e.codes import read_code


@pytest.mark.parametrize("mask", range(8))
@pytest.mark.parametrize("length", [3, 30, 55, 77, 100])
def test_a_code_is_read_as_it_was_written(length: int, mask: int) -> None:
    text = ("http://m.aurora.localhost:8400/payout/" * 3)[:length]
    picture = segno.make_qr(text, error="m", mask=mask).svg_data_uri(scale=6, border=3)

    assert read_code(picture) == text
