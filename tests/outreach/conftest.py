from collections.abc import Iterator

import pytest

from core import ports
from outreach.contracts import Greeter
from tests.outreach.fakes import FakeGreeter


@pytest.fixture
def greeter() -> Iterator[FakeGreeter]:
    fake = FakeGreeter()
    former = ports.swap(Greeter, fake)
    yield fake
    ports.swap(Greeter, former)
