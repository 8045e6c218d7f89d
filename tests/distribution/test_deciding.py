"""The decision table: every candidate wins, shares or loses with a reason in Chinese."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distribution.candidates import Candidate
from distribution.deciding import Decision, decide
from distribution.formulas import PoolTerms, parts_of
from distribution.rules import Rate, parse_rules
from tests.distribution.kit import config

NOON = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)
STORE = Candidate("store", unit_id=11, unit_name="南京路店")
HQ = Candidate("hq", unit_id=1, unit_name="总部")


def by(kind: str, guide: int, *, unit: int = 11, hours: float = 1, **changes: Any) -> Candidate:
    at = (NOON - dt.timedelta(hours=hours)).isoformat()
    return Candidate(kind, guide, f"导购{guide}", unit, f"店{unit}", at=at, ref="r", **changes)


def ruled(*candidates: Candidate, **changes: Any) -> Decision:
    return decide([*candidates, STORE, HQ], parse_rules(config(**changes)), NOON)


def shares(decision: Decision) -> list[tuple[str, int | None, int]]:
    return [(each.role, each.candidate.guide_id, each.weight) for each in decision.commission]


def test_code_beats_live_beats_share_beats_binding() -> None:
    code = by("code", 4, hours=0.2)
    live, share, bind = by("live", 3), by("share", 2), by("bind", 1, hours=99)

    assert ruled(code, live, share, bind).winner == "code"
    assert ruled(live, share, bind).winner == "live"
    assert ruled(share, bind).winner == "share"
    assert ruled(bind).winner == "bind"
    assert ruled().winner == "store"
    assert decide([HQ], parse_rules(config()), NOON).winner == "hq"


def test_the_order_of_precedence_is_the_brands() -> None:
    first = {"priority": ["bind", "code", "live", "share"]}

    decision = ruled(by("share", 2), by("bind", 1), evidence=first)

    assert shares(decision) == [("bound", 1, 100)]
    assert decision.candidates[0].reason == "优先级低于「绑定的导购」"


def test_same_store_is_split_70_to_30() -> None:
    decision = ruled(by("share", 2), by("bind", 1))

    assert shares(decision) == [("sharer", 2, 70), ("bound", 1, 30)]
    assert decision.candidates[1].outcome == "shares"
    assert decision.candidates[1].reason == "同店分享，绑定导购参与分成：佣金 30%，业绩 30%"


def test_across_stores_the_split_is_60_to_40() -> None:
    decision = ruled(by("share", 2, unit=12), by("bind", 1))

    assert shares(decision) == [("sharer", 2, 60), ("bound", 1, 40)]


def test_sharer_and_bound_in_one_person_get_all() -> None:
    decision = ruled(by("share", 1), by("bind", 1, hours=99))

    assert shares(decision) == [("both", 1, 100)]
    assert decision.candidates[1].reason == "与分享的是同一位导购，合并计算"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("sharer_only", [("sharer", 2, 100)]), ("bound_only", [("bound", 1, 100)])],
)
def test_a_brand_may_give_all_to_one(mode: str, expected: list[Any]) -> None:
    decision = ruled(by("share", 2), by("bind", 1), commission_split={"mode": mode})

    assert shares(decision) == expected
    assert [each.weight for each in decision.performance] == [70, 30]


def test_the_last_click_counts_and_the_earlier_says_so() -> None:
    decision = ruled(by("share", 2, hours=5), by("scan", 3, hours=2))

    assert shares(decision) == [("sharer", 3, 100)]
    assert decision.candidates[0].reason == "03-02 10:00 又有一次，以最后一次为准"


def test_windows_close_to_the_second() -> None:
    on_time = by("share", 2, hours=7 * 24)
    late = replace(on_time, at=(NOON - dt.timedelta(days=7, seconds=1)).isoformat())

    assert ruled(on_time).winner == "share"
    assert ruled(late).winner == "store"
    assert ruled(late).candidates[0].reason == "已超过 7 天的有效期"


def test_a_code_counts_for_its_own_checkout_only() -> None:
    decision = ruled(by("code", 2, hours=0.51))

    assert decision.winner == "store"
    assert decision.candidates[0].reason == "不是这次下单时填的（超过 30 分钟）"


def test_evidence_after_the_order_never_counts() -> None:
    decision = ruled(by("share", 2, hours=-0.01))

    assert decision.winner == "store"
    assert decision.candidates[0].reason == "发生在下单之后，不作数"


def test_an_expired_binding_and_a_leaver_lose() -> None:
    expired = by("bind", 1, hours=99, until=NOON.isoformat())
    left = by("share", 2, is_active=False)

    decision = ruled(left, expired)

    assert decision.winner == "store"
    assert [each.reason for each in decision.candidates[:2]] == [
        "下单时这位导购已离职",
        "绑定已于 03-02 12:00 到期",
    ]


def test_a_guide_who_buys_from_themselves_gets_nothing_and_the_bound_one_all() -> None:
    decision = ruled(by("share", 2, is_self=True), by("bind", 1))

    assert shares(decision) == [("bound", 1, 100)]
    assert decision.candidates[0].reason == "买的人就是这位导购本人，规则没有开启自购佣金"


def test_self_purchase_counts_where_the_brand_allows_it() -> None:
    decision = ruled(by("share", 2, is_self=True), self_purchase="level1_to_self")

    assert shares(decision) == [("sharer", 2, 100)]


def test_without_a_guide_there_is_no_commission_and_the_store_has_the_sale() -> None:
    decision = ruled()

    assert decision.commission == ()
    assert [(each.role, each.candidate.unit_id) for each in decision.performance] == [("store", 11)]


KINDS = st.sampled_from(["code", "live", "share", "scan", "bind"])
GUIDES = st.integers(1, 4)
EVIDENCE = st.builds(
    lambda kind, guide, hours, is_self, active: by(
        kind, guide, unit=11 + guide % 2, hours=hours, is_self=is_self, is_active=active
    ),
    KINDS,
    GUIDES,
    st.floats(-2, 200),
    st.booleans(),
    st.sampled_from([True, True, True, False]),
)
SPLITS = st.integers(0, 100).map(lambda part: {"sharer": part, "bound": 100 - part})
POLICIES = st.builds(
    lambda mode, same, cross: {"mode": mode, "same_store": same, "cross_store": cross},
    st.sampled_from(["split", "split", "sharer_only", "bound_only"]),
    SPLITS,
    SPLITS,
)


@settings(max_examples=2_500, deadline=None)
@given(
    st.lists(EVIDENCE, max_size=6),
    POLICIES,
    POLICIES,
    st.lists(st.integers(1, 900_000), min_size=1, max_size=4),
    st.integers(0, 300_000),
)
def test_performance_is_all_of_the_base_and_commission_all_of_the_pool(
    evidence: list[Candidate],
    commission: dict[str, Any],
    performance: dict[str, Any],
    bases: list[int],
    ppm: int,
) -> None:
    decision = ruled(*evidence, commission_split=commission, performance_split=performance)
    weights = [each.weight for each in decision.performance]

    for base in bases:
        assert sum(parts_of(base, weights)) == base
        pool = PoolTerms(Rate(ppm=ppm), base, 1, 0, 300_000).pool(base)
        if decision.commission:
            parts = parts_of(pool, [each.weight for each in decision.commission])
            assert sum(parts) == pool
    assert len(decision.candidates) == len(evidence) + 2
    assert all(each.reason for each in decision.candidates)
    assert sum(each.outcome == "won" for each in decision.candidates) == 1
