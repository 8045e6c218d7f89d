"""The rules of distribution as values: shape, defaults, checks. No database here."""

from distribution.rules.config import (
    FoundRate,
    PayoutRules,
    Rate,
    RateMode,
    Rules,
    Split,
    SplitPolicy,
    TaxProfile,
)
from distribution.rules.defaults import DEFAULT_RULES
from distribution.rules.parsing import parse_rules

__all__ = [
    "DEFAULT_RULES",
    "FoundRate",
    "PayoutRules",
    "Rate",
    "RateMode",
    "Rules",
    "Split",
    "SplitPolicy",
    "TaxProfile",
    "parse_rules",
]
