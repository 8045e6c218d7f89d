"""The read contract of distribution: `fact_commission` and `fact_attribution`.

`fact_attribution` has a row for each part of a line's performance and a negative one for
each part that a refund took back, dated by `at`: sums over any period are net.
"""

from django.db import migrations

FACT_COMMISSION = """
CREATE VIEW fact_commission AS
SELECT c.id AS commission_id, l.order_id, c.line_id, c.guide_id, s.unit_id, c.role, c.state,
       c.base_fen, c.pool_fen, c.amount_fen, c.reversed_fen,
       c.amount_fen - c.reversed_fen AS net_fen,
       c.estimated_at, c.frozen_at, c.settleable_at, c.settled_at
FROM distribution_commission c
JOIN mall_orderline l ON l.id = c.line_id
JOIN org_staff s ON s.id = c.guide_id
"""

FACT_ATTRIBUTION = """
CREATE VIEW fact_attribution AS
SELECT l.order_id, p.line_id, p.guide_id, p.unit_id, p.role, p.amount_fen,
       p.role IN ('sharer', 'both') AS is_share,
       p.role IN ('bound', 'both') AS is_bind,
       p.refund_id, p.at
FROM distribution_performanceshare p
JOIN mall_orderline l ON l.id = p.line_id
"""


class Migration(migrations.Migration):
    dependencies = [("distribution", "0002_promoters_and_refunds")]

    operations = [
        migrations.RunSQL(FACT_COMMISSION, "DROP VIEW fact_commission"),
        migrations.RunSQL(FACT_ATTRIBUTION, "DROP VIEW fact_attribution"),
    ]
