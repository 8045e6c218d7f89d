"""Which rules hold when."""

import datetime as dt

from distribution.models import RuleVersion
from distribution.rules import Rules, parse_rules


def find_rule_at(brand_id: int, at: dt.datetime) -> RuleVersion | None:
    """The version in force in a brand at an instant."""
    rows = RuleVersion.objects.filter(brand_id=brand_id, effective_at__lte=at)
    return rows.order_by("-effective_at", "-number").first()


def list_rules(brand_id: int) -> list[RuleVersion]:
    """All versions of a brand, the newest first."""
    return list(RuleVersion.objects.filter(brand_id=brand_id).order_by("-number"))


def rules_of(version: RuleVersion) -> Rules:
    return parse_rules(version.config)
