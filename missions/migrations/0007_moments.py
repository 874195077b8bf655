import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("missions", "0006_needs"),
    ]

    operations = [
        migrations.AddField(
            model_name="mission",
            name="ended_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="end entered"),
        ),
        migrations.AddField(
            model_name="mission",
            name="published_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="public since"),
        ),
        migrations.AddField(
            model_name="mission",
            name="started_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="start entered"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="mission",
            trigger=pgtrigger.compiler.Trigger(
                name="moments",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nNEW.published_at := coalesce(NEW.published_at, OLD.published_at, CASE WHEN NEW.is_published THEN now() END);\nNEW.started_at := coalesce(NEW.started_at, OLD.started_at, CASE WHEN NEW.state = 'started' THEN now() END);\nNEW.ended_at := CASE WHEN NEW.state = 'ended' THEN coalesce(NEW.ended_at, OLD.ended_at, now()) END;\nRETURN NEW;\n",
                    hash="37753a7968c809554499601748039f4db904ff5e",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_moments_0d2ea",
                    table="missions_mission",
                    when="BEFORE",
                ),
            ),
        ),
    ]
