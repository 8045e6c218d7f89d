"""Planning a step towards many people: one statement over the audience."""

import datetime as dt
from dataclasses import asdict

from django.db import connection, transaction

from core import clock, jobs
from core.context import acting
from core.errors import InvalidInput
from outreach.contracts import Audience, ChatType, Message, MessageTooLong, Rank
from outreach.models import Touch, TouchPlan
from outreach.selectors.policy import current_policy
from outreach.services.gate import close_if_over

MAX_TEXT_BYTES = 4_000
MAX_ATTACHMENTS = 9
PATIENCE = dt.timedelta(days=3)
"""How long after it is due a touch may still go out, where the caller does not say."""

KINDS = {ChatType.SINGLE: "contact", ChatType.GROUP: "group"}

_MATERIALISE = """
INSERT INTO outreach_touch
    (plan_id, recipient, member_id, sender_id, unit_id, state, reason, is_holdout)
SELECT %(touch_plan)s, a.recipient, a.member_id, a.sender_id, a.unit_id,
       '{planned}', '', false
FROM ({audience}) a (recipient_kind, recipient, member_id, sender_id, unit_id)
WHERE a.recipient_kind = %(touch_kind)s
ORDER BY a.sender_id, a.recipient
ON CONFLICT (recipient, plan_id) DO NOTHING
"""


@transaction.atomic
def plan_touches(
    *,
    source: str,
    step: str,
    version: int,
    occurrence: str,
    channel: str,
    audience: Audience,
    message: Message,
    due_at: dt.datetime,
    deadline_at: dt.datetime | None = None,
    is_commercial: bool = True,
    scene: str = "",
    content_type: str = "",
    holdout_ppm: int | None = None,
    rank: Rank = Rank.HQ,
    score_fen: int = 0,
) -> TouchPlan:
    """Owe one message to everybody in the audience, each at most once.

    `channel` is "single" (contacts) or "group". The same (source, step, version,
    occurrence) is one plan: planning it again adds only recipients it did not have.
    `holdout_ppm` None is the merchant's default, and 0 for groups. `score_fen` is what the
    touch is expected to earn, less its harm. Raises `MessageTooLong`, `InvalidInput`.
    """
    kind = _check(channel, message, due_at, deadline_at)
    plan, _ = TouchPlan.objects.select_for_update().get_or_create(
        source=source,
        step=step,
        version=version,
        occurrence=occurrence,
        defaults={
            "channel": channel,
            "scene": scene,
            "content_type": content_type,
            "text": message.text,
            "attachments": [asdict(one) for one in message.attachments],
            "is_commercial": is_commercial,
            "rank": rank,
            "score_fen": score_fen,
            "holdout_ppm": _holdout(channel, holdout_ppm),
            "due_at": due_at,
            "deadline_at": deadline_at or due_at + PATIENCE,
            "created_at": clock.now(),
            "created_by": acting().label,
        },
    )

    if plan.state == TouchPlan.State.CANCELLED:
        return plan
    if _materialise(plan, kind, audience):
        _open_gate(plan)
    else:
        close_if_over(plan)
    return plan


def _check(
    channel: str, message: Message, due_at: dt.datetime, deadline_at: dt.datetime | None
) -> str:
    if channel not in KINDS:
        raise InvalidInput(f"没有这种触达方式：{channel}")
    if not message.text and not message.attachments:
        raise InvalidInput("内容不能为空")
    if len(message.text.encode()) > MAX_TEXT_BYTES or len(message.attachments) > MAX_ATTACHMENTS:
        raise MessageTooLong
    if deadline_at is not None and deadline_at <= due_at:
        raise InvalidInput("截止时间应晚于计划时间")
    return KINDS[ChatType(channel)]


def _holdout(channel: str, asked: int | None) -> int:
    if asked is not None:
        return asked
    return 0 if channel == ChatType.GROUP else current_policy().holdout_ppm


def _materialise(plan: TouchPlan, kind: str, audience: Audience) -> int:
    """How many recipients are new to the plan; who comes twice keeps the first sender."""
    sql = _MATERIALISE.format(audience=audience.sql, planned=Touch.State.PLANNED)
    with connection.cursor() as cursor:
        cursor.execute(sql, {**audience.params, "touch_plan": plan.pk, "touch_kind": kind})
        return int(cursor.rowcount)


def _open_gate(plan: TouchPlan) -> None:
    plan.state, plan.gate_at = TouchPlan.State.OPEN, max(plan.due_at, clock.now())
    plan.gates += 1
    plan.save(update_fields=["state", "gate_at", "gates"])
    jobs.enqueue(
        "outreach.run_gate",
        {"plan_id": plan.pk},
        key=f"gate:{plan.pk}:{plan.gates}",
        due_at=plan.gate_at,
    )
