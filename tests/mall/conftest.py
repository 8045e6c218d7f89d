from collections.abc import Iterator

import pytest

from core import ports
from mall.contracts import PaymentGateway
from tests.mall.fakes import FakeGateway
from tests.mall.shop import Shop, open_shop
from tests.world import World


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    fake = FakeGateway()
    former = ports.swap(PaymentGateway, fake)
    yield fake
    ports.swap(PaymentGateway, former)


@pytest.fixture
def shop(world: World, gateway: FakeGateway) -> Shop:
    return open_shop(world.brand, world.eve, gateway)
