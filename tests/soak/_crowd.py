"""Writes guides, their customers and the steps of an endurance run, in bulk.

`python -m tests.soak._crowd` with {tenant, guides: {userid: [external…]}, steps} on its
standard input; a process of its own, because the run's database is not ours.
"""

import json
import sys

import django

django.setup()

from core import clock  # noqa: E402
from members.models import Contact, Member  # noqa: E402
from org.models import OrgUnit, Staff  # noqa: E402
from outreach.contracts import Attachment, Audience, Message  # noqa: E402
from outreach.services import change_policy, plan_touches  # noqa: E402
from tenants.context import entered  # noqa: E402
from tenants.models import Tenant  # noqa: E402

EVERYBODY = Audience(
    "SELECT 'contact', external_userid, member_id, staff_id, unit_id FROM fact_contact"
)


def main() -> None:
    given = json.load(sys.stdin)
    with entered(Tenant.objects.get(slug=given["tenant"])):
        if given.get("guides"):
            change_policy(quiet_from="00:00", quiet_until="00:00")
            _add_people(given["guides"])
        for step in given["steps"]:
            _plan(step)


def _add_people(guides: dict[str, list[str]]) -> None:
    unit, now = OrgUnit.objects.get(kind="brand"), clock.now()
    staff = Staff.objects.bulk_create(
        Staff(username=userid, name=userid, role="guide", unit=unit, wecom_userid=userid,
              created_at=now)
        for userid in guides
    )  # fmt: skip
    pairs = [(guide, one) for guide in staff for one in guides[guide.username]]
    members = Member.objects.bulk_create(
        Member(name=external, source="soak", created_at=now) for _, external in pairs
    )
    Contact.objects.bulk_create(
        Contact(member=member, staff=guide, external_userid=external, added_at=now)
        for (guide, external), member in zip(pairs, members, strict=True)
    )


def _plan(step: str) -> None:
    """Every other step has no link, so that lost answers must be told by words."""
    card = Attachment("link", "进店有礼", "https://m.soak.localhost/p/1")
    plan_touches(
        source="soak",
        step=step,
        version=1,
        occurrence="1",
        channel="single",
        audience=EVERYBODY,
        message=Message(step, (card,) if int(step.split("-")[1]) % 2 else ()),
        due_at=clock.now(),
        is_commercial=False,
        holdout_ppm=0,
    )


if __name__ == "__main__":
    main()
