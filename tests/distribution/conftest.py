from collections.abc import Iterator

import pytest

from core import ports
from distribution.contracts import PayoutGateway
from org.models import Staff
from tests.distribution.payees import FakeTransfers, bind, earn
from tests.world import World


@pytest.fixture
def bank() -> Iterator[FakeTransfers]:
    fake = FakeTransfers()
    former = ports.swap(PayoutGateway, fake)
    yield fake
    ports.swap(PayoutGateway, former)


@pytest.fixture
def cai(world: World, bank: FakeTransfers) -> Staff:
    """Cai has 150.00 to draw and has bound a WeChat."""
    earn(world.cai, 15_000)
    bind(world.cai)
    return world.cai
