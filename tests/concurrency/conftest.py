"""A shop in a tenant of its own, with real commits: other threads see every row."""

from collections.abc import Callable, Iterator

import pytest

from core import clock, ports
from mall.contracts import AttributionEvidence, PaymentGateway
from members.models import Member
from org.services import create_unit
from tenants.context import entered
from tenants.models import Tenant
from tests.mall.fakes import FakeGateway
from tests.mall.shop import Shop, open_shop


@pytest.fixture
def tenant(real_tenant: Callable[[], Tenant]) -> Iterator[Tenant]:
    made = real_tenant()
    with entered(made):
        yield made


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    fake = FakeGateway()
    former = ports.swap(PaymentGateway, fake)
    silent = ports.swap(AttributionEvidence, None)
    yield fake
    ports.swap(PaymentGateway, former)
    ports.swap(AttributionEvidence, silent)


@pytest.fixture
def shop(tenant: Tenant, gateway: FakeGateway) -> Shop:
    brand = create_unit(kind="brand", name="实测品牌", code="real")
    eve = Member.objects.create(name="伊芙", created_at=clock.now())
    return open_shop(brand, eve, gateway)
