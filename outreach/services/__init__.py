"""Saying things to customers: owed, decided, sent at most once, and brought to an end."""

from outreach.services.closing import (
    cancel_plan,
    notify_senders,
    notify_staff,
    remind_chunks,
    remind_plan,
)
from outreach.services.gate import run_gate
from outreach.services.greetings import owe_greeting, send_greeting
from outreach.services.planning import plan_touches
from outreach.services.policies import change_policy
from outreach.services.polling import poll_results
from outreach.services.pumping import send_plan
from outreach.services.reconciling import adopt_submission, give_up_chunk, send_chunk_again

__all__ = [
    "adopt_submission",
    "cancel_plan",
    "change_policy",
    "give_up_chunk",
    "notify_senders",
    "notify_staff",
    "owe_greeting",
    "plan_touches",
    "poll_results",
    "remind_chunks",
    "remind_plan",
    "run_gate",
    "send_chunk_again",
    "send_greeting",
    "send_plan",
]
