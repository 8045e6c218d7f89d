from django.db import migrations

FACT_TOUCH = """
CREATE VIEW fact_touch AS
SELECT t.id AS touch_id, t.plan_id, p.source, p.step, p.occurrence, p.channel, p.scene,
       p.content_type,
       CASE p.channel WHEN 'group' THEN 'group' ELSE 'contact' END AS recipient_kind,
       t.recipient, t.member_id, t.sender_id, t.unit_id,
       CASE WHEN t.state = 'queued'
                 AND c.state IN ('sending', 'unknown', 'parked', 'submitted') THEN c.state
            ELSE t.state END AS state,
       t.reason, t.is_holdout, p.due_at, c.submitted_at, c.confirmed_at, t.sent_at
FROM outreach_touch t
JOIN outreach_touchplan p ON p.id = t.plan_id
LEFT JOIN outreach_chunk c ON c.id = t.chunk_id
"""


class Migration(migrations.Migration):
    dependencies = [("outreach", "0002_touches")]

    operations = [migrations.RunSQL(FACT_TOUCH, "DROP VIEW fact_touch")]
