"""Shared links, their visits, and the evidence that they and others leave."""

import datetime as dt

from django.db import transaction

from core import clock
from core.ids import random_text
from distribution.contracts import BrandMismatch, EvidenceKind
from distribution.models import Evidence, ShareLink, ShareVisit
from mall.models import Product
from members.models import Member
from org.models import OrgUnit, Staff
from org.selectors import find_brand_of

TOKEN_BITS = 80
ONE_VISIT = dt.timedelta(minutes=1)
"""Openings of the same link by the same person within this time are one."""


def make_share_link(guide: Staff, product: Product) -> ShareLink:
    """The guide's tracked link to a product: one for each pair. Raises `BrandMismatch`."""
    if guide.unit is None or find_brand_of(guide.unit) != product.brand:
        raise BrandMismatch
    link, _ = ShareLink.objects.get_or_create(
        guide=guide,
        product=product,
        defaults={"token": random_text(TOKEN_BITS), "created_at": clock.now()},
    )
    return link


@transaction.atomic
def record_visit(token: str, *, visitor: str, member: Member | None = None) -> ShareLink | None:
    """Note that a link was opened; evidence when the person is known. None: no such link.

    `visitor` marks a browser that has not logged in; see `claim_visits`.
    """
    link = ShareLink.objects.select_related("product__brand", "guide").filter(token=token).first()
    if link is None:
        return None
    now = clock.now()
    ShareVisit.objects.create(link=link, member=member, visitor=visitor[:40], at=now)
    if member is not None:
        _leave_evidence(link, member, now)
    return link


@transaction.atomic
def claim_visits(*, visitor: str, member: Member) -> int:
    """Give a browser's earlier visits to the person who has now logged in; how many."""
    waiting = ShareVisit.objects.select_for_update(of=("self",)).select_related("link")
    waiting = waiting.select_related("link__product__brand", "link__guide")
    rows = list(waiting.filter(visitor=visitor, member__isnull=True).order_by("at", "pk")[:200])
    for visit in rows:
        _leave_evidence(visit.link, member, visit.at)
    ShareVisit.objects.filter(pk__in=[visit.pk for visit in rows]).update(member=member)
    return len(rows)


def record_evidence(
    *,
    member: Member,
    brand: OrgUnit,
    guide: Staff,
    kind: str,
    ref: str,
    at: dt.datetime,
) -> bool:
    """Keep a reason why orders of `member` may be `guide`'s; False for a repeat.

    `kind` is code, live, share or scan. The same reason within a minute is one.
    """
    EvidenceKind(kind)
    same = Evidence.objects.filter(member=member, brand=brand, guide=guide, kind=kind, ref=ref[:64])
    if same.filter(at__gt=at - ONE_VISIT, at__lte=at).exists():
        return False
    Evidence.objects.create(member=member, brand=brand, guide=guide, kind=kind, ref=ref[:64], at=at)
    return True


def record_live_evidence(
    *, member_id: int, guide_id: int, brand_id: int, ref: str, at: dt.datetime
) -> bool:
    """A member came into a live room by a guide's invitation; False when that is known.

    `at` is when the room went live, so that the window of the rules is counted from there.
    """
    same = Evidence.objects.filter(member_id=member_id, guide_id=guide_id, ref=ref)
    if same.filter(kind=EvidenceKind.LIVE).exists():
        return False
    return record_evidence(
        member=Member.objects.get(pk=member_id),
        brand=OrgUnit.objects.get(pk=brand_id),
        guide=Staff.objects.get(pk=guide_id),
        kind=EvidenceKind.LIVE,
        ref=ref,
        at=at,
    )


def _leave_evidence(link: ShareLink, member: Member, at: dt.datetime) -> None:
    record_evidence(
        member=member,
        brand=link.product.brand,
        guide=link.guide,
        kind=EvidenceKind.SHARE,
        ref=link.token,
        at=at,
    )
