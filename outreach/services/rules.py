"""The rules of the gate, each a condition in SQL, in the order in which they are asked.

A rule reads the touch `d`, the friendship `f`, the preference `p` and the budget `b`; the
first that holds decides (docs/rules.md, 触达).
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from core import clock
from outreach import reasons
from outreach.contracts import ChatType, Rank
from outreach.models import Policy, QuotaMode, Touch, TouchPlan
from outreach.selectors.policy import find_quiet_end, quota_of

FEWER_DAYS = 90
FEWER_SHARE = 4
"""Who asked to be disturbed less gets a quarter of the caps, rounded up, for 90 days."""

RIVAL_HOURS = 24

JOINS = """
LEFT JOIN fact_contact f ON f.external_userid = d.recipient AND f.staff_id = d.sender_id
                        AND f.state = 'active'
LEFT JOIN LATERAL (
    SELECT x.* FROM fact_preference x WHERE x.member_id = d.member_id) p ON true
"""
"""Each is looked up by its key for each touch, whatever the planner knows of the sizes."""


@dataclass(frozen=True)
class Rule:
    """Where `condition` holds, the touch becomes `state` for `reason`."""

    reason: str
    condition: str
    state: Touch.State = Touch.State.SKIPPED
    hold_until: str = "NULL::timestamptz"


def consent_rules(plan: TouchPlan) -> list[Rule]:
    """Whether the person still wants to hear from us: asked at the gate and at the send."""
    if plan.channel == ChatType.GROUP:
        return []
    rules = [
        Rule(reasons.NOT_FRIEND, "f.contact_id IS NULL"),
        Rule(reasons.OPTED_OUT, "p.wants_none"),
    ]
    if plan.rank <= Rank.HQ:
        rules.append(Rule(reasons.GUIDE_ONLY, "p.wants_guide_only"))
    return rules


def gate_rules(plan: TouchPlan, policy: Policy, now: dt.datetime) -> list[Rule]:
    """All rules in order: consent, time, caps, quota, holdout, rivals."""
    return [
        *consent_rules(plan),
        *_time_rules(plan, policy, now),
        *(_cap_rules() if plan.is_commercial and plan.channel == ChatType.SINGLE else []),
        Rule(reasons.QUOTA, f"{_used(policy)} >= %(quota)s"),
        Rule(reasons.HOLDOUT, _HELD_OUT),
        *([Rule(reasons.OUTBID, _OUTBID)] if plan.is_commercial else []),
    ]


def gate_params(plan: TouchPlan, policy: Policy, now: dt.datetime) -> dict[str, Any]:
    caps = {"day": policy.per_day, "week": policy.per_week, "month": policy.per_month}
    today = clock.day_of(now)
    return {
        **{f"per_{name}": cap for name, cap in caps.items()},
        **{f"fewer_{name}": -(-cap // FEWER_SHARE) for name, cap in caps.items()},
        "plan": plan.pk,
        "now": now,
        "today": today,
        "quiet_end": find_quiet_end(policy, now, plan.channel),
        "deadline": plan.deadline_at,
        "cool": dt.timedelta(hours=policy.cool_hours),
        "fewer_from": now - dt.timedelta(days=FEWER_DAYS),
        "quota": quota_of(policy, today),
        "holdout": plan.holdout_ppm,
        "salt": plan.source,
        "commercial": int(plan.is_commercial),
        "rivals": _rivals(plan, now),
    }


def case(rules: list[Rule], column: str, otherwise: str) -> str:
    """A CASE over the reason that was found, or over the conditions for the reason itself."""
    if column == "reason":
        parts = [f"WHEN {rule.condition} THEN '{rule.reason}'" for rule in rules]
    elif column == "state":
        parts = [f"WHEN w.reason = '{rule.reason}' THEN '{rule.state}'" for rule in rules]
    else:
        parts = [f"WHEN w.reason = '{rule.reason}' THEN {rule.hold_until}" for rule in rules]
    return f"CASE {' '.join(parts)} ELSE {otherwise} END" if parts else otherwise


def in_period(name: str, today: str = "%(today)s") -> str:
    """Whether the budget's day lies in the period around `today`."""
    if name == "day":
        return f"b.day = {today}"
    return f"date_trunc('{name}', b.day::timestamp) = date_trunc('{name}', {today}::timestamp)"


def quota_period(policy: Policy) -> str:
    modes = {QuotaMode.MONTH: "month", QuotaMode.WEEK: "week", QuotaMode.DAY: "day"}
    return modes[QuotaMode(policy.quota_mode)]


def _used(policy: Policy) -> str:
    return f"CASE WHEN {in_period(quota_period(policy))} THEN b.quota_used ELSE 0 END"


def _time_rules(plan: TouchPlan, policy: Policy, now: dt.datetime) -> list[Rule]:
    """The same for everybody in the plan, so decided here."""
    if now >= plan.deadline_at:
        return [Rule(reasons.LATE, "true", Touch.State.EXPIRED)]
    quiet_end = find_quiet_end(policy, now, plan.channel)
    if quiet_end is None:
        return []
    if quiet_end >= plan.deadline_at:
        return [Rule(reasons.QUIET_LATE, "true")]
    return [Rule(reasons.QUIET, "true", Touch.State.HELD, "%(quiet_end)s::timestamptz")]


def _cap_rules() -> list[Rule]:
    codes = {
        "day": reasons.CAPPED_DAY,
        "week": reasons.CAPPED_WEEK,
        "month": reasons.CAPPED_MONTH,
    }
    caps = [Rule(code, f"{in_period(name)} AND {_full(name)}") for name, code in codes.items()]
    cooling = "b.last_at + %(cool)s > %(now)s"
    return [
        *caps,
        Rule(reasons.COOLING_LATE, f"{cooling} AND b.last_at + %(cool)s >= %(deadline)s"),
        Rule(reasons.COOLING, cooling, Touch.State.HELD, "w.b_last_at + %(cool)s"),
    ]


def _full(name: str) -> str:
    return (
        f"b.{name}_used >= CASE WHEN p.fewer_since > %(fewer_from)s"
        f" THEN %(fewer_{name})s ELSE %(per_{name})s END"
    )


_HELD_OUT = """
%(holdout)s > 0 AND ('x' || substr(md5(%(salt)s || ':' || COALESCE(d.member_id::text, d.recipient)),
                     1, 8))::bit(32)::bigint %% 1000000 < %(holdout)s
"""
"""The same people for every step of a source, whoever their guide is."""

_OUTBID = """
%(rivals)s::bigint[] <> '{}' AND EXISTS (
    SELECT 1 FROM outreach_touch r
    WHERE r.recipient = d.recipient AND r.plan_id = ANY(%(rivals)s)
      AND r.state IN ('planned', 'held'))
"""


def _rivals(plan: TouchPlan, now: dt.datetime) -> list[int]:
    """Plans that go first: due within a day, and above this one by rank, score, age."""
    horizon = now + dt.timedelta(hours=RIVAL_HOURS)
    others = TouchPlan.objects.filter(
        state=TouchPlan.State.OPEN, gate_at__isnull=False, due_at__lt=horizon
    ).exclude(pk=plan.pk)
    mine = (plan.rank, plan.score_fen, -plan.pk)
    rows = others.values_list("pk", "rank", "score_fen")
    return [pk for pk, rank, score in rows if (rank, score, -pk) > mine]
