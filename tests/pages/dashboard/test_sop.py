"""社群日历 on the dashboard: drafts, the day, publication, and what became of a slot."""

from collections.abc import Iterator

import pytest

from community.models import SlotRun, SopCalendar
from community.selectors import find_draft, list_slots, shown_version
from core import clock, ports
from core.models import AuditEntry
from outreach.contracts import GroupMessenger, StaffNotifier
from outreach.models import Touch, TouchPlan
from tenants.context import entered
from tests.community.kit import (
    MINUTE,
    NOON,
    confirm_noon,
    make_calendar,
    make_group,
    open_noon,
    submit_noon,
)
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


def test_a_calendar_begins_from_a_template_and_sends_nothing(world: World) -> None:
    form = {"name": "福利", "brand": world.brand.pk, "group_type": "welfare",
            "template": "community_day"}  # fmt: skip
    answer = client_for(world.ann).post("/sop/new", form)

    calendar = SopCalendar.objects.get()
    assert answer["Location"] == f"/sop/{calendar.public_id}"
    shown = page(world.ann, f"/sop/{calendar.public_id}")
    for words in ("早安干货", "午间秒杀", "晚安与明日预告", "还没有发布"):
        assert words in shown
    assert not TouchPlan.objects.exists()


def test_a_block_is_moved_by_a_plain_post(world: World) -> None:
    calendar = make_calendar(world)
    key = list_slots(shown_version(calendar))[0].key
    client = client_for(world.ann)

    client.post(f"/sop/{calendar.public_id}/slots/{key}/move", {"minute": "795"})

    assert [slot.minute for slot in list_slots(find_draft(calendar))] == [795]
    client.post(f"/sop/{calendar.public_id}/slots/{key}/move", {"minute": "x"})
    client.post(f"/sop/{calendar.public_id}/slots/{key}/move", {"minute": "1440"})
    assert [slot.minute for slot in list_slots(find_draft(calendar))] == [795]
    assert client.post(f"/sop/{calendar.public_id}/slots/{'x' * 26}/move").status_code == 404


def test_a_slot_is_added_changed_and_removed_in_the_draft(world: World) -> None:
    calendar = make_calendar(world)
    client, base = client_for(world.ann), f"/sop/{calendar.public_id}/slots"
    form = {"minute": "900", "deadline_minutes": "60", "scene": "interact",
            "content_type": "culture", "title": "晒单", "weekdays": ["0", "2"],
            "text": "晒一晒"}  # fmt: skip

    assert client.post(base, form).status_code == 302

    added = list_slots(find_draft(calendar))[1]
    assert (added.minute, added.weekdays, added.deadline_minutes) == (900, 0b101, 60)
    assert client.post(f"{base}/{added.key}", {**form, "title": "晒图"}).status_code == 302
    assert list_slots(find_draft(calendar))[1].title == "晒图"
    assert client.post(base, {**form, "weekdays": []}).status_code == 200
    assert client.post(base, {**form, "link_url": "https://a.b/c"}).status_code == 200
    client.post(f"{base}/{added.key}/remove")
    assert len(list_slots(find_draft(calendar))) == 1


def test_publication_says_what_it_costs_and_then_does_it(world: World) -> None:
    for _ in range(2):
        make_group()
    make_group(kind="vip")
    client_for(world.ann).post(
        "/sop/new",
        {"name": "一天", "brand": world.brand.pk, "group_type": "welfare",
         "template": "community_day"},
    )  # fmt: skip
    calendar = SopCalendar.objects.get()
    url = f"/sop/{calendar.public_id}/publish"

    assert "将占用 2 个群当天最多 7 次群发额度" in page(world.ann, url)
    assert "每群每月约 210 次" in page(world.ann, url)
    assert client_for(world.ann).post(url).status_code == 302

    calendar.refresh_from_db()
    assert calendar.state == "live"
    assert AuditEntry.objects.filter(action="community.calendar.published").exists()
    assert "没有要发布的改动" in client_for(world.ann).post(url).content.decode()
    assert "发布过的就是最新的一版" in page(world.ann, url)
    assert "群发额度" not in page(world.ann, url)


