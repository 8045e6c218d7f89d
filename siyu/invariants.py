"""The invariants by their numbers, each answered by one or more checks of an app.

M money, S stock and limited things, E what came in, T tenancy.
"""

from collections.abc import Callable

from acquisition import invariants as acquisition
from core import invariants as core
from core import invariants_inbox as inbox
from core.invariants import Finding
from distribution import invariants as distribution
from mall import invariants as mall
from members import invariants as members

INVARIANTS: dict[str, tuple[Callable[[], Finding], ...]] = {
    "M1": (core.journals_balance,),
    "M2": (mall.ledger_matches_orders,),
    "M3": (
        distribution.commission_within_cap,
        distribution.commission_follows_refunds,
        distribution.ledger_holds_commission,
        distribution.performance_is_whole,
    ),
    "M5": (core.history_is_append_only,),
    "M6": (mall.orders_add_up,),
    "M7": (mall.payments_are_complete, mall.refunds_are_complete),
    "M8": (mall.nothing_ends_in_silence,),
    "S1": (mall.stock_adds_up, mall.lines_hold_what_they_sold),
    "S4": (mall.promises_are_kept_once, acquisition.cards_are_consumed_once),
    "E1": (inbox.messages_end,),
    "E2": (inbox.messages_act_once, acquisition.adds_act_once),
    "E3": (members.contacts_match_source,),
    "T3": (core.jobs_ran_at_home,),
}


def check_all() -> dict[str, Finding]:
    """Every invariant on the tenant that the connection stands on."""
    return {code: _together([check() for check in checks]) for code, checks in INVARIANTS.items()}


def _together(findings: list[Finding]) -> Finding:
    return sum(found[0] for found in findings), [line for found in findings for line in found[1]]
