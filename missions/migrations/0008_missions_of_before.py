from django.db import migrations

OF_BEFORE = """
UPDATE missions_mission SET
    published_at = CASE WHEN is_published THEN created_at END,
    started_at = started_on::timestamptz,
    ended_at = CASE WHEN state = 'ended' THEN ended_on::timestamptz END
"""


class Migration(migrations.Migration):
    """What was public, started and ended before these times were kept is no news."""

    dependencies = [("missions", "0007_moments")]

    operations = [migrations.RunSQL(OF_BEFORE, migrations.RunSQL.noop)]
