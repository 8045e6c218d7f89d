"""What the pages' tests share with those of community: groups, a calendar, a slot under way."""

import datetime as dt
from itertools import count

from community.models import CustomerGroup, SlotRun, SopCalendar
from community.services import (
    add_slot,
    create_calendar_from_template,
    keep_group,
    open_slots,
    publish_calendar,
    set_group_type,
)
from community.starters import SlotDraft
from core import clock
from outreach.models import Chunk, TouchPlan
from outreach.services import poll_results, run_gate, send_plan
from tests.community.fakes import details
from tests.outreach.fakes import FakeMessenger
from tests.world import MONDAY, World

MINUTE = dt.timedelta(minutes=1)
NOON = MONDAY + 120 * MINUTE
_numbers = count(1)


def make_group(
    owner: str = "wx_cai", *, kind: str = "welfare", chat_id: str = "", name: str = ""
) -> CustomerGroup:
    number = next(_numbers)
    chat_id = chat_id or f"wrk{number}"
    group = keep_group(details(chat_id, owner=owner, name=name or f"福利{number}群"))
    set_group_type(group=group, group_type=kind)
    return group


def make_calendar(world: World, *, minute: int = 720, kind: str = "welfare") -> SopCalendar:
    """A calendar with one slot, in force since last night."""
    with clock.frozen(MONDAY - dt.timedelta(hours=14)):
        made = create_calendar_from_template(
            name="福利群的一天", brand=world.brand, group_type=kind, template=""
        )
        draft = SlotDraft(
            minute, "午间秒杀", "sales", "marketing", "开始了", 127, "看看", "https://a.b/c"
        )
        add_slot(calendar=made, slot=draft)
        publish_calendar(calendar=made)
    return made


def open_noon() -> SlotRun:
    """The slot at noon, opened half an hour before."""
    with clock.frozen(NOON - 30 * MINUTE):
        open_slots()
    return SlotRun.objects.select_related("slot").get()


def submit_noon() -> list[Chunk]:
    """Hand the noon's messages over: they wait for their guides."""
    plan = TouchPlan.objects.get()
    with clock.frozen(NOON):
        run_gate(plan_id=plan.pk)
        send_plan(plan_id=plan.pk, depth=0, seconds=5)
    return list(Chunk.objects.order_by("pk"))


def confirm_noon(messenger: FakeMessenger, at: dt.datetime) -> None:
    with clock.frozen(at):
        messenger.confirm()
        poll_results(plan_id=TouchPlan.objects.get().pk)
