"""What we say to customers, what may be said, and what became of it."""

from outreach.models.greetings import Greeting
from outreach.models.plans import Chunk, Touch, TouchPlan
from outreach.models.policy import Budget, Policy, QuotaMode

__all__ = ["Budget", "Chunk", "Greeting", "Policy", "QuotaMode", "Touch", "TouchPlan"]
