"""A member's story and owner."""

import datetime as dt

from django.db import transaction

from core import audit
from members.models import Member, TimelineEntry
from org.models import Staff


def note(*, member: Member, kind: str, at: dt.datetime, ref: str, text: str) -> None:
    """Add a line to the timeline; the same (member, kind, ref) is told once."""
    TimelineEntry.objects.bulk_create(
        [TimelineEntry(member=member, kind=kind, at=at, ref=ref[:80], text=text[:200])],
        ignore_conflicts=True,
    )


@transaction.atomic
def set_owner(*, member: Member, staff: Staff | None, reason: str = "") -> None:
    """Say who looks after a member; the member's unit follows."""
    if member.owner_id == (staff.pk if staff else None):
        return

    before = member.owner_id
    member.owner = staff
    member.unit_id = staff.unit_id if staff else member.unit_id
    member.save(update_fields=["owner", "unit"])

    audit.record(
        "members.owner.set",
        member,
        before={"owner": before},
        after={"owner": member.owner_id},
        reason=reason,
    )
