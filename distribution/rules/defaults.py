"""What holds in a brand until it publishes rules of its own."""

from typing import Any

DEFAULT_RULES: dict[str, Any] = {
    "rates": {"default": {"mode": "percent", "ppm": 100_000}},
    "level2": {"is_on": False, "ppm": 0},
    "pool_cap_ppm": 300_000,
    "commission_split": {
        "mode": "split",
        "same_store": {"sharer": 70, "bound": 30},
        "cross_store": {"sharer": 60, "bound": 40},
    },
    "performance_split": {
        "mode": "split",
        "same_store": {"sharer": 70, "bound": 30},
        "cross_store": {"sharer": 60, "bound": 40},
    },
    "self_purchase": "off",
    "evidence": {
        "priority": ["code", "live", "share", "bind"],
        "code_minutes": 30,
        "live_days": 7,
        "share_days": 7,
    },
    "rights": {"no_reason_days": 7, "extra_days": 1, "by_category": {}},
    "binding": {
        "bind_event": "add_friend",
        "validity_days": -1,
        "protect_days": 30,
        "renew_on": "none",
        "who": "anyone_without_binding",
    },
    "payout": {
        "least_fen": 100,
        "most_fen": 20_000,
        "most_daily_fen": 200_000,
        "approve_above_fen": 10_000,
        "tax_profile": "employee",
    },
    "is_settlement_automatic": True,
}
