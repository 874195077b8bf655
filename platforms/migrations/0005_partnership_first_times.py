import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("platforms", "0004_work_files_due_and_resolution"),
    ]

    operations = [
        migrations.AddField(
            model_name="partnership",
            name="published_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="public since"),
        ),
        migrations.AddField(
            model_name="partnership",
            name="started_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="started"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="partnership",
            trigger=pgtrigger.compiler.Trigger(
                name="first_times",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nNEW.published_at := coalesce(NEW.published_at, OLD.published_at, CASE WHEN NEW.is_published THEN now() END);\nNEW.started_at := coalesce(NEW.started_at, OLD.started_at, CASE WHEN NEW.status = 'active' THEN now() END);\nRETURN NEW;\n",
                    hash="13cfad45c11c5e2dac66dcb01826183858115ff7",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_first_times_2cf95",
                    table="platforms_partnership",
                    when="BEFORE",
                ),
            ),
        ),
    ]
