"""The invariants as one assertion, to be called after every step of a test."""

from core import invariants as ledger_invariants
from mall import invariants as mall_invariants

ALWAYS = ("M1", "M2", "M6", "S1", "S2", "S3", "S4")
AT_REST = (*ALWAYS, "M7", "M8")


def assert_invariants(names: tuple[str, ...] = AT_REST) -> None:
    checks = {**ledger_invariants.CHECKS, **mall_invariants.CHECKS}
    for name in names:
        for check in checks[name]:
            assert check()[1] == [], name


def broken() -> set[str]:
    """The names of the invariants that do not hold now."""
    checks = {**ledger_invariants.CHECKS, **mall_invariants.CHECKS}
    return {name for name in checks for check in checks[name] if check()[1]}
