from django.db import migrations

FACT_CONTACT = """
CREATE OR REPLACE VIEW fact_contact AS
SELECT c.id AS contact_id, c.member_id, c.staff_id, s.unit_id,
       CASE WHEN c.is_active THEN 'active' ELSE 'removed' END AS state,
       c.is_new_person, c.added_at, c.removed_at, c.removed_by, c.external_userid
FROM members_contact c JOIN org_staff s ON s.id = c.staff_id
"""

FACT_CONTACT_BEFORE = """
DROP VIEW fact_contact;
CREATE VIEW fact_contact AS
SELECT c.id AS contact_id, c.member_id, c.staff_id, s.unit_id,
       CASE WHEN c.is_active THEN 'active' ELSE 'removed' END AS state,
       c.is_new_person, c.added_at, c.removed_at, c.removed_by
FROM members_contact c JOIN org_staff s ON s.id = c.staff_id
"""

FACT_PREFERENCE = """
CREATE VIEW fact_preference AS
SELECT c.member_id,
       bool_or(c.purpose = 'reach.none') AS wants_none,
       bool_or(c.purpose = 'reach.guide') AS wants_guide_only,
       max(c.given_at) FILTER (WHERE c.purpose = 'reach.fewer') AS fewer_since
FROM members_consent c
WHERE c.withdrawn_at IS NULL AND c.purpose IN ('reach.none', 'reach.guide', 'reach.fewer')
GROUP BY c.member_id
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0003_facts")]

    operations = [
        migrations.RunSQL(FACT_CONTACT, FACT_CONTACT_BEFORE),
        migrations.RunSQL(FACT_PREFERENCE, "DROP VIEW fact_preference"),
    ]
