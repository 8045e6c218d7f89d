"""What must be true of friendships, compared with where they live (docs/rules.md, 识别与合并).

Each check returns how many rows it examined and a Chinese line for each violation.
"""

from core import ports
from core.errors import PortFailure
from core.invariants import Finding
from members.contracts import ContactDetails, ContactSource
from members.models import Contact
from org.models import Staff


def contacts_match_source() -> Finding:
    """E3: what stands here stands there. Calls the source for every guide it knows."""
    examined, found = 0, list[str]()
    for staff in Staff.objects.filter(wecom_userid__isnull=False).order_by("pk"):
        try:
            seen, lines = _compare(staff)
        except PortFailure as failure:
            seen, lines = 1, [f"{staff.name}：无法查询好友（{failure.code} {failure.text}）"]
        examined, found = examined + seen, found + lines
    return examined, found


def _compare(staff: Staff) -> tuple[int, list[str]]:
    there = set(ports.get(ContactSource).list_external(staff.wecom_userid or ""))
    here = {row.external_userid: row for row in Contact.objects.filter(staff=staff)}
    active = {external for external, row in here.items() if row.is_active}
    found = [f"{staff.name} 与 {one}：这里是好友，对方那里不是" for one in sorted(active - there)]
    for one in sorted(there - active):
        found += _explain(staff, one, here.get(one))
    return len(there | set(here)), found


def _explain(staff: Staff, external_userid: str, contact: Contact | None) -> list[str]:
    """Whom the customer deleted can still be read there: as begun before the deletion."""
    words = f"{staff.name} 与 {external_userid}：对方那里是好友，这里不是"
    if contact is None or contact.customer_left_at is None:
        return [words]
    details = ports.get(ContactSource).fetch(external_userid)
    begun = _begun(details, staff)
    is_explained = begun is not None and begun <= contact.customer_left_at.timestamp()
    return [] if is_explained else [words]


def _begun(details: ContactDetails, staff: Staff) -> float | None:
    wanted = (staff.wecom_userid or "").casefold()
    moments = (
        entry.created_at.timestamp()
        for entry in details.follows
        if entry.userid.casefold() == wanted and entry.created_at
    )
    return next(moments, None)
