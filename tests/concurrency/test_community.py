"""Groups and slots under a crowd: several workers come to one end."""

import datetime as dt

import pytest

from community.models import CustomerGroup, GroupMember, SlotRun, SopCalendar, SopVersion
from community.services import (
    SlotDraft,
    add_slot,
    create_calendar_from_template,
    keep_group,
    open_slots,
    publish_calendar,
    set_group_type,
)
from core import clock
from core.errors import Refusal
from org.services import create_staff, create_unit
from outreach.models import Touch, TouchPlan
from tenants.models import Tenant
from tests.community.fakes import details
from tests.concurrency.crowd import all_at_once, count

GROUPS = 12


@pytest.fixture
def calendar(tenant: Tenant) -> SopCalendar:
    """A slot that is due in this very quarter of an hour, for a dozen groups."""
    brand = create_unit(kind="brand", name="实测品牌", code="real")
    store = create_unit(kind="store", name="实测店", code="s", parent=brand)
    create_staff(username="g", name="导购", role="guide", unit=store, wecom_userid="wx_g")
    for number in range(GROUPS):
        group = keep_group(details(f"wr{number}", owner="wx_g"))
        set_group_type(group=group, group_type="welfare")
    local = clock.now().astimezone(clock.SHANGHAI)
    minute = (local.hour * 60 + local.minute) // 15 * 15
    with clock.frozen(clock.now() - dt.timedelta(hours=1)):
        made = create_calendar_from_template(
            name="福利", brand=brand, group_type="welfare", template=""
        )
        add_slot(calendar=made, slot=SlotDraft(minute, "现在", "interact", "value", "大家好"))
        publish_calendar(calendar=made)
    return made


def test_many_workers_open_a_slot_once(tenant: Tenant, calendar: SopCalendar) -> None:
    opened = all_at_once(tenant, [open_slots] * 16)

    assert sum(opened) == 1
    assert SlotRun.objects.get().groups == GROUPS
    assert TouchPlan.objects.count() == 1
    assert Touch.objects.count() == GROUPS


def test_many_looks_at_one_group_keep_each_stay_once(tenant: Tenant, calendar: SopCalendar) -> None:
    looks = [lambda: keep_group(details("wrCrowd", owner="wx_g", customers=40))] * 16

    all_at_once(tenant, looks)

    group = CustomerGroup.objects.get(chat_id="wrCrowd")
    present = GroupMember.objects.filter(group=group, left_at__isnull=True)
    assert (present.count(), GroupMember.objects.filter(group=group).count()) == (41, 41)


def test_two_publications_of_one_draft_make_one_version(
    tenant: Tenant, calendar: SopCalendar
) -> None:
    add_slot(calendar=calendar, slot=SlotDraft(900, "下午", "interact", "value", "大家好"))

    answers = all_at_once(tenant, [lambda: publish_calendar(calendar=calendar)] * 8)

    assert count(answers, Refusal) == 7
    assert SopVersion.objects.filter(calendar=calendar).count() == 2
