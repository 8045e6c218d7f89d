"""Withdrawals through the eyes of who may see them; totals stand beside the ledger's."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from core import clock
from core.errors import NotFound
from core.models import Entry, LongTask
from distribution.contracts import IN_TRANSIT, PAID_OUT, WITHHELD, party
from distribution.models import PayoutAccount, PayoutDifference, Withdrawal
from distribution.rules import PayoutRules
from distribution.selectors.rules import find_rule_at, rules_of
from distribution.taxes import tax_on
from org.models import Staff
from org.selectors import find_brand_of, scope_path

State = Withdrawal.State
RECONCILE = "distribution.reconcile"
"""The kind of the long task that compares our book with the platform's."""

USUAL_PAYOUT = PayoutRules()
"""The limits of a brand that never set any."""

OPEN_STATES = (State.ASKED, State.APPROVED, State.SENDING, State.WAITING)
COUNTED = (*OPEN_STATES, State.PAID)
"""States in which a withdrawal takes from the balance, the day and the month."""

TABS: dict[str, tuple[str, tuple[str, ...]]] = {
    "asked": ("待审批", (State.ASKED,)),
    "moving": ("进行中", (State.APPROVED, State.SENDING)),
    "waiting": ("待确认", (State.WAITING,)),
    "paid": ("已到账", (State.PAID,)),
    "failed": ("失败", (State.FAILED, State.OVERDUE, State.CANCELLED)),
}


@dataclass(frozen=True)
class PayoutTotals:
    """Fen in reach by the withdrawals and by the ledger: under way, paid out, withheld."""

    in_transit_fen: int
    paid_out_fen: int
    withheld_fen: int
    ledger: tuple[int, int, int]

    @property
    def is_equal(self) -> bool:
        return (self.in_transit_fen, self.paid_out_fen, self.withheld_fen) == self.ledger


def payout_rules_of(guide: Staff) -> PayoutRules:
    """The limits in force at the guide's brand; the usual ones where there is none."""
    brand = find_brand_of(guide.unit) if guide.unit else None
    version = find_rule_at(brand.pk, clock.now()) if brand else None
    return rules_of(version).payout if version else USUAL_PAYOUT


def drawn_since(guide: Staff, since: dt.datetime, **only: str) -> tuple[int, int]:
    """(gross, tax) in fen of what was asked since then and was not returned."""
    rows = Withdrawal.objects.filter(guide=guide, asked_at__gte=since, state__in=COUNTED, **only)
    sums = rows.aggregate(gross=Sum("gross_fen", default=0), tax=Sum("tax_fen", default=0))
    return sums["gross"], sums["tax"]


def tax_for(rules: PayoutRules, guide: Staff, gross_fen: int) -> int:
    """What would be withheld of a withdrawal asked for now, in fen."""
    month = clock.day_start(clock.today().replace(day=1))
    drawn, withheld = drawn_since(guide, month, tax_profile=rules.tax_profile.value)
    return tax_on(rules.tax_profile, gross_fen, drawn_fen=drawn, withheld_fen=withheld)


def find_payout_account(guide: Staff) -> PayoutAccount | None:
    return PayoutAccount.objects.filter(guide=guide).first()


def list_own_withdrawals(guide: Staff) -> QuerySet[Withdrawal]:
    return Withdrawal.objects.filter(guide=guide).order_by("-asked_at", "-pk")


def find_open_withdrawal(guide: Staff) -> Withdrawal | None:
    return list_own_withdrawals(guide).filter(state__in=OPEN_STATES).first()


def get_own_withdrawal(guide: Staff, public_id: str) -> Withdrawal:
    found = list_own_withdrawals(guide).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def get_withdrawal_by_token(token: str) -> Withdrawal:
    """For whoever was shown the code; what they may see is decided by their openid."""
    found = Withdrawal.objects.select_related("guide__unit").filter(token=token).first()
    if found is None:
        raise NotFound
    return found


def list_withdrawals_for(actor: Staff, *, tab: str = "") -> QuerySet[Withdrawal]:
    """Withdrawals of guides in the actor's reach, the newest first."""
    rows = Withdrawal.objects.select_related("guide__unit").order_by("-asked_at", "-pk")
    if tab in TABS:
        rows = rows.filter(state__in=TABS[tab][1])
    if scope_path(actor) == "/":
        return rows
    return rows.filter(guide__unit__path__startswith=scope_path(actor))


def list_withdrawals_between(
    actor: Staff, since: dt.datetime, until: dt.datetime
) -> QuerySet[Withdrawal]:
    return list_withdrawals_for(actor).filter(asked_at__gte=since, asked_at__lt=until)


def get_withdrawal_for(actor: Staff, public_id: str) -> Withdrawal:
    found = list_withdrawals_for(actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def count_by_tab(actor: Staff) -> dict[str, int]:
    counts = {code: Count("pk", filter=Q(state__in=states)) for code, (_, states) in TABS.items()}
    return dict(list_withdrawals_for(actor).order_by().aggregate(**counts))


def sum_payouts(actor: Staff) -> PayoutTotals:
    """What is under way and what was paid to the guides in reach, from both books."""
    rows = list_withdrawals_for(actor).order_by()
    sums = rows.aggregate(
        moving=Sum("gross_fen", filter=Q(state__in=OPEN_STATES), default=0),
        paid=Sum("gross_fen", filter=Q(state=State.PAID), default=0),
        tax=Sum("tax_fen", filter=Q(state=State.PAID), default=0),
    )
    kept = _ledger_of(rows.values_list("guide_id", flat=True).distinct())
    booked = (kept.get(IN_TRANSIT, 0), kept.get(PAID_OUT, 0), -kept.get(WITHHELD, 0))
    return PayoutTotals(sums["moving"], sums["paid"], sums["tax"], booked)


def _ledger_of(guide_ids: Iterable[int]) -> dict[str, int]:
    rows = Entry.objects.filter(
        account__in=(IN_TRANSIT, PAID_OUT, WITHHELD), party__in=[party(pk) for pk in guide_ids]
    )
    sums = rows.values("account").annotate(fen=Sum("amount_fen"))
    return {row["account"]: row["fen"] for row in sums}


def list_entries_of(row: Withdrawal) -> QuerySet[Entry]:
    """What a withdrawal did to the ledger, line by line."""
    kinds = ("payout.reserved", "payout.paid", "payout.returned")
    entries = Entry.objects.select_related("journal")
    return entries.filter(journal__kind__in=kinds, journal__ref=row.out_bill_no).order_by("pk")


def list_differences_for(
    actor: Staff, *, unresolved_only: bool = True
) -> QuerySet[PayoutDifference]:
    """Differences about guides in reach; those that name no withdrawal only for the whole."""
    rows = PayoutDifference.objects.select_related("withdrawal__guide").order_by("-at", "-pk")
    if unresolved_only:
        rows = rows.filter(resolved_at__isnull=True)
    if scope_path(actor) == "/":
        return rows
    return rows.filter(withdrawal__guide__unit__path__startswith=scope_path(actor))


def get_difference_for(actor: Staff, difference_id: int) -> PayoutDifference:
    found = list_differences_for(actor, unresolved_only=False).filter(pk=difference_id).first()
    if found is None:
        raise NotFound
    return found


def list_reconciliations() -> QuerySet[LongTask]:
    """Comparisons with the platform, the newest first."""
    return LongTask.objects.filter(kind=RECONCILE).order_by("-created_at", "-pk")
