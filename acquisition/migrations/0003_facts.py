from django.db import migrations

FACT_CARD = """
CREATE VIEW fact_card AS
SELECT c.id AS card_id, c.batch_id, b.platform, c.state, c.shipped_at, c.delivered_at,
       c.scanned_at, c.added_at, c.claimed_at, c.redeemed_at, c.is_new_person,
       c.consumed_by_id
FROM acquisition_card c JOIN acquisition_cardbatch b ON b.id = c.batch_id
"""

FACT_CARD_COST = """
CREATE VIEW fact_card_cost AS
SELECT b.id AS batch_id, 'print' AS kind, b.print_cost_fen::bigint * b.size AS amount_fen,
       b.created_at AS at
FROM acquisition_cardbatch b WHERE b.print_cost_fen > 0
UNION ALL
SELECT b.id, 'insert', b.insert_cost_fen::bigint, c.shipped_at
FROM acquisition_card c JOIN acquisition_cardbatch b ON b.id = c.batch_id
WHERE c.shipped_at IS NOT NULL AND b.insert_cost_fen > 0
UNION ALL
SELECT c.batch_id, 'benefit', c.benefit_cost_fen::bigint, c.redeemed_at
FROM acquisition_card c
WHERE c.redeemed_at IS NOT NULL AND c.benefit_cost_fen IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("acquisition", "0002_suspicion_and_holds")]

    operations = [
        migrations.RunSQL(FACT_CARD, "DROP VIEW fact_card"),
        migrations.RunSQL(FACT_CARD_COST, "DROP VIEW fact_card_cost"),
    ]
