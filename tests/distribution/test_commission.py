"""From payment to settled, with refunds before and after, to the fen."""

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core import clock, ledger
from core.crypto import blind_index
from core.models import Entry
from distribution.contracts import PAID_OUT, STATE_ACCOUNTS, party
from distribution.models import Attribution, Commission, PerformanceShare, Reversal
from distribution.selectors import income_of
from distribution.services import (
    bind_member,
    decide_order,
    freeze_order,
    publish_rules,
    reverse_refund,
    set_own_wechat,
    set_recruiter,
    set_tier,
    settle_commissions,
    settle_due,
)
from mall.models import Refund
from members.models import Identity
from org.models import Staff
from tests.distribution.kit import (
    Goods,
    config,
    lines_of,
    pay,
    percent,
    performance,
    place,
    receive,
    refund,
    shared_by,
    standing,
)
from tests.world import World

pytestmark = pytest.mark.django_db


@contextmanager
def days_later(days: float) -> Iterator[None]:
    with clock.frozen(clock.now() + dt.timedelta(days=days)):
        yield


def accounts() -> dict[str, int]:
    """{state: fen owed} by the ledger."""
    return {state: -ledger.balance(account) for state, account in STATE_ACCOUNTS.items()}


def bind(world: World, guide: Staff) -> None:
    bind_member(
        member=world.eve,
        brand=world.brand,
        guide=guide,
        event="add_friend",
        at=clock.now() - dt.timedelta(days=1),
    )


def test_a_shared_sale_is_estimated_at_payment(world: World) -> None:
    shared_by(world, world.cai)

    order = pay(place(world, Goods(20_000)))

    assert standing(order) == {("cai", "sharer"): 2_000}
    assert performance(order) == {"sharer": 20_000}
    assert accounts() == {"estimated": 2_000, "frozen": 0, "settleable": 0, "settled": 0}
    assert ledger.balance("commission.expense") == 2_000
    assert Attribution.objects.get().winner == "share"


def test_sharer_and_bound_guide_share_across_stores(world: World) -> None:
    bind(world, world.cai)
    shared_by(world, world.dee)

    order = pay(place(world, Goods(10_010)))

    assert standing(order) == {("dee", "sharer"): 601, ("cai", "bound"): 400}
    assert performance(order) == {"sharer": 6_006, "bound": 4_004}


def test_deciding_twice_posts_once(world: World) -> None:
    shared_by(world, world.cai)
    order = pay(place(world, Goods(20_000)))

    decide_order(order.pk)

    assert Commission.objects.count() == 1
    assert ledger.balance("commission.expense") == 2_000


def test_an_unpaid_order_is_not_decided(world: World) -> None:
    shared_by(world, world.cai)
    order = place(world, Goods(20_000))

    assert decide_order(order.pk) is None

    assert (Attribution.objects.count(), Entry.objects.count()) == (0, 0)


def test_a_claim_of_a_fen_earns_nobody_anything(world: World) -> None:
    shared_by(world, world.cai)

    order = pay(place(world, Goods(1), kind="claim"))

    assert (standing(order), performance(order)) == ({}, {})
    assert Attribution.objects.count() == 0


def test_gifts_and_freight_have_no_commission(world: World) -> None:
    shared_by(world, world.cai)

    order = pay(place(world, Goods(10_000), Goods(5_000, is_gift=True), freight_fen=800))

    assert standing(order) == {("cai", "sharer"): 1_000}
    assert performance(order) == {"sharer": 10_000}


def test_what_happens_after_the_order_does_not_count(world: World) -> None:
    order = place(world, Goods(10_000))
    with days_later(0.01):
        shared_by(world, world.cai, ago=dt.timedelta(0))
        bind(world, world.dee)

        pay(order)

    assert standing(order) == {}
    assert performance(order) == {"hq": 10_000}


def test_new_rules_and_tiers_never_touch_an_order_that_was_placed(world: World) -> None:
    publish_rules(
        brand=world.brand,
        config=config(rates={**percent(100_000), "by_tier": {"A": {"ppm": 200_000}}}),
    )
    set_tier(guide=world.cai, tier="A")
    shared_by(world, world.cai)
    order = place(world, Goods(10_000))

    with days_later(1):
        publish_rules(brand=world.brand, config=config(rates=percent(10_000)))
        set_tier(guide=world.cai, tier="")
        pay(order)
        refund(order, (lines_of(order)[0], 4_000))
        receive(order)
    later = pay(place(world, Goods(10_000)))

    assert standing(order) == {("cai", "sharer"): 1_200}
    assert Commission.objects.get(line__order=order).rule.number == 1
    assert standing(later) == {("cai", "sharer"): 1_000}


