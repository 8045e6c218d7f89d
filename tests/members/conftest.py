from collections.abc import Iterator

import pytest

from core import ports
from members.contracts import ContactSource, TagWriter
from tests.members.fakes import FakeSource, FakeTags


@pytest.fixture
def source() -> Iterator[FakeSource]:
    fake = FakeSource()
    former = ports.swap(ContactSource, fake)
    yield fake
    ports.swap(ContactSource, former)


@pytest.fixture
def tags() -> Iterator[FakeTags]:
    fake = FakeTags()
    former = ports.swap(TagWriter, fake)
    yield fake
    ports.swap(TagWriter, former)
