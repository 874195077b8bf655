from django.db import migrations

OF_BEFORE = """
UPDATE platforms_partnership SET
    published_at = CASE WHEN is_published THEN created_at END,
    started_at = CASE WHEN status <> 'forming' THEN created_at END
"""


class Migration(migrations.Migration):
    """What was public and started before these times were kept is no news: it has been so since it was made."""

    dependencies = [("platforms", "0005_partnership_first_times")]

    operations = [migrations.RunSQL(OF_BEFORE, migrations.RunSQL.noop)]
