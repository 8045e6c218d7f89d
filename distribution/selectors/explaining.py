"""Where an amount comes from, as a tree of plain Chinese sentences."""

import datetime as dt
from typing import Any

from core.clock import SHANGHAI
from core.money import format_ppm, format_yuan
from distribution.candidates import LOST, Candidate
from distribution.contracts import EVIDENCE_WORDS, ROLE_WORDS, EarnerRole, EvidenceKind, Node
from distribution.models import Attribution, Commission, Reversal
from distribution.rules import RateMode
from distribution.terms import Claim, claim_of


def explain(commission: Commission) -> Node:
    """The derivation of one commission: base, rate, pool, split, refunds, state."""
    claim = claim_of(commission)
    standing = commission.standing_fen
    return Node(
        title=f"{ROLE_WORDS[EarnerRole(commission.role)]}佣金",
        value=format_yuan(standing),
        note=_how_it_stands(commission),
        children=(
            _who(commission),
            _base(commission),
            _rate(commission, claim),
            _pool(commission, claim),
            _share(commission, claim),
            *_refunds(commission),
            _dates(commission),
        ),
    )


def _how_it_stands(commission: Commission) -> str:
    state = Commission.State(commission.state)
    if state is Commission.State.REVERSED:
        return "订单已全部退款，佣金已全部冲回"
    return str(state.label)


def _who(commission: Commission) -> Node:
    """Every candidate with the reason it won, shares or lost."""
    order_id = commission.line.order_id
    attribution = Attribution.objects.filter(order_id=order_id).first()
    candidates = attribution.candidates if attribution else []
    nodes = tuple(_candidate(Candidate.from_json(each)) for each in candidates)
    return Node("这笔订单算谁的", note="按下单时已有的证据，在付款时判定", children=nodes)


def _candidate(each: Candidate) -> Node:
    who = each.guide_name or each.unit_name
    words = EVIDENCE_WORDS[EvidenceKind(each.kind)]
    at = f"（{_shown(each.at)}）" if each.at else ""
    result = "未采用" if each.outcome == LOST else "采用"
    return Node(f"{words}：{who}{at}", value=result, note=each.reason)


def _base(commission: Commission) -> Node:
    line = commission.line
    return Node(
        "计佣金额",
        value=format_yuan(commission.base_fen),
        note="这件商品的实付金额，不含运费、税费和赠品",
        children=(
            Node(f"{line.title} × {line.quantity}", value=format_yuan(line.amount_fen)),
            Node("优惠分摊后的实付", value=format_yuan(line.paid_fen)),
        ),
    )


def _rate(commission: Commission, claim: Claim) -> Node:
    number = f"第 {commission.rule.number} 版规则" if commission.rule.number else "系统默认规则"
    source = f"{commission.derivation['source']}，{number}（下单时生效的版本）"
    if claim.is_level2:
        return Node("第二级佣金率", value=format_ppm(claim.terms.level2_ppm), note=source)
    return Node("佣金率", value=claim.terms.rate.words(), note=source)


def _pool(commission: Commission, claim: Claim) -> Node:
    base, terms = commission.base_fen, claim.terms
    if claim.is_level2:
        formula = f"{format_yuan(base)} × {format_ppm(terms.level2_ppm)}，不足一分的舍去"
    elif terms.rate.mode is RateMode.FIXED_PER_ITEM:
        formula = f"{terms.rate.words()} × {terms.quantity} 件"
    elif terms.rate.mode is RateMode.PROFIT_PERCENT:
        profit = format_yuan(max(0, base - terms.cost_fen))
        formula = f"毛利 {profit} × {format_ppm(terms.rate.ppm)}，不足一分的舍去"
    else:
        formula = f"{format_yuan(base)} × {terms.rate.words()}，不足一分的舍去"
    if not claim.is_level2 and terms.pool(base) == terms.ceiling(base) > 0:
        formula += f"；佣金池上限 {format_ppm(terms.cap_ppm)}"
    return Node("佣金池", value=format_yuan(commission.pool_fen), note=formula)


def _share(commission: Commission, claim: Claim) -> Node:
    percent = claim.weights[claim.index]
    if percent == 100:
        return Node("分到的比例", value="100%", note="佣金池全部归这位导购")
    others = "、".join(f"{weight}%" for weight in claim.weights)
    note = f"按 {others} 分（先分享后绑定），分剩的一分给小数部分最大的一方"
    value = f"{percent}% = {format_yuan(commission.amount_fen)}"
    return Node("分到的比例", value=value, note=note)


def _refunds(commission: Commission) -> tuple[Node, ...]:
    rows = commission.reversals.select_related("refund").order_by("pk")
    nodes = tuple(_reversal(row) for row in rows)
    if not nodes:
        return ()
    taken = format_yuan(-commission.reversed_fen)
    note = "退款后，佣金等于剩余计佣金额按同样规则重算的结果"
    return (Node("退款冲回", value=taken, note=note, children=nodes),)


def _reversal(row: Reversal) -> Node:
    when = "结算后退款，从之后的佣金里抵扣" if row.was_settled else "结算前退款，不再结算"
    note = f"剩余计佣金额 {format_yuan(row.base_after_fen)}；{when}"
    return Node(f"{_at(row.at)} 退款", value=format_yuan(-row.amount_fen), note=note)


def _dates(commission: Commission) -> Node:
    steps: tuple[tuple[str, Any], ...] = (
        ("付款，开始预估", commission.estimated_at),
        ("确认收货，开始冻结", commission.frozen_at),
        ("退货期满，可以结算", commission.settleable_at),
        ("已结算", commission.settled_at),
    )
    nodes = tuple(Node(title, value=_at(at) if at else "还没到") for title, at in steps)
    return Node("进度", children=nodes)


def _at(moment: dt.datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _shown(text: str) -> str:
    return dt.datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%m-%d %H:%M")
