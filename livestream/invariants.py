"""What must be true of draws at every instant (docs/rules.md, 抽奖).

Each check returns how many rows it examined and a Chinese line for each violation.
"""

from collections.abc import Iterator

from core.invariants import Finding, count, violations
from livestream import lottery
from livestream.models import Draw


def draws_are_limited() -> Finding:
    """S5: no more winners than prizes, each of them in the list, one ticket a person."""
    found = violations(
        "抽奖 {0}：{1} 个奖品，{2} 个中奖者",
        """
        SELECT d.public_id, d.prizes, count(e.id)
        FROM livestream_draw d JOIN livestream_drawentry e ON e.draw_id = d.id
        WHERE e.place IS NOT NULL GROUP BY d.id HAVING count(e.id) > d.prizes
        """,
    )
    found += violations(
        "抽奖 {0}：编号 {1} 没有资格或还没有开奖，却中了奖",
        """
        SELECT d.public_id, e.ticket
        FROM livestream_draw d JOIN livestream_drawentry e ON e.draw_id = d.id
        WHERE e.place IS NOT NULL AND (d.state <> 'drawn' OR NOT e.is_eligible)
        """,
    )
    found += violations(
        "抽奖 {0}：编号 {1} 在截止之后参加",
        """
        SELECT d.public_id, e.ticket
        FROM livestream_draw d JOIN livestream_drawentry e ON e.draw_id = d.id
        WHERE e.entered_at >= d.closes_at OR e.entered_at > d.closed_at
        """,
    )
    found += _doubled()
    return count("FROM livestream_drawentry"), found


def _doubled() -> list[str]:
    return violations(
        "抽奖 {0}：会员 {1} 有 {2} 个编号",
        """
        SELECT d.public_id, e.member_id, count(*)
        FROM livestream_draw d JOIN livestream_drawentry e ON e.draw_id = d.id
        GROUP BY d.id, e.member_id HAVING count(*) > 1
        """,
    )


def draws_recompute() -> Finding:
    """S5: the commitment binds terms and seed, the frozen list is the list, and the winners
    are those that seed and list give."""
    examined, found = 0, []
    for draw in Draw.objects.order_by("pk").iterator(chunk_size=500):
        examined += 1
        found += [f"抽奖 {draw.public_id}：{words}" for words in _faults(draw)]
    return examined, found


def _faults(draw: Draw) -> Iterator[str]:
    if draw.commitment != lottery.commitment_of(draw.public_id, draw.terms, draw.seed):
        yield "承诺值与公布的内容和种子不符"
    if draw.terms.get("prizes") != draw.prizes:
        yield "奖品数量与公布的不符"
    if draw.state == Draw.State.OPEN:
        return
    if draw.closed_at is None or draw.closed_at < draw.closes_at:
        yield "在公布的截止时间之前冻结了名单"
    tickets = list(draw.entries.filter(is_eligible=True).values_list("ticket", flat=True))
    if draw.entrants_hash != lottery.entrants_hash(tickets) or draw.entrants != len(tickets):
        yield "冻结的名单与公布的指纹不符"
    if draw.state != Draw.State.DRAWN:
        return
    won = draw.entries.filter(place__isnull=False).order_by("place")
    if list(won.values_list("ticket", flat=True)) != lottery.pick_winners(
        draw.seed, tickets, draw.prizes
    ):
        yield "中奖名单不是种子和名单算出的名单"
