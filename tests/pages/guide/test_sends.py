"""待您确认: the guide's own, and never called sent before WeCom says so."""

from collections.abc import Iterator

import pytest

from core import clock, ports
from outreach.contracts import GroupMessenger, StaffNotifier
from outreach.models import Chunk
from tests.community.kit import (
    MINUTE,
    NOON,
    confirm_noon,
    make_calendar,
    make_group,
    open_noon,
    submit_noon,
)
from tests.outreach.fakes import FakeMessenger, FakeNotifier
from tests.pages.dashboard.kit import queries_of
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def messenger() -> Iterator[FakeMessenger]:
    fake = FakeMessenger()
    former, notifier = ports.swap(GroupMessenger, fake), ports.swap(StaffNotifier, FakeNotifier())
    yield fake
    ports.swap(GroupMessenger, former)
    ports.swap(StaffNotifier, notifier)


@pytest.fixture
def noon(world: World, messenger: FakeMessenger) -> list[Chunk]:
    """A message into one group of Cai's and one of Dee's, in their hands."""
    make_group("wx_cai", name="蔡家群")
    make_group("wx_dee", name="狄家群")
    make_calendar(world)
    open_noon()
    return submit_noon()


def page(staff: object, url: str = "/g/confirm") -> str:
    with clock.frozen(NOON + 6 * MINUTE):
        answer = client_for(staff).get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_guide_sees_their_own_groups_message(world: World, noon: list[Chunk]) -> None:
    shown = page(world.cai)
    assert "待您确认 1" in shown
    assert "开始了" in shown
    assert "蔡家群" in shown
    assert "狄家群" not in shown


def test_it_is_not_called_sent_before_wecom_says_so(
    world: World, noon: list[Chunk], messenger: FakeMessenger
) -> None:
    assert "已提交企业微信，待您在群发助手确认" in page(world.cai)
    assert "企业微信已确认发送" not in page(world.cai)
    messenger.confirm()
    assert "企业微信已确认发送" not in page(world.cai)

    confirm_noon(messenger, NOON + 5 * MINUTE)

    shown = page(world.cai)
    assert "企业微信已确认发送" in shown
    assert "没有要您确认的" in shown


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("sending", "正在提交到企业微信"),
        ("unknown", "提交结果还不清楚"),
        ("parked", "已交给总部判断"),
        ("expired", "超过时间没有确认"),
        ("cancelled", "总部已取消"),
        ("failed", "没有发出去"),
    ],
)
def test_every_state_is_told_as_it_is(
    world: World, noon: list[Chunk], state: str, words: str
) -> None:
    Chunk.objects.update(state=state)
    shown = page(world.cai)
    assert words in shown
    assert "待您确认 0" in shown


def test_the_home_page_leads_there_while_something_waits(
    world: World, noon: list[Chunk], messenger: FakeMessenger
) -> None:
    assert "待您确认 1 条群发" in page(world.cai, "/g/")
    confirm_noon(messenger, NOON + 5 * MINUTE)
    assert "/g/confirm" not in page(world.cai, "/g/")


def test_a_guide_sees_the_groups_they_own(world: World, noon: list[Chunk]) -> None:
    shown = page(world.cai, "/g/groups")
    assert "蔡家群" in shown
    assert "狄家群" not in shown


def test_one_group_and_twenty_cost_the_same(world: World, noon: list[Chunk]) -> None:
    one = queries_of(world.cai, "/g/confirm"), queries_of(world.cai, "/g/groups")
    for _ in range(20):
        make_group("wx_cai")
    many = queries_of(world.cai, "/g/confirm"), queries_of(world.cai, "/g/groups")
    assert many == one
    assert max(one) <= 10
