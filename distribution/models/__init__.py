"""Whose sale it is and whose money: rules, bindings, shares, evidence, commission."""

from distribution.models.bindings import Binding, BindingEvent
from distribution.models.commission import (
    Attribution,
    Commission,
    PerformanceShare,
    Reversal,
)
from distribution.models.evidence import Evidence, ShareLink, ShareVisit
from distribution.models.payouts import PayoutAccount, PayoutDifference, Withdrawal
from distribution.models.promoters import Promoter
from distribution.models.rules import RuleVersion

__all__ = [
    "Attribution",
    "Binding",
    "BindingEvent",
    "Commission",
    "Evidence",
    "PayoutAccount",
    "PayoutDifference",
    "PerformanceShare",
    "Promoter",
    "Reversal",
    "RuleVersion",
    "ShareLink",
    "ShareVisit",
    "Withdrawal",
]
