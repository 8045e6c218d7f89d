"""社群 and 触达: groups as the actor may see them, who spoke, and why somebody got nothing."""

import io
from collections.abc import Iterator

import pytest

from community.models import CustomerGroup, GroupSpeech
from core import ports
from outreach.contracts import GroupMessenger, StaffNotifier
from outreach.models import Budget, Chunk
from tenants.context import entered
from tests.community.kit import make_calendar, make_group, open_noon, submit_noon
from tests.conftest import tenant_called
from tests.outreach.fakes import FakeMessenger, FakeNotifier
from tests.pages.dashboard.kit import assert_flat
from tests.world import World, build_world, client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def messenger() -> Iterator[FakeMessenger]:
    fake = FakeMessenger()
    former, notifier = ports.swap(GroupMessenger, fake), ports.swap(StaffNotifier, FakeNotifier())
    yield fake
    ports.swap(GroupMessenger, former)
    ports.swap(StaffNotifier, notifier)


def page(staff: object, url: str) -> str:
    answer = client_for(staff).get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def table(text: str) -> io.BytesIO:
    file = io.BytesIO(text.encode())
    file.name = "发言.csv"
    return file


def test_a_manager_sees_the_groups_of_their_store(world: World) -> None:
    make_group("wx_cai", name="蔡家群")
    other = make_group("wx_dee", name="狄家群")

    shown = page(world.bo, "/groups")

    assert "蔡家群" in shown
    assert "狄家群" not in shown
    assert client_for(world.bo).get(f"/groups/{other.public_id}").status_code == 404
    answer = client_for(world.bo).post(f"/groups/{other.public_id}/type", {"group_type": "vip"})
    assert answer.status_code == 404
    assert CustomerGroup.objects.get(pk=other.pk).group_type == "welfare"
    assert "狄家群" in page(world.ann, "/groups?q=狄家")
    assert "蔡家群" not in page(world.ann, "/groups?q=狄家")


def test_a_group_without_speech_says_what_it_would_take(world: World) -> None:
    group = make_group()
    assert "需要会话存档或导入发言表" in page(world.ann, f"/groups/{group.public_id}")
    assert "没有发言数据" in page(world.ann, "/groups")


def test_a_type_is_given_by_a_plain_post(world: World) -> None:
    group = make_group(kind="")
    url = f"/groups/{group.public_id}/type"
    client_for(world.bo).post(url, {"group_type": "vip"})
    assert CustomerGroup.objects.get().group_type == "vip"
    client_for(world.bo).post(url, {"group_type": "nonsense"})
    assert CustomerGroup.objects.get().group_type == "vip"


def test_speech_is_previewed_and_then_kept(world: World) -> None:
    group = make_group(chat_id="wr1")
    text = "日期,群ID,发言人,消息数\n2026-03-01,wr1,wm0001,5\n2026-03-01,wrX,wm0001,5\n"
    client = client_for(world.ann)

    preview = client.post("/groups/speech", {"file": table(text)})

    assert "1 行可以导入" in preview.content.decode()
    assert "没有这个群：wrX" in preview.content.decode()
    assert not GroupSpeech.objects.exists()
    assert client.post("/groups/speech", {"token": preview.context["token"]}).status_code == 302
    assert GroupSpeech.objects.get().messages == 5
    assert "发言的顾客" in page(world.ann, f"/groups/{group.public_id}")
    assert "不在" in client.post("/groups/speech", {"token": "x" * 26}).content.decode()


def test_why_a_group_got_nothing_is_answered_with_the_reason(
    world: World, messenger: FakeMessenger
) -> None:
    group = make_group(name="满了的群")
    Budget.objects.create(recipient=group.chat_id, day="2026-03-02", quota_used=31)
    make_calendar(world)
    open_noon()
    submit_noon()

    found = page(world.ann, "/touches/why?q=满了")
    assert f"/touches/why?group={group.public_id}" in found
    shown = page(world.ann, f"/touches/why?group={group.public_id}")
    assert "企业微信的群发额度已用完" in shown
    assert client_for(world.bo).get("/touches/why?member=nobody").status_code == 404


def test_plans_are_shown_to_those_whose_customers_they_reach(
    world: World, messenger: FakeMessenger
) -> None:
    make_group("wx_dee", name="狄家群")
    make_calendar(world)
    open_noon()
    plan = submit_noon()[0].plan

    assert "开始了" in page(world.ann, "/touches")
    assert "狄家群" in page(world.ann, f"/touches/{plan.public_id}")
    assert "还没有触达" in page(world.bo, "/touches")
    assert client_for(world.bo).get(f"/touches/{plan.public_id}").status_code == 404


def test_a_person_decides_what_nobody_could_find_out(
    world: World, messenger: FakeMessenger
) -> None:
    make_group()
    make_calendar(world)
    open_noon()
    chunk = submit_noon()[0]
    Chunk.objects.filter(pk=chunk.pk).update(state="parked", msgid="", candidates=["msg1", "msg2"])
    url = f"/touches/parked/{chunk.mark}"

    assert "发出了，是" in page(world.ann, "/touches/parked")
    assert client_for(world.bo).post(url, {"choice": "drop"}).status_code == 403
    assert client_for(world.ann).post(url, {"choice": "nonsense"}).status_code == 302
    assert Chunk.objects.get().state == "parked"
    client_for(world.ann).post(url, {"choice": "sent", "msgid": "msg2"})

    chunk.refresh_from_db()
    assert (chunk.state, chunk.msgid) == ("submitted", "msg2")
    assert client_for(world.ann).post(url, {"choice": "drop"}).status_code == 404


def test_another_merchants_group_is_not_there(world: World) -> None:
    with entered(tenant_called("breeze")):
        build_world()
        elsewhere = make_group()
    assert client_for(world.ann).get(f"/groups/{elsewhere.public_id}").status_code == 404


def test_the_list_of_groups_costs_the_same_at_one_row_and_at_twenty(world: World) -> None:
    make_calendar(world)
    assert_flat(world.ann, "/groups", make_group, 10)
