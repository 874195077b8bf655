from django.db import migrations


class Migration(migrations.Migration):
    """Nobody was ever asked for words."""

    dependencies = [("events", "0006_closed_rounds_are_fixed")]

    operations = [migrations.RemoveField(model_name="followup", name="words")]