def test_a_guide_who_buys_through_the_own_link_earns_nothing_by_phone(world: World) -> None:
    world.eve.phone_index = blind_index("13800138000")
    world.eve.save()
    world.cai.phone = "138 0013 8000"
    world.cai.save()
    shared_by(world, world.cai)

    order = pay(place(world, Goods(10_000)))

    assert standing(order) == {}
    [candidate] = [c for c in Attribution.objects.get().candidates if c["kind"] == "share"]
    assert candidate["reason"] == "买的人就是这位导购本人，规则没有开启自购佣金"


def test_a_guide_who_buys_through_the_own_link_earns_nothing_by_wechat(world: World) -> None:
    Identity.objects.create(member=world.eve, kind="unionid", value="u-eve", created_at=clock.now())
    set_own_wechat(guide=world.cai, unionid="u-eve")
    shared_by(world, world.cai)

    order = pay(place(world, Goods(10_000)))

    assert standing(order) == {}


def test_two_people_without_a_phone_are_not_one(world: World) -> None:
    shared_by(world, world.cai)

    order = pay(place(world, Goods(10_000)))

    assert standing(order) == {("cai", "sharer"): 1_000}


def test_a_second_level_goes_to_the_recruiter_alone(world: World) -> None:
    publish_rules(
        brand=world.brand,
        config=config(rates=percent(200_000), level2={"is_on": True, "ppm": 100_000}),
        has_acknowledged=True,
    )
    set_recruiter(guide=world.cai, recruiter=world.dee)
    shared_by(world, world.cai)

    order = pay(place(world, Goods(20_000)))

    assert standing(order) == {("cai", "sharer"): 4_000, ("dee", "recruiter"): 2_000}


def test_receipt_freezes_for_the_rights_period_of_the_category(world: World) -> None:
    publish_rules(brand=world.brand, config=config(rights={"by_category": {"珠宝": 15}}))
    shared_by(world, world.cai)
    order = pay(place(world, Goods(10_000), Goods(20_000, category="珠宝")))

    receive(order)
    freeze_order(order.pk)

    rows = list(Commission.objects.order_by("pk"))
    assert [row.state for row in rows] == ["frozen", "frozen"]
    waits = [row.settleable_at - clock.now() for row in rows if row.settleable_at]
    assert waits == [dt.timedelta(days=8), dt.timedelta(days=15)]
    assert accounts() == {"estimated": 0, "frozen": 3_000, "settleable": 0, "settled": 0}


def test_commission_settles_when_its_day_has_come_and_not_before(world: World) -> None:
    shared_by(world, world.cai)
    receive(pay(place(world, Goods(10_000))))

    with days_later(8 - 1 / 86_400):
        assert settle_due() == 0
    with days_later(8):
        assert settle_due() == 1
        assert settle_due() == 0

    assert accounts() == {"estimated": 0, "frozen": 0, "settleable": 0, "settled": 1_000}
    assert income_of(world.cai).payable_fen == 1_000


def test_an_open_after_sale_holds_the_settlement(world: World) -> None:
    shared_by(world, world.cai)
    order = receive(pay(place(world, Goods(10_000))))
    asked = Refund.objects.create(
        order=order, out_refund_no="asked", amount_fen=100, created_at=clock.now()
    )

    with days_later(9):
        assert settle_due() == 0
        Refund.objects.filter(pk=asked.pk).update(state=Refund.State.FAILED)
        assert settle_due() == 1


def test_settlement_by_hand_waits_for_the_hand(world: World) -> None:
    publish_rules(brand=world.brand, config=config(is_settlement_automatic=False))
    shared_by(world, world.cai)
    receive(pay(place(world, Goods(10_000))))

    with days_later(9):
        assert settle_due() == 0
        row = Commission.objects.get()
        assert (row.state, accounts()["settleable"]) == ("settleable", 1_000)
        assert settle_commissions([row.pk], reason="月结") == 1
        assert settle_commissions([row.pk]) == 0

    assert accounts()["settled"] == 1_000


def test_a_refund_before_settlement_is_not_settled(world: World) -> None:
    shared_by(world, world.cai)
    order = pay(place(world, Goods(3_333), Goods(6_667)))

    refund(order, (lines_of(order)[1], 1_667))

    assert standing(order) == {("cai", "sharer"): 333 + 500}
    assert performance(order) == {"sharer": 3_333 + 5_000}
    assert accounts()["estimated"] == 833


