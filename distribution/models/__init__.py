"""Whose sale it is and whose money: rules, bindings, shares, evidence, commission."""

from distribution.models.bindings import Binding, BindingEvent
from distribution.models.commission import (
    Attribution,
    Commission,
    PerformanceShare,
    Reversal,
)
from distribution.models.evidence import Evidence, ShareLink, ShareVisit
from distribution.models.promoters import Promoter
from distribution.models.rules import RuleVersion

__all__ = [
    "Attribution",
    "Binding",
    "BindingEvent",
    "Commission",
    "Evidence",
    "PerformanceShare",
    "Promoter",
    "Reversal",
    "RuleVersion",
    "ShareLink",
    "ShareVisit",
]
