"""The mall's read contract: `fact_order`, `fact_order_line`, `fact_refund`.

A file says what was refunded but not always when: an imported refund is dated by the
file's last known time of the order (docs/rules.md, 事实视图).
"""

from django.db import migrations

FACT_ORDER = """
CREATE VIEW fact_order AS
SELECT id AS order_id, platform, kind, state, brand_id, store_id, member_id, placed_at,
       paid_at, received_at, total_fen, paid_fen, freight_fen, refunded_fen
FROM mall_order
"""

FACT_ORDER_LINE = """
CREATE VIEW fact_order_line AS
SELECT id AS line_id, order_id, sku_id, sku_code, quantity, amount_fen, paid_fen,
       refunded_fen, cost_fen, is_gift
FROM mall_orderline
"""

FACT_REFUND = """
CREATE VIEW fact_refund AS
SELECT id AS refund_id, order_id, amount_fen, succeeded_at, kind
FROM mall_refund
WHERE state = 'success' AND kind = 'after_sale'
UNION ALL
SELECT -id, id, refunded_fen, COALESCE(closed_at, received_at, paid_at, placed_at),
       CASE kind WHEN 'cancellation' THEN 'cancellation' ELSE 'imported' END
FROM mall_order
WHERE platform <> 'own' AND refunded_fen > 0
"""


class Migration(migrations.Migration):
    dependencies = [("mall", "0002_commerce")]

    operations = [
        migrations.RunSQL(FACT_ORDER, "DROP VIEW fact_order"),
        migrations.RunSQL(FACT_ORDER_LINE, "DROP VIEW fact_order_line"),
        migrations.RunSQL(FACT_REFUND, "DROP VIEW fact_refund"),
    ]
