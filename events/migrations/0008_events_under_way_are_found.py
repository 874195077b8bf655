from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import migrations
from django.db.models import Func


class Migration(migrations.Migration):
    dependencies = [("events", "0007_follow_ups_have_no_words")]

    operations = [
        migrations.AddIndex(
            "event",
            GistIndex(
                Func("starts_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField()),
                name="event_under_way",
            ),
        ),
    ]
