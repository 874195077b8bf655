import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("actors", "0012_history_of_links"),
    ]

    operations = [
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254, verbose_name="address")),
                (
                    "language",
                    models.CharField(
                        choices=[("sv", "Swedish"), ("en", "English")], max_length=2, verbose_name="language"
                    ),
                ),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("weekly", "Every week, on Tuesday"),
                            ("monthly", "Every month, on the first Tuesday"),
                        ],
                        default="weekly",
                        max_length=8,
                        verbose_name="how often",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked for")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed")),
                ("told_until", models.DateTimeField(blank=True, null=True, verbose_name="told until")),
                ("mailed_for", models.DateTimeField(blank=True, null=True, verbose_name="last mail")),
                ("next_at", models.DateTimeField(blank=True, db_index=True, null=True, verbose_name="next mail")),
                (
                    "areas",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="actors.area", verbose_name="specialisation areas"
                    ),
                ),
                (
                    "themes",
                    models.ManyToManyField(blank=True, related_name="+", to="actors.theme", verbose_name="themes"),
                ),
            ],
            options={
                "verbose_name": "subscription to news",
                "verbose_name_plural": "subscriptions to news",
                "ordering": ["-asked_at", "-id"],
                "permissions": [("end_subscription", "Can end a subscription on request")],
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="subscription_email_is_lower_case",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False)), fields=("email",), name="subscription_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at", None)), fields=("email",), name="subscription_asked_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("next_at", None)),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("next_at__isnull", False),
                                ("told_until__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="subscription_is_told_when_confirmed",
                    ),
                ],
            },
        ),
    ]
