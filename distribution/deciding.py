"""Who brought the sale: a decision on the evidence of the order, and on nothing else.

Pure functions over the snapshot that stands on the order's lines. Every candidate comes
back with the reason why it won, shares, or lost (docs/rules.md, 业绩与佣金的归属).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core import clock
from distribution.candidates import SHARES, WON, Candidate, instant
from distribution.contracts import EVIDENCE_WORDS, EarnerRole, EvidenceKind
from distribution.rules import Rules
from distribution.rules.config import EvidenceRules, SelfPurchase, SplitPolicy


@dataclass(frozen=True)
class Earner:
    role: EarnerRole
    candidate: Candidate
    weight: int


@dataclass(frozen=True)
class Decision:
    """`winner` is the kind that decided; earners' weights sum to 100 or there are none."""

    winner: str
    candidates: tuple[Candidate, ...]
    commission: tuple[Earner, ...]
    performance: tuple[Earner, ...]


@dataclass(frozen=True)
class _Ruling:
    """What stands after judging: the leader, the bound guide, the latest of each rank."""

    leader: Candidate
    bound: Candidate | None
    standing: dict[str, Candidate]
    commission: tuple[Earner, ...]
    performance: tuple[Earner, ...]


def decide(candidates: Sequence[Candidate], rules: Rules, placed_at: dt.datetime) -> Decision:
    """Settle whose sale it is among all candidates, in the order of the rules."""
    judged = [
        replace(each, no=number, reason=_unfit_because(each, rules, placed_at))
        for number, each in enumerate(candidates)
    ]
    standing = _latest_of_each_rank(judged)
    ranked = [standing[name] for name in rules.evidence.priority if name in standing]
    if not ranked:
        return _without_guide(judged)
    leader, bound = ranked[0], standing.get(EvidenceKind.BIND)
    sharer = None if leader is bound else leader
    ruling = _Ruling(
        leader,
        bound,
        standing,
        commission=_earners(sharer, bound, rules.commission_split),
        performance=_earners(sharer, bound, rules.performance_split),
    )
    explained = tuple(_explain(each, ruling) for each in judged)
    return Decision(leader.kind, explained, ruling.commission, ruling.performance)


def _unfit_because(candidate: Candidate, rules: Rules, placed_at: dt.datetime) -> str:
    """Why this one cannot count at all; "" when it can."""
    if candidate.guide_id is None:
        return ""
    if candidate.at and instant(candidate.at) > placed_at:
        return "发生在下单之后，不作数"
    if not candidate.is_active:
        return "下单时这位导购已离职"
    if candidate.is_self and rules.self_purchase is SelfPurchase.OFF:
        return "买的人就是这位导购本人，规则没有开启自购佣金"
    if candidate.kind == EvidenceKind.BIND:
        return _expired_because(candidate, placed_at)
    return _too_old_because(candidate, rules.evidence, placed_at)


def _expired_because(binding: Candidate, placed_at: dt.datetime) -> str:
    if binding.until and instant(binding.until) <= placed_at:
        return f"绑定已于 {_shown(binding.until)} 到期"
    return ""


def _too_old_because(candidate: Candidate, windows: EvidenceRules, placed_at: dt.datetime) -> str:
    age = placed_at - instant(candidate.at)
    if candidate.kind == EvidenceKind.CODE:
        limit = dt.timedelta(minutes=windows.code_minutes)
        return "" if age <= limit else f"不是这次下单时填的（超过 {windows.code_minutes} 分钟）"
    days = windows.live_days if candidate.kind == EvidenceKind.LIVE else windows.share_days
    return "" if age <= dt.timedelta(days=days) else f"已超过 {days} 天的有效期"


def _latest_of_each_rank(judged: Sequence[Candidate]) -> dict[str, Candidate]:
    fit = [each for each in judged if each.guide_id is not None and not each.reason]
    ordered = sorted(fit, key=lambda each: (instant(each.at), each.no))
    return {each.rank_name: each for each in ordered}


def _earners(
    sharer: Candidate | None, bound: Candidate | None, policy: SplitPolicy
) -> tuple[Earner, ...]:
    if bound is None and sharer is not None:
        return (Earner(EarnerRole.SHARER, sharer, 100),)
    assert bound is not None
    if sharer is None:
        return (Earner(EarnerRole.BOUND, bound, 100),)
    if sharer.guide_id == bound.guide_id:
        return (Earner(EarnerRole.BOTH, sharer, 100),)
    split = policy.weights(is_same_store=sharer.unit_id == bound.unit_id)
    both = (
        Earner(EarnerRole.SHARER, sharer, split.sharer),
        Earner(EarnerRole.BOUND, bound, split.bound),
    )
    return tuple(earner for earner in both if earner.weight)


def _without_guide(judged: Sequence[Candidate]) -> Decision:
    """No guide's evidence stands: the sale is the store's, or headquarters'; no commission."""
    houses = [each for each in judged if each.guide_id is None]
    winner = next((each for each in houses if each.kind == EvidenceKind.STORE), houses[-1])
    is_store = winner.kind == EvidenceKind.STORE
    reason = f"没有有效的导购证据，业绩归{'门店' if is_store else '总部'}"
    won = replace(winner, outcome=WON, reason=reason, performance_weight=100)
    explained = tuple(
        won if each is winner else replace(each, reason=each.reason or "业绩已归门店")
        for each in judged
    )
    role = EarnerRole.STORE if is_store else EarnerRole.HQ
    return Decision(winner.kind, explained, (), (Earner(role, won, 100),))


def _explain(each: Candidate, ruling: _Ruling) -> Candidate:
    """The candidate with its outcome, its weights and the reason in words."""
    each = replace(
        each,
        commission_weight=_weight_of(each, ruling.commission),
        performance_weight=_weight_of(each, ruling.performance),
    )
    words = EVIDENCE_WORDS[EvidenceKind(ruling.leader.kind)]
    if each.reason:
        return each
    if each.guide_id is None:
        return replace(each, reason=f"已有导购的证据：{words}")
    if each.no == ruling.leader.no:
        return replace(each, outcome=WON, reason=f"有效证据里优先级最高：{words}")
    latest = ruling.standing[each.rank_name]
    if latest.no != each.no:
        return replace(each, reason=f"{_shown(latest.at)} 又有一次，以最后一次为准")
    if each.kind == EvidenceKind.BIND:
        return _explain_bound(each, ruling.leader)
    return replace(each, reason=f"优先级低于「{words}」")


def _explain_bound(each: Candidate, leader: Candidate) -> Candidate:
    if each.guide_id == leader.guide_id:
        return replace(each, outcome=SHARES, reason="与分享的是同一位导购，合并计算")
    if not (each.commission_weight or each.performance_weight):
        return replace(each, reason="按规则全部归分享的导购")
    where = "同店" if each.unit_id == leader.unit_id else "跨店"
    shares = f"佣金 {each.commission_weight}%，业绩 {each.performance_weight}%"
    return replace(each, outcome=SHARES, reason=f"{where}分享，绑定导购参与分成：{shares}")


def _weight_of(each: Candidate, earners: tuple[Earner, ...]) -> int:
    return sum(earner.weight for earner in earners if earner.candidate.no == each.no)


def _shown(text: str) -> str:
    return instant(text).astimezone(clock.SHANGHAI).strftime("%m-%d %H:%M")
