"""What must be true of touches at any moment at rest.

Each check returns how many rows it examined and a Chinese line for each violation. The
statements are in docs/rules.md, 不变量.
"""

import datetime as dt

from core import clock
from core.invariants import Finding, count, violations
from outreach.models import Policy
from outreach.reasons import REASONS

PROMPT = dt.timedelta(minutes=5)
"""How long something due may wait while everything works."""

DOUBT = dt.timedelta(minutes=10)


def touches_are_said_once() -> Finding:
    """E4: a recipient has one touch of a step's occurrence, and a touch goes out in one
    message: its chunk is of its plan and sender, has one msgid and no more touches in it
    than it was cut with.
    """
    found = violations(
        "触达 {0}：分批 {1} 属于别的计划或导购",
        """
        SELECT t.id, c.id FROM outreach_touch t JOIN outreach_chunk c ON c.id = t.chunk_id
        WHERE c.plan_id <> t.plan_id OR c.sender_id <> t.sender_id ORDER BY t.id
        """,
    )
    found += violations(
        "收件人 {0} 在同一步骤（{1} {2} v{3} {4}）里有 {5} 条触达",
        """
        SELECT t.recipient, p.source, p.step, p.version, p.occurrence, count(*)
        FROM outreach_touch t JOIN outreach_touchplan p ON p.id = t.plan_id
        GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1 ORDER BY 1
        """,
    )
    found += violations(
        "分批 {0}：切成 {1} 条，现有 {2} 条",
        """
        SELECT c.id, c.size, count(t.id) FROM outreach_chunk c
        LEFT JOIN outreach_touch t ON t.chunk_id = c.id
        GROUP BY c.id, c.size HAVING count(t.id) <> c.size ORDER BY c.id
        """,
    )
    found += violations(
        "群发 {0} 被记在 {1} 个分批上",
        """
        SELECT msgid, count(*) FROM outreach_chunk WHERE msgid <> ''
        GROUP BY msgid HAVING count(*) > 1 ORDER BY msgid
        """,
    )
    return count("FROM outreach_touch"), found


def touches_end_with_a_reason() -> Finding:
    """E5: nothing due waits unseen, no outcome stays unknown, and what did not arrive says
    why; what is sent has a message behind it.
    """
    moments = {"due": clock.now() - PROMPT, "doubt": clock.now() - DOUBT}
    found = violations(
        "触达 {0}：{1} 到期后无人处理（计划 {2}）",
        """
        SELECT t.id, t.state, p.public_id FROM outreach_touch t
        JOIN outreach_touchplan p ON p.id = t.plan_id
        WHERE (t.state = 'planned' AND p.due_at < %(due)s)
           OR (t.state = 'held' AND t.hold_until < %(due)s)
           OR (t.state = 'queued' AND t.chunk_id IS NULL)
        ORDER BY t.id
        """,
        moments,
    )
    found += violations(
        "分批 {0}：{1} 超过 10 分钟没有结果",
        """
        SELECT id, state FROM outreach_chunk
        WHERE (state = 'queued' AND retry_at < %(doubt)s)
           OR (state IN ('sending', 'unknown') AND sending_at < %(doubt)s)
           OR (state = 'submitted' AND (poll_at IS NULL OR poll_at < %(doubt)s)) ORDER BY id
        """,
        moments,
    )
    return count("FROM outreach_touch"), found + _unexplained() + _left_open()


def _left_open() -> list[str]:
    return violations(
        "计划 {0}：没有未了的触达，却还在进行中",
        """
        SELECT p.public_id FROM outreach_touchplan p
        WHERE p.state = 'open' AND GREATEST(p.due_at, p.created_at) < %(doubt)s
          AND NOT EXISTS (
            SELECT FROM outreach_touch t
            WHERE t.plan_id = p.id AND t.state IN ('planned', 'held', 'queued')) ORDER BY p.id
        """,
        {"doubt": clock.now() - DOUBT},
    )


def _unexplained() -> list[str]:
    found = violations(
        "触达 {0}：{1}，原因“{2}”不在册",
        """
        SELECT id, state, reason FROM outreach_touch
        WHERE (state IN ('skipped', 'failed', 'expired', 'cancelled', 'held')
               AND NOT reason = ANY(%(codes)s))
           OR (state = 'sent' AND (sent_at IS NULL OR chunk_id IS NULL)) ORDER BY id
        """,
        {"codes": list(REASONS)},
    )
    return found + violations(
        "触达 {0}：已随分批 {1} 结束（{2}），自己还开着",
        """
        SELECT t.id, c.id, c.state FROM outreach_touch t
        JOIN outreach_chunk c ON c.id = t.chunk_id
        WHERE t.state = 'queued' AND c.state IN ('done', 'failed', 'expired', 'cancelled')
        ORDER BY t.id
        """,
    )


def touches_keep_to_the_rules() -> Finding:
    """E6: no message is handed over in the quiet hours, nor for somebody who had left or
    had opted out by then, and no quota is overdrawn.
    """
    policy = Policy.objects.filter(pk=1).first() or Policy()
    quiet = {
        "from": policy.quiet_from,
        "people": policy.quiet_until,
        "groups": policy.groups_from,
        "since": policy.changed_at,
    }
    found = violations(
        "分批 {0}：在静默时段提交（{1}）",
        """
        SELECT id, local FROM (
            SELECT k.id, (k.sending_at AT TIME ZONE 'Asia/Shanghai')::time AS local,
                   CASE p.channel WHEN 'group' THEN %(groups)s::time
                        ELSE %(people)s::time END AS until
            FROM outreach_chunk k JOIN outreach_touchplan p ON p.id = k.plan_id
            WHERE k.submitted_at IS NOT NULL
              AND (%(since)s::timestamptz IS NULL OR k.sending_at > %(since)s)) c
        WHERE CASE WHEN %(from)s > until THEN local >= %(from)s OR local < until
                   ELSE local >= %(from)s AND local < until END
        ORDER BY id
        """,
        quiet,
    )
    return count("FROM outreach_chunk"), found + _unwilling()


def _unwilling() -> list[str]:
    found = violations(
        "触达 {0}：客户在提交前已经离开",
        """
        SELECT t.id FROM outreach_touch t
        JOIN outreach_chunk c ON c.id = t.chunk_id AND c.submitted_at IS NOT NULL
        JOIN outreach_touchplan p ON p.id = t.plan_id AND p.channel = 'single'
        JOIN fact_contact f ON f.external_userid = t.recipient AND f.staff_id = t.sender_id
        WHERE t.state IN ('queued', 'sent') AND f.state = 'removed'
          AND f.removed_at < c.sending_at ORDER BY t.id
        """,
    )
    return found + violations(
        "触达 {0}：客户在提交前已表示不接收消息",
        """
        SELECT t.id FROM outreach_touch t
        JOIN outreach_chunk c ON c.id = t.chunk_id AND c.submitted_at IS NOT NULL
        JOIN outreach_touchplan p ON p.id = t.plan_id AND p.channel = 'single'
        JOIN members_consent n ON n.member_id = t.member_id AND n.purpose = 'reach.none'
        WHERE t.state IN ('queued', 'sent') AND n.given_at < c.sending_at
          AND (n.withdrawn_at IS NULL OR n.withdrawn_at > c.sending_at) ORDER BY t.id
        """,
    )


CHECKS = {
    "E4": (touches_are_said_once,),
    "E5": (touches_end_with_a_reason,),
    "E6": (touches_keep_to_the_rules,),
}
