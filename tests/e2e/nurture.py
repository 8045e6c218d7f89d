"""A guide's group, its calendar, and one slot of it from the plan to the group's own page."""

import datetime as dt
import re
from typing import Any

from tests.e2e import merchant
from tests.e2e.play import Play
from tests.e2e.stage import until

FROZEN = dt.timedelta(minutes=35)
"""A publication is in force half an hour later."""

POLL_MINUTES = 6
"""Past the next look at what became of a message, and past the next count of a slot."""


def gather(play: Play) -> None:
    """The first guide makes a group in WeCom, customers come in; it is seen and given its type."""
    twin, corp = play.stage.twin, merchant.corp_of(play.plan)
    owner = play.plan.guides[0]
    people = [row["person"] for row in twin.get("state/contacts", corp_id=corp)["contacts"]]
    play.group = f"{play.plan.brand}福利群"
    made = twin.post(
        "act/group_create", corp_id=corp, owner=owner.userid, name=play.group, members=people[:1]
    )
    play.chat_id = str(made["chat_id"])
    for person in people[1:]:
        twin.post("act/group_join", chat_id=play.chat_id, person=person)
    guide = play.guides[owner.name]
    until("导购看到自己的群", lambda: _shows_group(guide.page, play, len(people)))
    guide.shot("导购-我的群")
    _type_group(play, len(people))


def _shows_group(page: Any, play: Play, customers: int) -> bool:
    page.goto(f"{play.stage.staff_url}/g/groups")
    cell = page.locator(".weui-cell", has_text=play.group)
    return bool(cell.count()) and f"{customers} 位顾客" in cell.inner_text()


def _type_group(play: Play, customers: int) -> None:
    desk = play.operator
    desk.open("/groups")
    desk.follow(play.group)
    assert f"顾客 {customers}，员工 1" in desk.page.locator(".page-body").inner_text()
    desk.fill(group_type="福利群")
    desk.press("保存类型")
    desk.says("已定为福利群")
    desk.shot("运营-社群")


def nurture(play: Play) -> None:
    """A calendar is published, its moment comes, the guide confirms, the group reads it once."""
    publish_day(play)
    since = max((row["id"] for row in play.stage.twin.log("message.sent")), default=0)
    due = come_to(play)
    await_reminder(play, since)
    text = confirm(play)
    play.stage.move_clock(minutes=POLL_MINUTES)
    check_result(play, due)
    check_group(play, text)
    stop_day(play)


def publish_day(play: Play) -> None:
    """The day that comes as a template, its findings read, published as it is."""
    desk = play.operator
    desk.open("/sop/new")
    desk.fill(
        name="福利群的一天",
        brand=play.plan.brand,
        group_type="福利群",
        template="社群的一天（7 个时段）",
    )
    desk.press("建立草稿")
    play.calendar = re.search(r"/sop/(\w+)", desk.page.url)[1]
    row = desk.page.locator("tr[id^=slot-]", has_text=play.plan.slot)
    play.said = row.locator("td").last.inner_text().strip()
    desk.shot("运营-日历草稿")
    findings = desk.page.locator(".list-group-item .badge")
    assert findings.count(), "一天七次，超过每群每天一次的额度，检查应当说出来"
    assert "必须改" not in findings.all_inner_texts()
    desk.follow("发布")
    assert "将占用 1 个群当天最多 7 次群发额度" in desk.page.locator(".page-body").inner_text()
    desk.shot("运营-发布前")
    desk.press("发布")
    desk.says("已发布")


def come_to(play: Play) -> dt.datetime:
    """Business time moves to just after the slot's next moment; that moment."""
    now = play.stage.twin.now()
    hour, minute = (int(part) for part in play.plan.slot.split(":"))
    due = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if due < now + FROZEN:
        due += dt.timedelta(days=1)
    play.stage.move_clock(seconds=(due - now).total_seconds() + 10)
    return due


def await_reminder(play: Play, since: int) -> None:
    """The app writes to the owner, and to nobody else, with the page to open."""
    corp, owner = merchant.corp_of(play.plan), play.plan.guides[0]

    def told() -> list[dict[str, Any]]:
        rows = [row["data"] for row in play.stage.twin.log("message.sent", since)]
        return [row for row in rows if row["corp_id"] == corp]

    [reminder] = until("给导购的提醒", told, seconds=60)
    assert reminder["userids"] == [owner.userid]
    assert "/g/confirm" in str(reminder["content"])


def confirm(play: Play) -> str:
    """From the workbench to what waits, then 确认发送 in WeCom's own 群发助手; what was said."""
    guide = play.guides[play.plan.guides[0].name]
    page = guide.page
    page.goto(f"{play.stage.staff_url}/g/")
    page.get_by_role("link", name="待您确认 1 条群发").click()
    waiting = page.locator("section.g-card", has_text=play.group)
    assert play.said[:20] in waiting.inner_text()
    assert "待您在群发助手确认" in waiting.locator(".g-state_wait").inner_text()
    guide.shot("导购-待确认")
    page.goto(f"{play.stage.twin.base}/phone/sends")
    assert play.group in page.locator("section.send").inner_text()
    guide.shot("导购-群发助手")
    page.get_by_role("button", name="确认发送").click()
    page.locator(".cell", has_text="送达1个群").wait_for()
    return play.said


def check_result(play: Play, due: dt.datetime) -> None:
    """Sent and in time, on the guide's page and on the slot's."""
    guide = play.guides[play.plan.guides[0].name]
    until(
        "导购页的已确认",
        lambda: _reads(guide.page, f"{play.stage.staff_url}/g/confirm", "已确认发送"),
    )
    guide.shot("导购-已确认")
    desk = play.operator
    desk.open(f"/sop/{play.calendar}")
    desk.page.locator("a[href*='/runs/']", has_text=f"{due:%H:%M}").first.click()
    body = desk.page.locator(".page-body")
    until("时段的结果", lambda: _has(desk.page, "准时 1 / 应发 1"))
    assert "企业微信已确认" in body.inner_text()
    assert play.group in body.inner_text()
    desk.shot("运营-时段结果")


def _reads(page: Any, url: str, words: str) -> bool:
    page.goto(url)
    return words in page.locator("body").inner_text()


def _has(page: Any, words: str) -> bool:
    page.reload()
    return words in page.locator(".page-body").inner_text()


def check_group(play: Play, text: str) -> None:
    """In the twin's log and on a customer's phone the message stands exactly once."""
    twin, corp = play.stage.twin, merchant.corp_of(play.plan)
    [send] = twin.get("state/sends", corp_id=corp)["sends"]
    assert send["text"] == text
    rows = [row["data"] for row in twin.log("mass_send.delivered")]
    assert [row["userid"] for row in rows if row["recipient"] == play.chat_id] == [
        play.plan.guides[0].userid
    ]
    customer = play.customers[0].phone
    customer.page.goto(f"{twin.base}/phone/group/{play.chat_id}")
    assert customer.page.locator("body").inner_text().count(text) == 1
    customer.shot("顾客-群里")


def stop_day(play: Play) -> None:
    """The days that are skipped over from here on are nobody's to confirm."""
    desk = play.operator
    desk.open(f"/sop/{play.calendar}/stop")
    desk.fill(reason="演完这一天")
    desk.press("停用")
    desk.says("已停用")
