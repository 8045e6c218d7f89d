"""What must be true of what came in (docs/rules.md, 回调).

A check only reads; it gives how many rows it examined and a Chinese line for each
violation.
"""

from core import clock
from core.events import listeners
from core.invariants import Finding, count, violations

ENDS_WITHIN = "60 seconds"
"""How long a stored message may wait, with everything it needs up."""


_WITH_JOB = """
SELECT m.id, m.kind, j.state FROM core_inboxmessage m
LEFT JOIN core_job j ON j.key = 'inbox:' || m.id
"""


def messages_end() -> Finding:
    """E1: a message that was acknowledged is stored with its duty, and comes to an end.

    The duty is a job under the message's own key; a dead one is a letter that a person
    sees. A job that waits for its next try has not begun to be late.
    """
    found = violations(
        "消息 {0}（{1}）已确认收到，却没有对应的作业",
        f"{_WITH_JOB} WHERE j.id IS NULL ORDER BY m.id",
    )
    found += violations(
        "消息 {0}（{1}）的作业已结束（{2}），消息却还停在“已收到”",
        f"""{_WITH_JOB}
            WHERE m.state = 'stored' AND j.state IN ('done', 'cancelled') ORDER BY m.id""",
    )
    found += violations(
        "消息 {0}（{1}）等了太久还没有结局（作业 {2}）",
        f"""{_WITH_JOB}
            WHERE m.state = 'stored' AND j.state IN ('due', 'running')
              AND GREATEST(j.due_at, j.created_at)
                  < %(now)s::timestamptz - interval '{ENDS_WITHIN}'
            ORDER BY m.id""",
        {"now": clock.now()},
    )
    found += violations(
        "消息 {0}（{1}）处理失败，却没有写明原因",
        f"{_WITH_JOB} WHERE m.state = 'dead' AND m.reason = '' ORDER BY m.id",
    )
    return count("FROM core_inboxmessage"), found


def messages_act_once() -> Finding:
    """E2: one message, one duty, whatever number of copies came in."""
    found = violations(
        "消息 {0}（{1}）有 {2} 个作业，应为 1 个",
        """SELECT m.id, m.kind, count(*)
           FROM core_inboxmessage m JOIN core_job j ON j.key = 'inbox:' || m.id
           GROUP BY m.id, m.kind HAVING count(*) > 1 ORDER BY m.id""",
    )
    found += violations(
        "消息 {0} 和 {1} 是同一份内容，却各处理了一次",
        """SELECT min(m.id), max(m.id) FROM core_inboxmessage m
           GROUP BY m.source, md5(m.body) HAVING count(*) > 1 ORDER BY 1""",
    )
    return count("FROM core_inboxmessage"), found


LEFT_AFTER = "5 minutes"
"""How long a duty may stand past its time, with everything it needs up."""


def news_reaches_listeners() -> Finding:
    """E7: an announcement that was committed obliged each of its listeners, and no other did.

    A push that came in has a key like these, with a hash in the place of the number.
    A listener that was added later owes nothing for older news: it is held to what came
    after the first news it was given.
    """
    found, examined = list[str](), count("FROM core_event")
    for event, names in listeners().items():
        for name in names:
            found += violations(
                "消息 {0}（{1}）没有交给 {2}",
                """SELECT e.id, e.name, %(job)s FROM core_event e
                   WHERE e.name = %(event)s
                     AND e.id >= (SELECT min(substr(j.key, 7)::bigint) FROM core_job j
                                  JOIN core_event f ON 'event:' || f.id = j.key
                                  WHERE j.name = %(job)s AND f.name = %(event)s)
                     AND NOT EXISTS (SELECT FROM core_job j
                                     WHERE j.name = %(job)s AND j.key = 'event:' || e.id)
                   ORDER BY e.id""",
                {"event": event, "job": name},
            )
    found += violations(
        "作业 {0}（{1}）来自一条没有提交的消息",
        """SELECT j.name, j.key FROM core_job j
           LEFT JOIN core_event e ON 'event:' || e.id = j.key
           WHERE j.key ~ '^event:[0-9]{1,19}$' AND e.id IS NULL ORDER BY j.id""",
        {},
    )
    return examined, found


def work_is_not_left() -> Finding:
    """E7: a duty that was committed is run; none stands open past its time."""
    found = violations(
        "作业 {0}（{1}）到期后超过 5 分钟没有执行",
        f"""SELECT name, key FROM core_job
            WHERE state = 'due'
              AND GREATEST(due_at, created_at) < %(now)s::timestamptz - interval '{LEFT_AFTER}'
            ORDER BY id""",
        {"now": clock.now()},
    )
    return count("FROM core_job"), found
