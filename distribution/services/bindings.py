"""Who serves whom: binding, protection, snatching, expiry (docs/rules.md, 绑定)."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from core import clock
from core.locks import lock_name
from distribution.contracts import BindingState, BindOutcome, BrandMismatch
from distribution.models import Binding, BindingEvent
from distribution.rules.config import BindingRules, Whom
from distribution.selectors.bindings import find_live_binding, state_of
from distribution.selectors.rules import rules_of
from distribution.services.binding_periods import protect_until, valid_until
from distribution.services.rules import rule_in_force
from members.models import Member
from members.services import note
from org.models import OrgUnit, Staff
from org.selectors import find_brand_of


@dataclass(frozen=True)
class _Wish:
    """An event by which `guide` would serve `member`."""

    member: Member
    brand: OrgUnit
    guide: Staff
    at: dt.datetime
    reason: str


@transaction.atomic
def bind_member(
    *,
    member: Member,
    brand: OrgUnit,
    guide: Staff,
    event: str,
    at: dt.datetime,
    reason: str = "",
    is_new_customer: bool = True,
) -> BindOutcome:
    """Let `guide` serve `member` in `brand` when the rules say that `event` binds.

    Every attempt that meets a live binding is kept as an event. A repeat by the same guide
    is KEPT. Raises `BrandMismatch` when the guide works for another brand.
    """
    lock_name("distribution.binding", member.pk, brand.pk)
    rules = rules_of(rule_in_force(brand.pk, clock.now())).binding
    live = find_live_binding(member.pk, brand.pk)
    wish = _Wish(member, brand, guide, at, reason or event)

    if guide.unit is None or find_brand_of(guide.unit) != brand:
        raise BrandMismatch
    if event != rules.bind_event or not guide.is_active:
        return BindOutcome.IGNORED
    if live is None and rules.who is Whom.ONLY_NEW and not is_new_customer:
        return BindOutcome.IGNORED

    return _settle(live, wish, rules)


def _settle(live: Binding | None, wish: _Wish, rules: BindingRules) -> BindOutcome:
    state = state_of(live, wish.at)
    if live is None or state is BindingState.EXPIRED:
        if live is not None:
            _end(live, "expired", live.valid_until or wish.at, "有效期满")
        _begin(wish, rules, "bound")
        return BindOutcome.BOUND
    if live.guide_id == wish.guide.pk:
        return BindOutcome.KEPT
    if state is BindingState.PROTECTED:
        _log(live, "refused", wish.guide, wish.at, f"仍在保护期：{wish.reason}")
        return BindOutcome.PROTECTED
    _end(live, "snatched", wish.at, f"保护期已过，{wish.guide.name} 接手")
    _begin(wish, rules, "bound")
    return BindOutcome.SNATCHED


@transaction.atomic
def renew_binding(*, member_id: int, brand_id: int, guide_id: int, at: dt.datetime) -> bool:
    """Count the periods again from an order, where the rules renew on orders."""
    lock_name("distribution.binding", member_id, brand_id)
    rules = rules_of(rule_in_force(brand_id, at)).binding
    live = find_live_binding(member_id, brand_id)
    if rules.renew_on != "order" or live is None or live.guide_id != guide_id:
        return False
    if state_of(live, at) is BindingState.EXPIRED:
        return False
    live.protect_until = protect_until(rules, at)
    live.valid_until = valid_until(rules, at)
    live.save(update_fields=["protect_until", "valid_until"])
    _log(live, "renewed", live.guide, at, "客户下单，重新计时")
    return True


@transaction.atomic
def end_bindings_of(*, guide: Staff, reason: str) -> int:
    """Give all members of a guide back to their store's pool, as when the guide leaves."""
    now = clock.now()
    live = Binding.objects.select_for_update().filter(guide=guide, ended_at__isnull=True)
    rows = list(live.order_by("pk"))
    BindingEvent.objects.bulk_create(
        BindingEvent(binding=row, kind="released", guide=guide, at=now, reason=reason)
        for row in rows
    )
    Binding.objects.filter(pk__in=[row.pk for row in rows]).update(ended_at=now)
    return len(rows)


@transaction.atomic
def expire_bindings() -> int:
    """End the bindings whose validity has passed; their members go to the store's pool."""
    now = clock.now()
    due = Binding.objects.select_for_update(skip_locked=True).filter(
        ended_at__isnull=True, valid_until__lte=now
    )
    rows = list(due.order_by("pk")[:1000])
    for row in rows:
        row.ended_at = row.valid_until
    BindingEvent.objects.bulk_create(
        BindingEvent(binding=row, kind="expired", guide_id=row.guide_id, at=now, reason="有效期满")
        for row in rows
    )
    Binding.objects.bulk_update(rows, ["ended_at"])
    return len(rows)


def _begin(wish: _Wish, rules: BindingRules, kind: str) -> None:
    binding = Binding.objects.create(
        member=wish.member,
        brand=wish.brand,
        guide=wish.guide,
        bound_at=wish.at,
        protect_until=protect_until(rules, wish.at),
        valid_until=valid_until(rules, wish.at),
    )
    _log(binding, kind, wish.guide, wish.at, wish.reason)
    text = f"由导购 {wish.guide.name} 服务"
    note(member=wish.member, kind="binding", at=wish.at, ref=f"binding:{binding.pk}", text=text)


def _end(binding: Binding, kind: str, at: dt.datetime, reason: str) -> None:
    binding.ended_at = at
    binding.save(update_fields=["ended_at"])
    _log(binding, kind, binding.guide, at, reason)


def _log(binding: Binding, kind: str, guide: Staff, at: dt.datetime, reason: str) -> None:
    BindingEvent.objects.create(binding=binding, kind=kind, guide=guide, at=at, reason=reason[:120])
