from collections.abc import Iterator

import pytest

from acquisition.contracts import ContactWays
from core import ports
from members.contracts import CustomerDirectory
from tests.mall.conftest import evidence, gateway, shop
from tests.pages.shop.kit import FakeDirectory, FakeWays

__all__ = ["directory", "evidence", "gateway", "shop", "ways"]


@pytest.fixture
def directory() -> Iterator[FakeDirectory]:
    fake = FakeDirectory()
    former = ports.swap(CustomerDirectory, fake)
    yield fake
    ports.swap(CustomerDirectory, former)


@pytest.fixture
def ways() -> Iterator[FakeWays]:
    fake = FakeWays()
    former = ports.swap(ContactWays, fake)
    yield fake
    ports.swap(ContactWays, former)
