"""The read contract of community: `fact_group`, `fact_group_stay`, `fact_group_speech`, `fact_slot`.

Who spoke is staff where any stay of theirs in the group was; an empty `person` says that
nobody spoke that day, which a day without rows does not.
"""

from django.db import migrations

FACT_GROUP = """
CREATE VIEW fact_group AS
SELECT id AS group_id, chat_id, group_type, unit_id, owner_id, state, staff_count,
       contact_count, created_at
FROM community_customergroup
"""

FACT_GROUP_STAY = """
CREATE VIEW fact_group_stay AS
SELECT group_id, person, unionid, kind, joined_at, left_at FROM community_groupmember
"""

FACT_GROUP_SPEECH = """
CREATE VIEW fact_group_speech AS
SELECT s.group_id, s.person, s.day, s.messages,
       EXISTS (SELECT 1 FROM community_groupmember m
               WHERE m.group_id = s.group_id AND m.person = s.person AND m.kind = 'staff')
       AS is_staff
FROM community_groupspeech s
"""

FACT_SLOT = """
CREATE VIEW fact_slot AS
SELECT r.id AS run_id, r.calendar_id, c.brand_id, c.group_type, s.scene, s.content_type,
       r.day, r.due_at, r.closed_at, r.state, r.groups, r.sent, r.on_time, r.failed
FROM community_slotrun r
JOIN community_sopcalendar c ON c.id = r.calendar_id
JOIN community_sopslot s ON s.id = r.slot_id
"""


class Migration(migrations.Migration):
    dependencies = [("community", "0001_initial")]

    operations = [
        migrations.RunSQL(FACT_GROUP, "DROP VIEW fact_group"),
        migrations.RunSQL(FACT_GROUP_STAY, "DROP VIEW fact_group_stay"),
        migrations.RunSQL(FACT_GROUP_SPEECH, "DROP VIEW fact_group_speech"),
        migrations.RunSQL(FACT_SLOT, "DROP VIEW fact_slot"),
    ]
