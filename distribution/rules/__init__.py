"""The rules of distribution as values: shape, defaults, checks. No database here."""

from distribution.rules.config import FoundRate, Rate, RateMode, Rules, Split, SplitPolicy
from distribution.rules.defaults import DEFAULT_RULES
from distribution.rules.parsing import parse_rules

__all__ = [
    "DEFAULT_RULES",
    "FoundRate",
    "Rate",
    "RateMode",
    "Rules",
    "Split",
    "SplitPolicy",
    "parse_rules",
]
