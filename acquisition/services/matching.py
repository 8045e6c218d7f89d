"""Which scan an adding came of: by unionid, then the link's token, then the leased slot.

Never guessed: where the slot leaves more than one possibility, all of them are held for
a person (docs/rules.md, 包裹卡).
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from acquisition.models import Scan
from acquisition.services.consumption import consume, suspect
from core import clock
from members.contracts import EXTERNAL, UNIONID, ContactDetails
from members.models import Contact, Customer
from members.selectors import find_member_by, list_identities_of

UNIONID_DAYS = 30
SLOT_HOURS = 72
"""An older scan of the same slot may still be added by its saved code, so it counts."""

OPEN = (Scan.State.WAITING, Scan.State.EXPIRED, Scan.State.SUSPECT)
UNDECIDED = ("", "ambiguous")
"""Reasons that a clear match does away with; all others wait for a person."""


@dataclass(frozen=True)
class Match:
    """`scan` when there is exactly one; else `rivals` that could not be told apart."""

    scan: Scan | None = None
    by: str = ""
    rivals: tuple[Scan, ...] = ()

    @property
    def source(self) -> str:
        return f"card:{self.scan.card.batch.public_id}" if self.scan else ""


NO_MATCH = Match()


def find_match(details: ContactDetails, state: str) -> Match:
    """The scan behind an adding of this person through a code or link with `state`."""
    if state and _is_matched_already(details, state):
        return NO_MATCH
    mine = _by_unionid(details.unionid, state)
    if mine is not None:
        return Match(mine, "unionid")
    if not state:
        return NO_MATCH
    return _by_token(details, state) or _by_slot(details, state)


def apply_match(match: Match, contact: Contact) -> None:
    """Use the card up, or hold what cannot be decided by itself."""
    for rival in match.rivals:
        suspect(rival, contact, "ambiguous")
    if match.scan is None:
        return
    if match.scan.reason in UNDECIDED:
        consume(match.scan, contact, by=match.by)
    else:
        suspect(match.scan, contact, match.scan.reason)


def match_contact(*, contact_id: int) -> None:
    """Match a contact that became known without its push: by a sync, after a loss."""
    contact = Contact.objects.select_related("member", "staff").get(pk=contact_id)
    if (
        not contact.is_active
        or Scan.objects.filter(contact=contact).exclude(state="expired").exists()
    ):
        return
    unionid = list_identities_of(contact.member).filter(kind=UNIONID).first()
    details = ContactDetails(contact.external_userid, unionid=unionid.value if unionid else "")
    apply_match(find_match(details, contact.state), contact)


def _open_scans(hours: int) -> QuerySet[Scan]:
    since = clock.now() - dt.timedelta(hours=hours)
    rows = Scan.objects.select_related("card__batch", "customer__member", "staff", "way")
    return rows.filter(state__in=OPEN, created_at__gte=since)


def _is_matched_already(details: ContactDetails, state: str) -> bool:
    """A half-finished adding and the finished one are two pushes about one person."""
    matched = Scan.objects.filter(
        Q(token=state) | Q(way__state_text=state),
        state=Scan.State.MATCHED,
        contact__external_userid=details.external_userid,
    )
    return matched.exists()


def _by_unionid(unionid: str, state: str) -> Scan | None:
    """The person's newest scan, the one of this very code first."""
    if not unionid:
        return None
    scans = _open_scans(UNIONID_DAYS * 24).filter(customer__unionid=unionid)
    ordered = sorted(scans, key=lambda scan: (_is_of(scan, state), scan.created_at, scan.pk))
    return ordered[-1] if ordered else None


def _by_token(details: ContactDetails, state: str) -> Match | None:
    """A link passed on to somebody else brings a contact, but not the other's card."""
    scan = _open_scans(UNIONID_DAYS * 24).filter(token=state).first()
    if scan is None:
        return None
    return NO_MATCH if _is_another(scan, details) else Match(scan, "link")


def _by_slot(details: ContactDetails, state: str) -> Match:
    scans = _open_scans(SLOT_HOURS).filter(way__state_text=state).order_by("pk")
    possible = [scan for scan in scans if not _is_another(scan, details)]
    if len(possible) == 1:
        return Match(possible[0], "slot")
    return Match(rivals=tuple(possible))


def _is_of(scan: Scan, state: str) -> bool:
    slot = scan.way.state_text if scan.way else ""
    return bool(state) and state in (scan.token, slot)


def _is_another(scan: Scan, details: ContactDetails) -> bool:
    """Whether the contact is certainly not the person who scanned."""
    theirs = scan.customer.unionid
    if theirs and details.unionid:
        return theirs != details.unionid
    member = find_member_by(EXTERNAL, details.external_userid)
    if member is None or member.pk == scan.customer.member_id:
        return False
    return Customer.objects.filter(member=member, appid=scan.customer.appid).exists()
