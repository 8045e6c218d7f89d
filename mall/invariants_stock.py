"""What must be true of pieces and of flash sales at any moment at rest (docs/rules.md, 不变量)."""

from core.invariants import Check, Finding, count, violations


def stock_adds_up() -> Finding:
    """S1: what a place counts as sold is what lines hold there and what lies in buckets of
    its flash sales, within what it ever had.
    """
    found = violations(
        "库存 {0}：已售 {1}，在手 {2}，明细占用 {3}，秒杀待售 {4}",
        """
        SELECT k.code, s.sold, s.on_hand, COALESCE(l.held, 0), COALESCE(b.pieces, 0)
        FROM mall_stock s
        JOIN mall_sku k ON k.id = s.sku_id
        LEFT JOIN (
            SELECT sku_id, location_id, SUM(held) AS held FROM mall_orderline
            WHERE held > 0 GROUP BY sku_id, location_id
        ) l ON l.sku_id = s.sku_id AND l.location_id = s.location_id
        LEFT JOIN (
            SELECT stock_id, SUM(pieces) AS pieces FROM mall_stockbucket GROUP BY stock_id
        ) b ON b.stock_id = s.id
        WHERE s.sold <> COALESCE(l.held, 0) + COALESCE(b.pieces, 0)
           OR s.sold NOT BETWEEN 0 AND s.on_hand
        ORDER BY k.code
        """,
    )
    return count("FROM mall_stock"), found


def sales_add_up() -> Finding:
    """S1: while a flash sale runs, what its buyers hold and what its buckets hold is what was
    set aside; once it has ended, its buyers hold no more than that.
    """
    found = violations(
        "秒杀 {0}：划出 {1} 件，买家占用 {2} 件，待售 {3} 件",
        """
        SELECT f.public_id, f.quantity, COALESCE(c.taken, 0), COALESCE(b.pieces, 0)
        FROM mall_flashsale f
        LEFT JOIN (SELECT sale_id, SUM(taken) AS taken FROM mall_flashclaim GROUP BY sale_id) c
            ON c.sale_id = f.id
        LEFT JOIN (SELECT sale_id, SUM(pieces) AS pieces FROM mall_stockbucket GROUP BY sale_id) b
            ON b.sale_id = f.id
        WHERE CASE WHEN f.ended_at IS NULL
                   THEN COALESCE(c.taken, 0) + COALESCE(b.pieces, 0) <> f.quantity
                   ELSE COALESCE(c.taken, 0) > f.quantity OR b.pieces IS NOT NULL END
        ORDER BY f.public_id
        """,
    )
    return count("FROM mall_flashsale"), found


def pieces_go_back_once() -> Finding:
    """S2: what a line gave back, over all its reasons, and what it still holds is within
    what was bought; a line of an order that was never paid and is closed gave back all.
    """
    found = violations(
        "商品行 {0}：买 {1} 件，归还 {2} 件，仍占用 {3} 件",
        """
        SELECT l.id, l.quantity, r.given, l.held
        FROM mall_orderline l
        JOIN mall_order o ON o.id = l.order_id
        JOIN (
            SELECT line_id, SUM(quantity) AS given FROM mall_stockrelease GROUP BY line_id
        ) r ON r.line_id = l.id
        WHERE r.given + l.held > l.quantity
           OR (o.state = 'closed' AND o.paid_at IS NULL AND r.given <> l.quantity)
        ORDER BY l.id
        """,
    )
    return count("FROM mall_stockrelease"), found


def persons_keep_to_the_limit() -> Finding:
    """S3: a person holds what their count says and no more than the sale allows one person,
    over all the logins that share a unionid or a member.
    """
    found = violations(
        "秒杀 {0} 的买家 {1}：记数 {2} 件，占用 {3} 件，每人限购 {4} 件",
        """
        SELECT f.public_id, c.person, c.taken, COALESCE(l.held, 0), f.per_person
        FROM mall_flashclaim c
        JOIN mall_flashsale f ON f.id = c.sale_id
        LEFT JOIN (
            SELECT claim_id, SUM(held) AS held FROM mall_orderline
            WHERE claim_id IS NOT NULL GROUP BY claim_id
        ) l ON l.claim_id = c.id
        WHERE c.taken <> COALESCE(l.held, 0) OR c.taken > f.per_person
        ORDER BY 1, 2
        """,
    )
    found += violations(
        "秒杀 {0}：同一个人（{1}）用几个登录占用 {2} 件，每人限购 {3} 件",
        """
        SELECT f.public_id, p.person, SUM(l.held), f.per_person
        FROM mall_orderline l
        JOIN mall_order o ON o.id = l.order_id
        JOIN (
            SELECT id, COALESCE(NULLIF(unionid, ''), 'm:' || member_id) AS person
            FROM members_customer
        ) p ON p.id = o.customer_id
        JOIN mall_flashclaim c ON c.id = l.claim_id
        JOIN mall_flashsale f ON f.id = c.sale_id
        GROUP BY f.id, f.public_id, f.per_person, p.person
        HAVING SUM(l.held) > f.per_person
        ORDER BY 1, 2
        """,
    )
    return count("FROM mall_flashclaim"), found


CHECKS: dict[str, tuple[Check, ...]] = {
    "S1": (stock_adds_up, sales_add_up),
    "S2": (pieces_go_back_once,),
    "S3": (persons_keep_to_the_limit,),
}
