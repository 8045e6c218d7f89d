from collections.abc import Iterator

import pytest

from core import ports
from mall.contracts import AttributionEvidence, PaymentGateway
from tests.mall.fakes import FakeEvidence, FakeGateway
from tests.mall.shop import Shop, open_shop
from tests.world import World


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    fake = FakeGateway()
    former = ports.swap(PaymentGateway, fake)
    yield fake
    ports.swap(PaymentGateway, former)


@pytest.fixture
def evidence() -> Iterator[FakeEvidence]:
    fake = FakeEvidence()
    former = ports.swap(AttributionEvidence, fake)
    yield fake
    ports.swap(AttributionEvidence, former)


@pytest.fixture
def shop(world: World, gateway: FakeGateway, evidence: FakeEvidence) -> Shop:
    return open_shop(world.brand, world.eve, gateway)
