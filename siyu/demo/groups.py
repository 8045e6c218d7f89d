"""Groups of the demo: made in the clients of its guides, talking for a while, given a day.

They are gathered two weeks before the story's end and sent one slot the next morning; the
calendar that stays is published at its end, at real time, and in force from half an hour later.
"""

import datetime as dt
import random
from collections.abc import Sequence

from analytics.services import note_stale_range
from community.models import CustomerGroup, GroupMember, SlotRun
from community.services import (
    SlotDraft,
    add_slot,
    close_slots,
    create_calendar_from_template,
    import_group_speech,
    open_slots,
    publish_calendar,
    refresh_group,
    set_group_type,
    stop_calendar,
)
from core import clock
from org.models import OrgUnit, Staff
from outreach.models import Chunk, Touch
from siyu.demo.pace import pass_time, pass_until, wait_for
from siyu.demo.upstream import Upstream, ids_of

GROUPS = (
    ("南京路福利群", "welfare", "cai"),
    ("湖滨福利群", "welfare", "dee"),
    ("老客会员群", "vip", "cai"),
    ("周末秒杀群", "flash", "gu"),
)
SPOKEN_DAYS = 12
TALK = 0.03
"""How likely a customer of the demo says something in a group on a day."""
FIRST_SLOT = SlotDraft(
    minute=10 * 60 + 30,
    title="开群问候",
    scene="interact",
    content_type="interaction",
    text="欢迎大家。这里每天一条实在的内容，想看什么口味，回复给我，我记下来。",
)
TO_PUBLISH = dt.timedelta(minutes=35)
"""A publication is in force half an hour later."""


def gather_groups(upstream: Upstream, slug: str, people: Sequence[str]) -> list[CustomerGroup]:
    """Four groups with the story's people, each given its type."""
    corp, groups = ids_of(slug)["corp_id"], []
    for place, (name, kind, username) in enumerate(GROUPS):
        owner = Staff.objects.filter(username=username, wecom_userid__isnull=False).first()
        if owner is None:
            continue
        made = upstream.post(
            "act/group_create",
            corp_id=corp,
            owner=owner.wecom_userid,
            name=name,
            members=list(people[place::2]),
        )
        group = refresh_group(chat_id=made["chat_id"])
        if group is not None:
            set_group_type(group=group, group_type=kind)
            groups.append(group)
    return groups


def send_first_slot(upstream: Upstream, slug: str) -> None:
    """One slot to the welfare groups, from the plan to what became of it; then no more."""
    calendar = create_calendar_from_template(
        name="福利群的第一天", brand=_brand(), group_type="welfare", template=""
    )
    add_slot(calendar=calendar, slot=FIRST_SLOT)
    publish_calendar(calendar=calendar)
    due_at = clock.day_start(clock.today()) + dt.timedelta(minutes=FIRST_SLOT.minute)
    if due_at < clock.now() + TO_PUBLISH:
        due_at += dt.timedelta(days=1)
    pass_until(upstream, due_at - dt.timedelta(minutes=10))
    open_slots()
    pass_until(upstream, due_at)
    _confirm(upstream, slug, SlotRun.objects.get(calendar=calendar))
    stop_calendar(calendar=calendar, reason="第一天过了，改用一天七个时段的日历")


def _confirm(upstream: Upstream, slug: str, run: SlotRun) -> None:
    """Every owner presses 确认发送 in WeCom; both looks at what became of it are taken."""
    waiting = Chunk.objects.filter(plan__public_id=run.plan_id, state=Chunk.State.SUBMITTED)
    wait_for("群发待确认", lambda: waiting.count() == run.groups)
    for owner in waiting.values_list("sender__wecom_userid", flat=True):
        upstream.post("act/confirm_send", corp_id=ids_of(slug)["corp_id"], userid=owner)
    pass_time(upstream, dt.timedelta(minutes=6))
    sent = Touch.objects.filter(plan__public_id=run.plan_id, state=Touch.State.SENT)
    wait_for("群发结果", lambda: sent.count() == run.groups)
    close_slots()


def give_a_day(groups: Sequence[CustomerGroup], rng: random.Random) -> None:
    """What was said since, of all groups but the last, and a calendar from now on."""
    _talk(groups[:-1], rng)
    note_stale_range(clock.today() - dt.timedelta(days=SPOKEN_DAYS), clock.today())
    _publish(_brand())


def _talk(groups: Sequence[CustomerGroup], rng: random.Random) -> None:
    """Who spoke on which day; days on which nobody did included."""
    lines = ["日期,群ID,发言人,消息数"]
    for group in groups:
        present = GroupMember.objects.filter(group=group, kind="contact").order_by("person")
        persons = list(present.values_list("person", flat=True))
        for back in range(1, SPOKEN_DAYS + 1):
            day = clock.today() - dt.timedelta(days=back)
            spoke = [person for person in persons if rng.random() < TALK]
            lines += [f"{day},{group.chat_id},{person},{rng.randint(1, 6)}" for person in spoke]
            lines += [] if spoke else [f"{day},{group.chat_id},,0"]
    import_group_speech("\n".join(lines).encode())


def _brand() -> OrgUnit:
    return OrgUnit.objects.filter(kind="brand").order_by("pk")[0]


def _publish(brand: OrgUnit) -> None:
    calendar = create_calendar_from_template(name="福利群的一天", brand=brand, group_type="welfare")
    publish_calendar(calendar=calendar)
    create_calendar_from_template(
        name="会员群的安静一天", brand=brand, group_type="vip", template="quiet_day"
    )