def test_a_manager_looks_and_does_not_touch(world: World) -> None:
    calendar = make_calendar(world)
    assert "午间秒杀" in page(world.bo, f"/sop/{calendar.public_id}")
    for path in ("publish", "stop", "slots", "discard"):
        assert client_for(world.bo).post(f"/sop/{calendar.public_id}/{path}").status_code == 403
    assert find_draft(calendar) is None
    assert SopCalendar.objects.get().state == "live"


def test_the_result_page_tells_waiting_from_sent(world: World, messenger: FakeMessenger) -> None:
    make_group("wx_cai", name="蔡家群")
    make_group("wx_dee", name="狄家群")
    calendar = make_calendar(world)
    run = open_noon()
    submit_noon()
    url = f"/sop/{calendar.public_id}/runs/{run.public_id}"

    waiting = page(world.ann, url)
    assert "待导购确认" in waiting
    assert "企业微信已确认" not in waiting

    confirm_noon(messenger, NOON + 5 * MINUTE)

    sent = page(world.ann, url)
    assert "企业微信已确认" in sent
    assert "蔡家群" in sent
    assert "狄家群" in sent
    mine = page(world.bo, url)
    assert "蔡家群" in mine
    assert "狄家群" not in mine
    table = client_for(world.bo).get(f"{url}/csv").content.decode()
    assert "蔡家群,蔡,南京路店,已送达" in table
    assert "狄家群" not in table


def test_a_fourth_reminder_in_a_day_is_refused_in_words(
    world: World, messenger: FakeMessenger
) -> None:
    make_group()
    calendar = make_calendar(world)
    run = open_noon()
    submit_noon()
    url = f"/sop/{calendar.public_id}/runs/{run.public_id}"
    client = client_for(world.ann)
    with clock.frozen(NOON + 5 * MINUTE):
        words = [client.post(f"{url}/remind", follow=True).content.decode() for _ in range(4)]
    assert ["最多提醒 3 次" in text for text in words] == [False, False, False, True]


def test_a_run_is_cancelled_with_a_reason(world: World) -> None:
    make_group()
    calendar = make_calendar(world)
    run = open_noon()
    url = f"/sop/{calendar.public_id}/runs/{run.public_id}"

    assert client_for(world.ann).post(f"{url}/cancel", {"reason": ""}).status_code == 200
    assert SlotRun.objects.get().state == "open"
    client_for(world.ann).post(f"{url}/cancel", {"reason": "价格写错"})

    assert (SlotRun.objects.get().state, SlotRun.objects.get().reason) == ("cancelled", "价格写错")
    assert set(Touch.objects.values_list("state", flat=True)) == {"cancelled"}
    assert "没有可取消的" in page(world.ann, f"{url}/cancel")
    assert "价格写错" in page(world.ann, url)


def test_another_merchants_calendar_is_not_there(world: World) -> None:
    with entered(tenant_called("breeze")):
        elsewhere = make_calendar(build_world())
    for path in ("", "/publish", "/slots", "/stop"):
        assert client_for(world.ann).get(f"/sop/{elsewhere.public_id}{path}").status_code == 404


def test_lists_cost_the_same_at_one_row_and_at_twenty(world: World) -> None:
    calendar = make_calendar(world)
    numbers = iter(range(30))

    def another_calendar() -> None:
        SopCalendar.objects.create(
            name="x", brand=world.brand, group_type="vip", created_at=clock.now()
        )

    def another_run() -> None:
        slot = list_slots(shown_version(calendar))[0]
        day = clock.today().replace(day=1 + next(numbers))
        SlotRun.objects.create(
            calendar=calendar, slot=slot, slot_key=slot.key, day=day, due_at=NOON,
            deadline_at=NOON, opened_at=NOON,
        )  # fmt: skip

    assert_flat(world.ann, "/sop", another_calendar, 8)
    assert_flat(world.ann, f"/sop/{calendar.public_id}", another_run, 14)
