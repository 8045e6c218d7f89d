"""Customers' logins: an openid of our account, and the member behind it."""

from django.db import transaction

from core import audit, clock
from members.contracts import UNIONID, openid_kind
from members.models import Customer, Identity, Member
from members.services.recognising import recognise
from members.services.story import note


@transaction.atomic
def log_in_customer(*, appid: str, openid: str, unionid: str = "", nickname: str = "") -> Customer:
    """The login of this openid; the unionid, once told, says who it is.

    Refuses `NoIdentity` for a blank openid.
    """
    now = clock.now()
    pairs = ((UNIONID, unionid), (openid_kind(appid), openid))
    known = Customer.objects.filter(appid=appid, openid=openid).first()
    if known is not None and (not unionid or known.unionid == unionid):
        return _greet_again(known, nickname)
    member = recognise(identities=pairs, name=nickname, source="mp", at=now)

    if known is not None:
        Customer.objects.filter(pk=known.pk).update(unionid=unionid)
        known.unionid = unionid
        join_login(customer=known, member=member, reason="unionid")
        return _greet_again(known, nickname)
    customer, _ = Customer.objects.get_or_create(
        appid=appid,
        openid=openid,
        defaults={
            "member": member,
            "unionid": unionid,
            "nickname": nickname[:80],
            "created_at": now,
            "last_seen_at": now,
        },
    )
    return customer


def _greet_again(customer: Customer, nickname: str) -> Customer:
    customer.last_seen_at = clock.now()
    customer.nickname = nickname[:80] or customer.nickname
    customer.save(update_fields=["last_seen_at", "nickname"])
    return customer


@transaction.atomic
def join_login(*, customer: Customer, member: Member, reason: str) -> None:
    """Let a login belong to `member`: for a proof that both are one person.

    Only the login and its openid move; what the former member bought stays theirs, and
    both timelines say so. `reason` is unionid, link or slot.
    """
    former = customer.member
    if former.pk == member.pk:
        return

    kind = openid_kind(customer.appid)
    Identity.objects.filter(kind=kind, value=customer.openid).update(member=member)
    Customer.objects.filter(pk=customer.pk).update(member=member)
    customer.member = member

    now = clock.now()
    text = "登录身份并入同一位会员"
    note(member=member, kind="login_joined", at=now, ref=f"{customer.pk}:{former.pk}", text=text)
    note(member=former, kind="login_left", at=now, ref=f"{customer.pk}:{member.pk}", text=text)
    audit.record(
        "members.login.joined",
        member,
        before={"member": former.public_id},
        after={"member": member.public_id},
        reason=reason,
    )
