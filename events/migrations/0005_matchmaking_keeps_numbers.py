from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0004_walk_ins")]

    operations = [
        *(
            migrations.AddField(
                "matchmaking", name, models.PositiveIntegerField(default=0, editable=False, verbose_name=label)
            )
            for name, label in (
                ("meetings", "meetings"),
                ("asked", "people asked what came of it"),
                ("together", "do something together"),
                ("talking", "are still talking"),
                ("nothing", "nothing came of it"),
            )
        ),
        migrations.AddField(
            "matchmaking",
            "counted_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="people became numbers"),
        ),
    ]
