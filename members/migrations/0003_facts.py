from django.db import migrations

FACT_CONTACT = """
CREATE VIEW fact_contact AS
SELECT c.id AS contact_id, c.member_id, c.staff_id, s.unit_id,
       CASE WHEN c.is_active THEN 'active' ELSE 'removed' END AS state,
       c.is_new_person, c.added_at, c.removed_at, c.removed_by
FROM members_contact c JOIN org_staff s ON s.id = c.staff_id
"""

FACT_MEMBER = """
CREATE VIEW fact_member AS
SELECT m.id AS member_id, m.source, m.owner_id, m.unit_id, m.created_at
FROM members_member m
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0002_contact_departures"), ("org", "0001_initial")]

    operations = [
        migrations.RunSQL(FACT_CONTACT, "DROP VIEW fact_contact"),
        migrations.RunSQL(FACT_MEMBER, "DROP VIEW fact_member"),
    ]
