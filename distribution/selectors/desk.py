"""What the operator's desk asks of distribution: accounts by guide, an order's story."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet, Sum

from core import clock
from core.models import Entry
from core.money import format_ppm, format_yuan
from distribution.candidates import Candidate
from distribution.contracts import (
    EVIDENCE_WORDS,
    ROLE_WORDS,
    STATE_ACCOUNTS,
    EarnerRole,
    EvidenceKind,
    Node,
    Totals,
    party,
)
from distribution.models import Attribution, Commission, PerformanceShare
from distribution.selectors.income import list_commissions_for
from mall.models import OrderLine
from org.models import Staff
from org.selectors import list_staff_for

State = Commission.State


@dataclass(frozen=True)
class GuideAccount:
    """A guide's commission by state, from the commissions and from the ledger, in fen."""

    guide: Staff
    totals: Totals
    ledger: Totals

    @property
    def is_equal(self) -> bool:
        return self.totals == self.ledger


def list_guide_accounts(actor: Staff) -> list[GuideAccount]:
    """Everyone in the actor's reach who ever earned commission, by store and name."""
    earned = list_commissions_for(actor).order_by().values("guide_id", "state")
    rows = _by_guide(earned.annotate(fen=Sum(F("amount_fen") - F("reversed_fen"))))
    people = list(list_staff_for(actor).filter(pk__in=rows))
    kept = _ledger_of([person.pk for person in people])
    return [
        GuideAccount(person, _totals(rows[person.pk]), _totals(kept.get(person.pk, {})))
        for person in people
    ]


def sum_accounts(accounts: Sequence[GuideAccount]) -> tuple[Totals, Totals]:
    """All of them together: by the commissions, and by the ledger."""
    return _summed([each.totals for each in accounts]), _summed([each.ledger for each in accounts])


def list_due(actor: Staff) -> tuple[int, int]:
    """(how many, fen) of commissions past their rights period that are not settled."""
    rows = list_commissions_for(actor).filter(
        state__in=(State.FROZEN, State.SETTLEABLE), settleable_at__lte=clock.now()
    )
    sums = rows.order_by().aggregate(fen=Sum(F("amount_fen") - F("reversed_fen")))
    return rows.count(), sums["fen"] or 0


def search_commissions(
    actor: Staff, *, state: str = "", guide_id: str = ""
) -> QuerySet[Commission]:
    """The actor's commissions, narrowed to a state and to a guide by public id."""
    rows = list_commissions_for(actor)
    if state in State.values:
        rows = rows.filter(state=state)
    if guide_id:
        rows = rows.filter(guide__public_id=guide_id)
    return rows


@dataclass(frozen=True)
class LineStory:
    """Who a line counts to: the evidence at the order, the decision, shares, commission."""

    evidence: Node
    parts: tuple[Node, ...]


def tell_lines(lines: Sequence[OrderLine]) -> dict[int, LineStory]:
    """{line id: story} in words, in three queries whatever the number of lines."""
    if not lines:
        return {}
    decided = Attribution.objects.filter(order_id=lines[0].order_id).first()
    shares = PerformanceShare.objects.filter(line__in=lines, refund__isnull=True)
    earned = Commission.objects.filter(line__in=lines).select_related("guide")
    parts: dict[int, list[Node]] = {line.pk: [] for line in lines}
    for share in shares.select_related("guide", "unit").order_by("pk"):
        parts[share.line_id].append(_share(share))
    for row in earned.order_by("pk"):
        parts[row.line_id].append(_commission(row))
    return {line.pk: LineStory(_evidence(line, decided), tuple(parts[line.pk])) for line in lines}


def _evidence(line: OrderLine, decided: Attribution | None) -> Node:
    kept = line.evidence
    if not kept:
        return Node("没有归属证据", note="赠品和导入的订单不判定归属")
    found: list[dict[str, Any]] = decided.candidates if decided else kept.get("candidates", [])
    number = kept.get("rule_number")
    title = f"第 {number} 版规则" if number else "系统默认规则"
    note = "下单时生效的规则和已有的证据" if decided else "付款后按这些证据判定"
    return Node(title, note=note, children=tuple(_candidate(each, decided) for each in found))


def _candidate(found: dict[str, Any], decided: Attribution | None) -> Node:
    each = Candidate.from_json(found)
    who = each.guide_name or each.unit_name
    result = "" if decided is None else "未采用" if each.outcome == "lost" else "采用"
    return Node(f"{EVIDENCE_WORDS[EvidenceKind(each.kind)]}：{who}", result, each.reason)


def _share(share: PerformanceShare) -> Node:
    who = share.guide.name if share.guide else share.unit.name if share.unit else ""
    role = ROLE_WORDS[EarnerRole(share.role)]
    return Node(f"业绩 · {role} {who}", format_yuan(share.amount_fen), f"{share.weight}%")


def _commission(row: Commission) -> Node:
    role = ROLE_WORDS[EarnerRole(row.role)]
    standing = format_yuan(row.amount_fen - row.reversed_fen)
    label = str(State(row.state).label)
    note = f"{label}，佣金池 {format_yuan(row.pool_fen)}，分到 {format_ppm(row.share_ppm)}"
    return Node(f"佣金 · {role} {row.guide.name}", standing, note)


def _by_guide(rows: Any) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["guide_id"], {})[row["state"]] = row["fen"]
    return found


def _ledger_of(guide_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """What the liability accounts hold for each guide; a credit is owed."""
    by_party = {party(guide_id): guide_id for guide_id in guide_ids}
    states = {account: state for state, account in STATE_ACCOUNTS.items()}
    rows = Entry.objects.filter(account__in=states, party__in=by_party)
    found: dict[int, dict[str, int]] = {}
    for row in rows.values("account", "party").annotate(fen=Sum("amount_fen")):
        held = found.setdefault(by_party[row["party"]], {})
        held[states[row["account"]]] = -row["fen"]
    return found


def _totals(states: dict[str, int]) -> Totals:
    return Totals(**{f"{state}_fen": states.get(state, 0) for state in STATE_ACCOUNTS})


def _summed(parts: Sequence[Totals]) -> Totals:
    names = [f"{state}_fen" for state in STATE_ACCOUNTS]
    return Totals(**{name: sum(getattr(part, name) for part in parts) for name in names})
