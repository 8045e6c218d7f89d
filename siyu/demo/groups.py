"""Groups of the demo: made in the clients of its guides, talking for a while, given a day.

They are gathered two weeks before the story's end; the calendar is published at its end, at
real time, and in force from half an hour later.
"""

import datetime as dt
import random
from collections.abc import Sequence

from analytics.services import note_stale_range
from community.models import CustomerGroup, GroupMember
from community.services import (
    create_calendar_from_template,
    import_group_speech,
    publish_calendar,
    refresh_group,
    set_group_type,
)
from core import clock
from org.models import OrgUnit, Staff
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


def give_a_day(groups: Sequence[CustomerGroup], rng: random.Random) -> None:
    """What was said since, of all groups but the last, and a calendar from now on."""
    _talk(groups[:-1], rng)
    note_stale_range(clock.today() - dt.timedelta(days=SPOKEN_DAYS), clock.today())
    _publish(OrgUnit.objects.filter(kind="brand").order_by("pk")[0])


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


def _publish(brand: OrgUnit) -> None:
    calendar = create_calendar_from_template(name="福利群的一天", brand=brand, group_type="welfare")
    publish_calendar(calendar=calendar)
    create_calendar_from_template(
        name="会员群的安静一天", brand=brand, group_type="vip", template="quiet_day"
    )
