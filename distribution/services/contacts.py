"""What a new friendship, or a guide who leaves, means for who serves whom."""

from django.db import transaction

from core import clock
from distribution.contracts import BindOutcome
from distribution.rules.config import BindEvent
from distribution.services.bindings import bind_member, end_bindings_of
from members.models import Contact
from org.models import Staff
from org.selectors import find_brand_of


def bind_contact(contact_id: int) -> BindOutcome:
    """Let an added contact bind the person to the guide, where the rules bind on adding.

    A guide without a brand binds nobody. Idempotent.
    """
    contact = Contact.objects.select_related("member", "staff__unit").get(pk=contact_id)
    brand = find_brand_of(contact.staff.unit) if contact.staff.unit else None
    if brand is None:
        return BindOutcome.IGNORED
    return bind_member(
        member=contact.member,
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
