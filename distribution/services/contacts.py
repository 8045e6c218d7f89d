"""What a new friendship, or a guide who leaves, means for who serves whom."""

from django.db import transaction

from core import clock
from distribution.contracts import BindOutcome
from distribution.rules.config import BindEvent
from distribution.services.bindings import bind_member, end_bindings_of
from members.selectors import find_member, list_contacts_of
from org.models import Staff
from org.selectors import find_brand_of


def bind_contact(*, member_id: int, contact_id: int) -> BindOutcome:
    """Let an added contact bind the person to the guide, where the rules bind on adding.

    A guide without a brand binds nobody. Idempotent.
    """
    member = find_member(member_id)
    contact = list_contacts_of(member).get(pk=contact_id) if member else None
    if member is None or contact is None:
        return BindOutcome.IGNORED
    brand = find_brand_of(contact.staff.unit) if contact.staff.unit else None
    if brand is None:
        return BindOutcome.IGNORED
    return bind_member(
        member=member,
        brand=brand,
        guide=contact.staff,
        event=BindEvent.ADD_FRIEND,
        at=contact.added_at,
        reason="添加好友",
        is_new_customer=contact.is_new_person,
    )


@transaction.atomic
def release_staff(staff_id: int) -> int:
    """Give a leaver's members back to the store's pool; how many."""
    guide = Staff.objects.get(pk=staff_id)
    return end_bindings_of(guide=guide, reason=f"导购离职 {clock.today():%Y-%m-%d}")
