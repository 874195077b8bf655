from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("platforms", "0003_pulse")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="resolution",
            field=models.TextField(blank=True, max_length=2000, verbose_name="how objections were dealt with"),
        ),
        migrations.AddField(
            model_name="documentversion",
            name="due_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="to be looked at"),
        ),
        migrations.AddField(
            model_name="documentversion",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="tries"),
        ),
        migrations.AddIndex(
            model_name="documentversion",
            index=models.Index(
                condition=models.Q(("due_at", None), _negated=True), fields=["due_at"], name="document_version_due"
            ),
        ),
    ]
