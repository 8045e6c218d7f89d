"""What guides earn, seen by those who may see it; totals equal the ledger's accounts."""

from collections.abc import Iterable

from django.db.models import F, QuerySet, Sum

from core import clock, ledger
from core.errors import NotFound
from distribution.contracts import IN_TRANSIT, PAID_OUT, STATE_ACCOUNTS, Income, Totals, party
from distribution.models import Commission, Reversal
from org.contracts import Role
from org.models import Staff
from org.selectors import scope_path


def list_commissions_for(actor: Staff) -> QuerySet[Commission]:
    """Commissions in the actor's reach, the newest first: a guide's own and no other's."""
    rows = Commission.objects.select_related("guide__unit", "line__order", "rule")
    rows = rows.order_by("-estimated_at", "-pk")
    if actor.role == Role.GUIDE:
        return rows.filter(guide=actor)
    if scope_path(actor) == "/":
        return rows
    return rows.filter(guide__unit__path__startswith=scope_path(actor))


def get_commission_for(actor: Staff, public_id: str) -> Commission:
    """Raises `NotFound` for another guide's, as for none at all."""
    found = list_commissions_for(actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def list_own_commissions(guide: Staff, state: str = "") -> QuerySet[Commission]:
    """A guide's own, in one state or in all: also for a manager who guides."""
    rows = Commission.objects.select_related("line__order").filter(guide=guide)
    rows = rows.order_by("-estimated_at", "-pk")
    return rows.filter(state=state) if state in Commission.State.values else rows


def get_own_commission(guide: Staff, public_id: str) -> Commission:
    rows = list_own_commissions(guide).select_related("line__order", "rule", "guide")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def totals_of(rows: QuerySet[Commission]) -> Totals:
    """What stands in each state, in fen."""
    sums = rows.order_by().values("state").annotate(fen=Sum(F("amount_fen") - F("reversed_fen")))
    by_state = {row["state"]: row["fen"] for row in sums}
    return Totals(**{f"{state}_fen": by_state.get(state, 0) for state in STATE_ACCOUNTS})


def list_totals_by_guide(guide_ids: Iterable[int]) -> dict[int, Totals]:
    """The same for many guides in one query."""
    rows = Commission.objects.filter(guide_id__in=list(guide_ids)).values("guide_id", "state")
    found: dict[int, dict[str, int]] = {}
    for row in rows.annotate(fen=Sum(F("amount_fen") - F("reversed_fen"))):
        found.setdefault(row["guide_id"], {})[row["state"]] = row["fen"]
    return {
        guide_id: Totals(**{f"{state}_fen": states.get(state, 0) for state in STATE_ACCOUNTS})
        for guide_id, states in found.items()
    }


def income_of(guide: Staff) -> Income:
    """What the guide may count on: by state, payable, owed, and what today added."""
    totals = totals_of(Commission.objects.filter(guide=guide))
    paid_out = ledger.balance(PAID_OUT, party(guide.pk))
    in_transit = ledger.balance(IN_TRANSIT, party(guide.pk))
    balance = totals.settled_fen - in_transit - paid_out
    return Income(
        totals=totals,
        in_transit_fen=in_transit,
        paid_out_fen=paid_out,
        payable_fen=max(0, balance),
        debt_fen=max(0, -balance),
        today_fen=_earned_today(guide),
    )


def _earned_today(guide: Staff) -> int:
    since = clock.day_start(clock.today())
    earned = Commission.objects.filter(guide=guide, estimated_at__gte=since)
    taken = Reversal.objects.filter(commission__guide=guide, at__gte=since)
    return _sum(earned) - _sum(taken)


def _sum(rows: QuerySet[Commission] | QuerySet[Reversal]) -> int:
    return int(rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0)
