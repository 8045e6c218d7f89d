"""The demo merchants: two brands with stores, guides and logins anybody may use."""

from tenants.schema import Reporter, silent

LOGINS: list[dict[str, str]] = []


def seed_demo(report: Reporter = silent) -> int:
    """Make what is missing of the demo merchants; returns how many were made."""
    return 0
