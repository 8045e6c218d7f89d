"""The evidence of an order, written on its lines when it is created."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from distribution.candidates import Candidate
from distribution.rules import Rules
from distribution.selectors.evidence import CandidateReader
from distribution.selectors.goods import Goods, list_goods
from distribution.selectors.rules import rules_of
from distribution.services.rules import rule_in_force

VERSION = 1


class Snapshots:
    """Fills `mall.contracts.AttributionEvidence`."""

    def snapshot(
        self,
        *,
        member_id: int,
        brand_id: int,
        sku_ids: Sequence[int],
        placed_at: dt.datetime,
    ) -> Mapping[int, dict[str, Any]]:
        """For each SKU the rule version, the rates, the candidates, the binding.

        Later edits of rules, tiers, bindings or staff change nothing in it.
        """
        version = rule_in_force(brand_id, placed_at)
        rules = rules_of(version)
        reader = CandidateReader(member_id, brand_id, placed_at)
        candidates = reader.read()
        common = {
            "version": VERSION,
            "rule_id": version.pk,
            "rule_number": version.number,
            "placed_at": placed_at.isoformat(),
            "binding_id": reader.binding_id,
            "candidates": [each.as_json() for each in candidates],
        }
        return {
            goods.sku_id: {**common, **_terms(goods, rules, candidates)}
            for goods in list_goods(sku_ids)
        }


def _terms(goods: Goods, rules: Rules, candidates: Sequence[Candidate]) -> dict[str, Any]:
    """What the commission of this SKU depends on, for the tier of every candidate."""
    return {
        "category": goods.category,
        "rights_days": rules.rights.days_for(goods.category),
        "rates": {
            tier: _rate(goods, rules, tier)
            for tier in sorted({each.tier for each in candidates if each.guide_id})
        },
    }


def _rate(goods: Goods, rules: Rules, tier: str) -> dict[str, Any]:
    found = rules.rates.find(sku_code=goods.code, category=goods.category, tier=tier)
    return {
        "mode": found.rate.mode.value,
        "ppm": found.rate.ppm,
        "fen": found.rate.fen,
        "source": found.source,
    }
