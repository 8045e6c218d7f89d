"""Writing distribution."""

from distribution.services.attribution import decide_order
from distribution.services.bindings import (
    bind_member,
    end_bindings_of,
    expire_bindings,
    renew_binding,
)
from distribution.services.contacts import bind_contact, release_staff
from distribution.services.objecting import object_to_commission
from distribution.services.payout_accounts import bind_payout_account, release_payout_account
from distribution.services.payout_checking import (
    reconcile_payouts,
    resolve_difference,
    start_reconcile,
    sweep_payouts,
)
from distribution.services.payout_sending import advance_payout, check_payout
from distribution.services.payout_settling import PayoutSettled, settle_transfer
from distribution.services.payouts import (
    approve_withdrawal,
    ask_withdrawal,
    cancel_withdrawal,
    decline_withdrawal,
)
from distribution.services.promoters import set_own_wechat, set_recruiter, set_tier
from distribution.services.reversing import reverse_refund
from distribution.services.rules import (
    apply_binding_periods,
    check_rules,
    publish_rules,
    rule_in_force,
)
from distribution.services.settling import freeze_order, settle_commissions, settle_due
from distribution.services.sharing import (
    claim_visits,
    make_share_link,
    record_evidence,
    record_live_evidence,
    record_visit,
)
from distribution.services.snapshots import Snapshots

__all__ = [
    "PayoutSettled",
    "Snapshots",
    "advance_payout",
    "apply_binding_periods",
    "approve_withdrawal",
    "ask_withdrawal",
    "bind_contact",
    "bind_member",
    "bind_payout_account",
    "cancel_withdrawal",
    "check_payout",
    "check_rules",
    "claim_visits",
    "decide_order",
    "decline_withdrawal",
    "end_bindings_of",
    "expire_bindings",
    "freeze_order",
    "make_share_link",
    "object_to_commission",
    "publish_rules",
    "reconcile_payouts",
    "record_evidence",
    "record_live_evidence",
    "record_visit",
    "release_payout_account",
    "release_staff",
    "renew_binding",
    "resolve_difference",
    "reverse_refund",
    "rule_in_force",
    "set_own_wechat",
    "set_recruiter",
    "set_tier",
    "settle_commissions",
    "settle_due",
    "settle_transfer",
    "start_reconcile",
    "sweep_payouts",
]