def test_a_refund_after_settlement_is_owed_against_later_income(world: World) -> None:
    shared_by(world, world.cai)
    order = receive(pay(place(world, Goods(10_000))))
    with days_later(8):
        settle_due()
    owner = party(world.cai.pk)
    ledger.post(
        "test.payout", "1", [ledger.Line(PAID_OUT, 1_000, owner), ledger.Line("cash", -1_000)]
    )

    refund(order, (lines_of(order)[0], 4_000))

    income = income_of(world.cai)
    assert Reversal.objects.get().was_settled is True
    assert accounts()["settled"] == 600
    assert (income.totals.settled_fen, income.payable_fen, income.debt_fen) == (600, 0, 400)


def test_later_income_pays_the_debt_first(world: World) -> None:
    test_a_refund_after_settlement_is_owed_against_later_income(world)

    receive(pay(place(world, Goods(10_000))))
    with days_later(8):
        settle_due()

    income = income_of(world.cai)
    assert (income.payable_fen, income.debt_fen) == (600, 0)


def test_a_whole_refund_leaves_nothing(world: World) -> None:
    bind(world, world.cai)
    shared_by(world, world.dee)
    order = pay(place(world, Goods(3_333), Goods(6_667)))

    refund(order, *[(line, line.paid_fen) for line in lines_of(order)])

    assert set(standing(order).values()) == {0}
    assert set(performance(order).values()) == {0}
    assert set(Commission.objects.values_list("state", flat=True)) == {"reversed"}
    assert accounts() == {"estimated": 0, "frozen": 0, "settleable": 0, "settled": 0}
    assert ledger.balance("commission.expense") == 0


def test_a_refund_told_twice_takes_back_once(world: World) -> None:
    shared_by(world, world.cai)
    order = pay(place(world, Goods(10_000)))
    row = refund(order, (lines_of(order)[0], 4_000))

    assert reverse_refund(row.pk) == 0

    assert standing(order) == {("cai", "sharer"): 600}
    assert Reversal.objects.count() == 1


def test_news_in_the_wrong_order_comes_to_the_same(world: World) -> None:
    shared_by(world, world.cai)
    order = pay(place(world, Goods(10_000)), decide=False)

    refund(order, (lines_of(order)[0], 4_000))
    receive(order)
    decide_order(order.pk)

    assert standing(order) == {("cai", "sharer"): 600}
    assert accounts() == {"estimated": 0, "frozen": 600, "settleable": 0, "settled": 0}


def test_refunds_in_any_order_come_to_the_same_as_their_sum(world: World) -> None:
    bind(world, world.cai)
    shared_by(world, world.dee)
    parts = (1, 1_667, 999, 3)
    ends = set()

    for sequence in itertools.permutations(parts):
        order = pay(place(world, Goods(9_997)))
        rows = [refund(order, (lines_of(order)[0], fen), reverse=False) for fen in parts]
        for index in sequence:
            reverse_refund(rows[parts.index(index)].pk)
        ends.add(tuple(standing(order).items()))

    whole = pay(place(world, Goods(9_997)))
    refund(whole, (lines_of(whole)[0], sum(parts)))
    assert ends == {tuple(standing(whole).items())}


def test_refunds_around_settlement_come_to_the_same(world: World) -> None:
    shared_by(world, world.cai)
    order = receive(pay(place(world, Goods(9_999))))
    line = lines_of(order)[0]
    refund(order, (line, 1_111))
    with days_later(8):
        settle_due()

    refund(order, (line, 2_222))
    refund(order, (line, 3_333))

    assert standing(order) == {("cai", "sharer"): (9_999 - 6_666) // 10}
    assert accounts() == {"estimated": 0, "frozen": 0, "settleable": 0, "settled": 333}
    assert [row.was_settled for row in Reversal.objects.order_by("pk")] == [False, True, True]


def test_shares_of_performance_are_never_rewritten(world: World) -> None:
    shared_by(world, world.cai)
    order = pay(place(world, Goods(10_000)))
    first = PerformanceShare.objects.get()

    refund(order, (lines_of(order)[0], 4_000))

    first.refresh_from_db()
    assert first.amount_fen == 10_000
    assert PerformanceShare.objects.get(refund__isnull=False).amount_fen == -4_000
