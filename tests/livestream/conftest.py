from collections.abc import Iterator

import pytest

from core import ports
from livestream.contracts import LiveChannel
from tests.livestream.kit import FakeChannel


@pytest.fixture
def channel() -> Iterator[FakeChannel]:
    fake = FakeChannel()
    former = ports.swap(LiveChannel, fake)
    yield fake
    ports.swap(LiveChannel, former)
