"""The merchant's own limits on what may be said to one person."""

from typing import Any

from django.db import connection, transaction

from core import audit, clock
from core.errors import InvalidInput
from outreach.models import Policy, QuotaMode
from outreach.selectors.policy import current_policy, quota_start
from outreach.services.gate import hold_the_gate

FIELDS = (
    "quiet_from",
    "quiet_until",
    "groups_from",
    "per_day",
    "per_week",
    "per_month",
    "cool_hours",
    "holdout_ppm",
    "quota_mode",
)

_RECOUNT = """
UPDATE outreach_budget b SET quota_used = COALESCE((
    SELECT count(*) FROM outreach_touch t
    WHERE t.recipient = b.recipient AND t.queued_at >= %(start)s
      AND t.state IN ('queued', 'sent')), 0)
"""


@transaction.atomic
def change_policy(**changes: Any) -> Policy:
    """Change limits from now on; what is queued already goes out.

    A changed quota mode counts this period's messages anew. Refuses limits that are no
    limits: a day's cap above the week's, or more than half the customers left alone.
    """
    hold_the_gate()
    policy = current_policy()
    before = {name: getattr(policy, name) for name in FIELDS}

    unknown = set(changes) - set(FIELDS)
    if unknown:
        raise InvalidInput(f"没有这些设置：{', '.join(sorted(unknown))}")
    for name, value in changes.items():
        setattr(policy, name, value)
    _refuse_nonsense(policy)

    policy.pk, policy.changed_at = 1, clock.now()
    policy.save()
    if policy.quota_mode != before["quota_mode"]:
        with connection.cursor() as cursor:
            cursor.execute(_RECOUNT, {"start": quota_start(policy, clock.today())})
    audit.record("outreach.policy.changed", policy, before=_plain(before), after=_plain(changes))
    return policy


def _refuse_nonsense(policy: Policy) -> None:
    if not policy.per_day <= policy.per_week <= policy.per_month:
        raise InvalidInput("上限应满足：每天 ≤ 每周 ≤ 每月")
    if not 0 <= policy.holdout_ppm <= 500_000:
        raise InvalidInput("留白比例应在 0% 到 50% 之间")
    if policy.quota_mode not in QuotaMode.values:
        raise InvalidInput("没有这种额度")


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) for name, value in fields.items()}
