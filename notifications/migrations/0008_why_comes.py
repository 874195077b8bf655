from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0007_email_to_any_letters")]

    operations = [
        migrations.AlterField(
            model_name="notification",
            name="why",
            field=models.CharField(
                choices=[
                    ("spoken_to", "you are spoken to"),
                    ("decides", "you have a say in it"),
                    ("owns", "the task is yours"),
                    ("follows", "you follow the discussion"),
                    ("member", "you are a member of the space"),
                    ("comes", "you are signed up"),
                ],
                max_length=20,
                verbose_name="why",
            ),
        ),
    ]
