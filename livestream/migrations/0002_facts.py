"""The read contract of livestream: `fact_live_room`, `fact_live_visit`, `fact_live_event`."""

from django.db import migrations

FACT_LIVE_ROOM = """
CREATE VIEW fact_live_room AS
SELECT r.id AS room_id, r.public_id AS room_ref, r.unit_id, r.guide_id, r.purpose, r.state,
       r.started_at, r.ended_at, r.likes
FROM livestream_liveroom r
"""

FACT_LIVE_VISIT = """
CREATE VIEW fact_live_visit AS
SELECT v.id AS visit_id, v.room_id, v.member_id, v.inviter_id, v.entered_at, v.left_at,
       v.entries, v.seconds, v.likes
FROM livestream_visit v
"""

FACT_LIVE_EVENT = """
CREATE VIEW fact_live_event AS
SELECT e.id AS event_id, e.room_id, e.kind, e.member_id, i.guide_id AS inviter_id, e.visitor,
       s.sku_id, e.at
FROM livestream_liveevent e
LEFT JOIN livestream_invite i ON i.id = e.invite_id
LEFT JOIN livestream_shelfitem s ON s.id = e.item_id
"""


class Migration(migrations.Migration):
    dependencies = [("livestream", "0001_initial")]

    operations = [
        migrations.RunSQL(FACT_LIVE_ROOM, "DROP VIEW fact_live_room"),
        migrations.RunSQL(FACT_LIVE_VISIT, "DROP VIEW fact_live_visit"),
        migrations.RunSQL(FACT_LIVE_EVENT, "DROP VIEW fact_live_event"),
    ]
