"""Reading the limits, and what they mean at a moment."""

import datetime as dt
from calendar import monthrange

from core import clock
from outreach.contracts import ChatType
from outreach.models import Budget, Policy, QuotaMode


def current_policy() -> Policy:
    """The limits in force; the defaults, unsaved, where nobody changed any."""
    return Policy.objects.filter(pk=1).first() or Policy(pk=1, changed_at=clock.now())


def find_quiet_end(policy: Policy, now: dt.datetime, channel: str) -> dt.datetime | None:
    """When the quiet hours around `now` end (Asia/Shanghai); None outside of them."""
    local = now.astimezone(clock.SHANGHAI)
    end = policy.groups_from if channel == ChatType.GROUP else policy.quiet_until
    start, at = policy.quiet_from, local.time()
    if start == end:
        return None
    passes_midnight = start > end
    is_quiet = (at >= start or at < end) if passes_midnight else start <= at < end
    if not is_quiet:
        return None
    day = local.date() + dt.timedelta(days=1 if passes_midnight and at >= start else 0)
    return dt.datetime.combine(day, end, clock.SHANGHAI).astimezone(dt.UTC)


def quota_of(policy: Policy, day: dt.date) -> int:
    """Messages one customer or group may get in the quota period around `day`."""
    if policy.quota_mode == QuotaMode.DAY:
        return 1
    if policy.quota_mode == QuotaMode.WEEK:
        return 7
    return monthrange(day.year, day.month)[1]


def quota_start(policy: Policy, day: dt.date) -> dt.datetime:
    """The instant the quota period around `day` began."""
    first = day
    if policy.quota_mode == QuotaMode.WEEK:
        first = day - dt.timedelta(days=day.weekday())
    elif policy.quota_mode == QuotaMode.MONTH:
        first = day.replace(day=1)
    return clock.day_start(first)


def quota_left(recipient: str) -> int:
    """How many more messages a contact or group may get in the present quota period."""
    policy, today = current_policy(), clock.today()
    row = Budget.objects.filter(recipient=recipient).first()
    is_current = row is not None and clock.day_start(row.day) >= quota_start(policy, today)
    used = row.quota_used if row is not None and is_current else 0
    return max(0, quota_of(policy, today) - used)
