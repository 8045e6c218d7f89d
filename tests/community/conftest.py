from collections.abc import Iterator

import pytest

from community.contracts import GroupDirectory
from community.models import CustomerGroup
from community.services import keep_group, set_group_type
from core import ports
from outreach.contracts import GroupMessenger, StaffNotifier
from tests.community.fakes import FakeDirectory, details
from tests.outreach.fakes import FakeMessenger, FakeNotifier
from tests.world import World


@pytest.fixture
def directory() -> Iterator[FakeDirectory]:
    fake = FakeDirectory()
    former = ports.swap(GroupDirectory, fake)
    yield fake
    ports.swap(GroupDirectory, former)


@pytest.fixture
def messenger() -> Iterator[FakeMessenger]:
    fake = FakeMessenger()
    former, notifier = ports.swap(GroupMessenger, fake), ports.swap(StaffNotifier, FakeNotifier())
    yield fake
    ports.swap(GroupMessenger, former)
    ports.swap(StaffNotifier, notifier)


@pytest.fixture
def groups(world: World) -> list[CustomerGroup]:
    """Cai's two welfare groups, and one of Dee's."""
    made = []
    for chat_id, owner in (("wr1", "wx_cai"), ("wr2", "wx_cai"), ("wr3", "wx_dee")):
        group = keep_group(details(chat_id, owner=owner, name=f"群{chat_id}"))
        set_group_type(group=group, group_type="welfare")
        made.append(group)
    return made
