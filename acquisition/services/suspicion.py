"""What makes a scan suspect before anybody is added (docs/rules.md, 包裹卡)."""

import datetime as dt

from django.db.models import Q

from acquisition.models import Card, Scan
from core import clock
from members.models import Customer, Member, MemberTag
from org.models import Staff

VELOCITY_SECONDS = 60
CARDS_A_DAY = 5
STAFF_TAG = ("身份", "员工")


def suspicion_of(card: Card, customer: Customer, *, ip: str, device: str) -> str:
    """A code of `contracts.SUSPICIONS`, or "" for a scan like any other.

    Call before the scan is stored: it is the one more that may be too many.
    """
    if _is_staff(customer.member):
        return "staff"
    if _is_too_fast(card, ip=ip, device=device):
        return "velocity"
    if _cards_today(customer) >= CARDS_A_DAY:
        return "hoarding"
    return ""


def _is_staff(member: Member) -> bool:
    """Marked as staff by a person, or with the phone of somebody who works here."""
    group, name = STAFF_TAG
    if MemberTag.objects.filter(member=member, tag__group_name=group, tag__name=name).exists():
        return True
    if not member.phone:
        return False
    staff = Staff.objects.filter(is_active=True).exclude(phone="").only("phone")
    return any(person.phone == member.phone for person in staff.iterator())


def _is_too_fast(card: Card, *, ip: str, device: str) -> bool:
    same = Q()
    if ip:
        same |= Q(ip=ip)
    if device:
        same |= Q(device=device[:64])
    if not same:
        return False
    since = clock.now() - dt.timedelta(seconds=VELOCITY_SECONDS)
    recent = Scan.objects.filter(same, card__batch_id=card.batch_id, created_at__gt=since)
    return recent.count() >= card.batch.velocity_limit


def _cards_today(customer: Customer) -> int:
    since = clock.now() - dt.timedelta(days=1)
    scans = Scan.objects.filter(customer__member_id=customer.member_id, created_at__gt=since)
    return scans.values("card_id").distinct().count()
