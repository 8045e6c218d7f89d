from collections.abc import Iterator

import pytest

from core import ports
from outreach.contracts import Greeter, GroupMessenger, StaffNotifier
from tests.outreach.fakes import FakeGreeter, FakeMessenger, FakeNotifier
from tests.outreach.street import Street
from tests.world import World


@pytest.fixture
def greeter() -> Iterator[FakeGreeter]:
    fake = FakeGreeter()
    former = ports.swap(Greeter, fake)
    yield fake
    ports.swap(Greeter, former)


@pytest.fixture
def messenger() -> Iterator[FakeMessenger]:
    fake = FakeMessenger()
    former = ports.swap(GroupMessenger, fake)
    yield fake
    ports.swap(GroupMessenger, former)


@pytest.fixture
def notifier() -> Iterator[FakeNotifier]:
    fake = FakeNotifier()
    former = ports.swap(StaffNotifier, fake)
    yield fake
    ports.swap(StaffNotifier, former)


@pytest.fixture
def street(world: World, messenger: FakeMessenger, notifier: FakeNotifier) -> Street:
    return Street(world, messenger, notifier)
