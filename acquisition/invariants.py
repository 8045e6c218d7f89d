"""What must be true of cards and of those who came through them (docs/rules.md, 包裹卡).

Each check returns how many rows it examined and a Chinese line for each violation.
"""

from core.invariants import Finding, count, violations


def cards_are_consumed_once() -> Finding:
    """S4: a used card was used by one scan, for one person, who alone has its promise."""
    found = violations(
        "卡 {0} 的状态是 {1}，使用人却是 {2}",
        """SELECT c.serial, c.state, COALESCE(c.consumed_by_id::text, '无')
           FROM acquisition_card c
           WHERE (c.consumed_by_id IS NOT NULL)
                 <> (c.state IN ('contact_added', 'benefit_claimed', 'benefit_redeemed'))
             AND NOT (c.state = 'void') ORDER BY c.id""",
    )
    found += violations(
        "卡 {0} 被使用过，却有 {1} 次匹配的扫码，应为 1 次",
        """SELECT c.serial, count(s.id) FROM acquisition_card c
           LEFT JOIN acquisition_scan s ON s.card_id = c.id AND s.state = 'matched'
           WHERE c.consumed_by_id IS NOT NULL
           GROUP BY c.id, c.serial HAVING count(s.id) <> 1 ORDER BY c.id""",
    )
    found += violations(
        "卡 {0} 由会员 {1} 使用，匹配的扫码却属于会员 {2}",
        """SELECT c.serial, COALESCE(c.consumed_by_id::text, '无'), u.member_id
           FROM acquisition_card c
           JOIN acquisition_scan s ON s.card_id = c.id AND s.state = 'matched'
           JOIN members_customer u ON u.id = s.customer_id
           LEFT JOIN members_contact f ON f.id = s.contact_id
           WHERE c.consumed_by_id IS NULL
              OR (c.consumed_by_id <> u.member_id AND c.consumed_by_id <> f.member_id)
           ORDER BY c.id""",
    )
    return count("FROM acquisition_card"), found + _promises() + _newcomers()


def adds_act_once() -> Finding:
    """E2: one adding, one greeting, one announcement, whatever number of copies came in."""
    found = violations(
        "欢迎码 {0} 有 {1} 条欢迎语，应为 1 条",
        """SELECT left(welcome_code, 12), count(*) FROM outreach_greeting
           GROUP BY welcome_code HAVING count(*) > 1 ORDER BY 1""",
    )
    found += violations(
        "好友关系 {0} 开始了 {1} 次，却只结束了 {2} 次",
        """SELECT payload->>'contact_id', count(*) FILTER (WHERE name = 'members.contact_added'),
                  count(*) FILTER (WHERE name = 'members.contact_removed')
           FROM core_event
           WHERE name IN ('members.contact_added', 'members.contact_removed')
           GROUP BY 1
           HAVING count(*) FILTER (WHERE name = 'members.contact_added')
                  > 1 + count(*) FILTER (WHERE name = 'members.contact_removed')""",
    )
    return count("FROM outreach_greeting"), found


def _promises() -> list[str]:
    """A promise made by a card belongs to whoever used the card."""
    return violations(
        "卡 {0} 的福利发给了会员 {1}，用卡的却是 {2}",
        """SELECT c.serial, e.member_id, COALESCE(c.consumed_by_id::text, '无')
           FROM mall_entitlement e JOIN acquisition_card c ON e.source_ref = 'card:' || c.serial
           WHERE c.consumed_by_id IS DISTINCT FROM e.member_id ORDER BY c.id""",
    )


def _newcomers() -> list[str]:
    return violations(
        "会员 {0} 被 {1} 张卡算作新客，应为 1 张",
        """SELECT consumed_by_id, count(*) FROM acquisition_card WHERE is_new_person
           GROUP BY consumed_by_id HAVING count(*) > 1 ORDER BY 1""",
    )
