"""Why somebody did or did not get something."""

import datetime as dt
from dataclasses import dataclass

from members.models import Member
from members.selectors import list_contacts_of
from outreach.models import Touch
from outreach.reasons import reason_text
from outreach.selectors.plans import STATES

LIMIT = 50


@dataclass(frozen=True)
class Decision:
    """What was decided about one touch; `reason` is the code, "" for one that went well."""

    plan_id: str
    source: str
    step: str
    text: str
    due_at: dt.datetime
    state: str
    state_text: str
    reason: str
    reason_text: str
    detail: str
    hold_until: dt.datetime | None
    sent_at: dt.datetime | None


def why_not(
    *, member: Member | None = None, recipient: str = "", limit: int = LIMIT
) -> list[Decision]:
    """The decisions about a member, or about a contact or group by its id, newest first."""
    ids = [recipient] if recipient else []
    if member is not None:
        ids += list_contacts_of(member).values_list("external_userid", flat=True)
    touches = Touch.objects.filter(recipient__in=ids).select_related("plan", "chunk")
    return [_decision(touch) for touch in touches.order_by("-plan__due_at", "-pk")[:limit]]


def _decision(touch: Touch) -> Decision:
    plan, chunk = touch.plan, touch.chunk
    state = touch.state
    if chunk is not None and state == Touch.State.QUEUED and chunk.state in STATES:
        state = chunk.state
    return Decision(
        plan_id=plan.public_id,
        source=plan.source,
        step=plan.step,
        text=plan.text,
        due_at=plan.due_at,
        state=state,
        state_text=STATES[state],
        reason=touch.reason,
        reason_text=reason_text(touch.reason),
        detail=chunk.reason if chunk is not None and touch.state == Touch.State.FAILED else "",
        hold_until=touch.hold_until,
        sent_at=touch.sent_at,
    )
