"""The invariants by their numbers, each answered by one or more checks of an app.

M money, S stock and limited things, E what came in, T tenancy.
"""

from collections.abc import Callable, Sequence

from acquisition import invariants as acquisition
from core import invariants as core
from core import invariants_inbox as inbox
from core.invariants import Finding
from distribution import invariants as distribution
from distribution import invariants_payouts as payouts
from livestream import invariants as livestream
from mall import invariants as mall
from mall import invariants_stock as stock
from members import invariants as members
from outreach import invariants as outreach
from siyu import invariants_tenancy as tenancy
from tenants.models import Tenant

INVARIANTS: dict[str, tuple[Callable[[], Finding], ...]] = {
    "M1": (core.journals_balance,),
    "M2": (mall.ledger_matches_orders,),
    "M3": (
        distribution.commission_within_cap,
        distribution.commission_follows_refunds,
        distribution.ledger_holds_commission,
        distribution.performance_is_whole,
    ),
    "M4": (
        payouts.payouts_stay_within_credits,
        payouts.reservations_are_single,
        payouts.payouts_are_complete,
    ),
    "M5": (core.history_is_append_only,),
    "M6": (mall.orders_add_up,),
    "M7": (mall.payments_are_complete, mall.refunds_are_complete),
    "M7.history": (mall.history_was_never_collected,),
    "M8": (mall.nothing_ends_in_silence,),
    "S1": (stock.stock_adds_up, stock.sales_add_up, mall.lines_hold_what_they_sold),
    "S2": (stock.pieces_go_back_once,),
    "S3": (stock.persons_keep_to_the_limit,),
    "S4": (mall.promises_are_kept_once, acquisition.cards_are_consumed_once),
    "S5": (livestream.draws_are_limited, livestream.draws_recompute),
    "E1": (inbox.messages_end,),
    "E2": (inbox.messages_act_once, acquisition.adds_act_once),
    "E3": (members.contacts_match_source,),
    "E4": (outreach.touches_are_said_once,),
    "E5": (outreach.touches_end_with_a_reason,),
    "E6": (outreach.touches_keep_to_the_rules,),
    "E7": (inbox.news_reaches_listeners, inbox.work_is_not_left),
    "T3": (core.jobs_ran_at_home,),
}

HOUSE: dict[str, Callable[[Sequence[Tenant]], Finding]] = {
    "T1": tenancy.nothing_of_another,
    "T2": tenancy.credentials_open_one_door,
}
"""What is true between merchants, asked of all of them at once."""


def check_all() -> dict[str, Finding]:
    """Every invariant on the tenant that the connection stands on."""
    return {code: _together([check() for check in checks]) for code, checks in INVARIANTS.items()}


def check_house(tenants: Sequence[Tenant]) -> dict[str, Finding]:
    """The invariants between the merchants named."""
    return {code: check(tenants) for code, check in HOUSE.items()}


def _together(findings: list[Finding]) -> Finding:
    return sum(found[0] for found in findings), [line for found in findings for line in found[1]]
