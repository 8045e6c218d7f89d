"""Reading what was said to customers, what was not, and why."""

from outreach.reasons import REASONS, reason_text
from outreach.selectors.greetings import count_greetings_not_sent, list_greetings_for
from outreach.selectors.plans import (
    STATES,
    PlanResult,
    SenderCount,
    StateCount,
    find_plan,
    get_plan,
    get_plan_for,
    list_chunks_of,
    list_parked,
    list_plans_for,
    list_waiting_for,
    plan_result,
)
from outreach.selectors.policy import current_policy, quota_left
from outreach.selectors.why import Decision, why_not

__all__ = [
    "REASONS",
    "STATES",
    "Decision",
    "PlanResult",
    "SenderCount",
    "StateCount",
    "count_greetings_not_sent",
    "current_policy",
    "find_plan",
    "get_plan",
    "get_plan_for",
    "list_chunks_of",
    "list_greetings_for",
    "list_parked",
    "list_plans_for",
    "list_waiting_for",
    "plan_result",
    "quota_left",
    "reason_text",
    "why_not",
]
