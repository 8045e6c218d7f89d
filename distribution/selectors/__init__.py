"""Reading distribution."""

from distribution.selectors.bindings import (
    find_binding_at,
    find_live_binding,
    list_members_bound_to,
    state_of,
)
from distribution.selectors.customers import CHIPS, list_customers_of
from distribution.selectors.explaining import explain
from distribution.selectors.income import (
    get_commission_for,
    get_own_commission,
    income_of,
    list_commissions_for,
    list_own_commissions,
    list_totals_by_guide,
    totals_of,
)
from distribution.selectors.objections import list_objections_for
from distribution.selectors.opportunities import list_opportunities
from distribution.selectors.payout_words import (
    ACCOUNTS,
    DIFFERENCES,
    JOURNALS,
    explain_failure,
)
from distribution.selectors.payouts import (
    USUAL_PAYOUT,
    find_open_withdrawal,
    find_payout_account,
    get_own_withdrawal,
    get_withdrawal_by_token,
    get_withdrawal_for,
    list_own_withdrawals,
    payout_rules_of,
    tax_for,
)
from distribution.selectors.rules import find_rule_at, list_rules, rules_of
from distribution.selectors.shares import (
    count_visits_of,
    find_link_of,
    find_share_link,
    rate_for,
    share_url,
)

__all__ = [
    "ACCOUNTS",
    "CHIPS",
    "DIFFERENCES",
    "JOURNALS",
    "USUAL_PAYOUT",
    "count_visits_of",
    "explain",
    "explain_failure",
    "find_binding_at",
    "find_link_of",
    "find_live_binding",
    "find_open_withdrawal",
    "find_payout_account",
    "find_rule_at",
    "find_share_link",
    "get_commission_for",
    "get_own_commission",
    "get_own_withdrawal",
    "get_withdrawal_by_token",
    "get_withdrawal_for",
    "income_of",
    "list_commissions_for",
    "list_customers_of",
    "list_members_bound_to",
    "list_objections_for",
    "list_opportunities",
    "list_own_commissions",
    "list_own_withdrawals",
    "list_rules",
    "list_totals_by_guide",
    "payout_rules_of",
    "rate_for",
    "rules_of",
    "share_url",
    "state_of",
    "tax_for",
    "totals_of",
]
