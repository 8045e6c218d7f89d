"""Commission under a crowd: news that arrives together comes to one end."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from core import clock
from core.models import Journal
from distribution import invariants
from distribution.contracts import BindOutcome
from distribution.models import (
    Attribution,
    Binding,
    Commission,
    PerformanceShare,
    Reversal,
    RuleVersion,
)
from distribution.services import (
    bind_member,
    decide_order,
    freeze_order,
    reverse_refund,
    rule_in_force,
    settle_due,
)
from members.models import Member
from org.models import OrgUnit, Staff
from org.services import create_staff, create_unit
from tenants.models import Tenant
from tests.concurrency.crowd import all_at_once
from tests.distribution.kit import Goods, lines_of, pay, place, refund, shared_by


@dataclass
class Cast:
    brand: OrgUnit
    guides: list[Staff]
    eve: Member


@pytest.fixture
def cast(tenant: Tenant) -> Any:
    brand = create_unit(kind="brand", name="实测品牌", code="real")
    store = create_unit(kind="store", name="实测店", code="s", parent=brand)
    guides = [
        create_staff(username=f"g{number}", name=f"导购{number}", role="guide", unit=store)
        for number in range(8)
    ]
    return Cast(brand, guides, Member.objects.create(name="伊芙", created_at=clock.now()))


def healthy() -> None:
    for name, check in invariants.CHECKS.items():
        examined, violations = check()
        assert (examined > 0, violations) == (True, []), name


def test_payment_told_many_times_at_once_is_decided_once(tenant: Tenant, cast: Any) -> None:
    shared_by(cast, cast.guides[0])
    order = pay(place(cast, Goods(9_999), Goods(3_333)), decide=False)

    all_at_once(tenant, [lambda: decide_order(order.pk)] * 24)

    assert Attribution.objects.count() == 1
    assert (Commission.objects.count(), PerformanceShare.objects.count()) == (2, 2)
    assert Journal.objects.filter(kind="commission.accrued").count() == 1
    healthy()


def test_refunds_at_once_take_back_what_their_sum_would(tenant: Tenant, cast: Any) -> None:
    shared_by(cast, cast.guides[0])
    order = pay(place(cast, Goods(99_999)))
    rows = [refund(order, (lines_of(order)[0], fen), reverse=False) for fen in range(101, 125)]
    deeds: list[Callable[[], Any]] = [
        partial(reverse_refund, row.pk) for row in rows for _ in range(2)
    ]

    all_at_once(tenant, deeds)

    taken = sum(range(101, 125))
    row = Commission.objects.get()
    assert Reversal.objects.count() == len(rows)
    assert row.standing_fen == (99_999 - taken) // 10
    healthy()


def test_payment_receipt_refund_and_settlement_together_stay_balanced(
    tenant: Tenant, cast: Any
) -> None:
    shared_by(cast, cast.guides[0])
    orders = [pay(place(cast, Goods(10_007)), decide=False) for _ in range(6)]
    deeds: list[Callable[[], Any]] = []
    for order in orders:
        order.received_at, order.state = clock.now() - dt.timedelta(days=30), "received"
        order.save()
        row = refund(order, (lines_of(order)[0], 1_003), reverse=False)
        deeds += [
            partial(decide_order, order.pk),
            partial(freeze_order, order.pk),
            partial(reverse_refund, row.pk),
            settle_due,
        ]

    all_at_once(tenant, deeds)
    settle_due()

    states = set(Commission.objects.values_list("state", flat=True))
    assert states == {"settled"}
    assert {row.standing_fen for row in Commission.objects.all()} == {900}
    healthy()


def test_eight_guides_at_once_bind_a_member_to_one(tenant: Tenant, cast: Any) -> None:
    def bind(guide: Staff) -> Callable[[], BindOutcome]:
        return lambda: bind_member(
            member=cast.eve, brand=cast.brand, guide=guide, event="add_friend", at=clock.now()
        )

    answers = all_at_once(tenant, [bind(guide) for guide in cast.guides])

    assert answers.count(BindOutcome.BOUND) == 1
    assert answers.count(BindOutcome.PROTECTED) == 7
    assert Binding.objects.filter(ended_at__isnull=True).count() == 1


def test_the_default_rules_are_made_once_by_a_crowd(tenant: Tenant, cast: Any) -> None:
    answers = all_at_once(tenant, [lambda: rule_in_force(cast.brand.pk, clock.now())] * 16)

    assert len({version.pk for version in answers}) == 1
    assert RuleVersion.objects.count() == 1
