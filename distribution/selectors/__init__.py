"""Reading distribution."""

from distribution.selectors.bindings import (
    find_binding_at,
    find_live_binding,
    list_members_bound_to,
    state_of,
)
from distribution.selectors.explaining import explain
from distribution.selectors.income import (
    get_commission_for,
    income_of,
    list_commissions_for,
    list_totals_by_guide,
    totals_of,
)
from distribution.selectors.rules import find_rule_at, list_rules, rules_of
from distribution.selectors.shares import count_visits_of, find_share_link

__all__ = [
    "count_visits_of",
    "explain",
    "find_binding_at",
    "find_live_binding",
    "find_rule_at",
    "find_share_link",
    "get_commission_for",
    "income_of",
    "list_commissions_for",
    "list_members_bound_to",
    "list_rules",
    "list_totals_by_guide",
    "rules_of",
    "state_of",
    "totals_of",
]
