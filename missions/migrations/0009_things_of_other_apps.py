from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("missions", "0008_missions_of_before"),
        ("platforms", "0006_partnerships_of_before"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="evidence",
            name="evidence_is_one_thing",
        ),
        migrations.RemoveConstraint(
            model_name="methodversion",
            name="method_version_retired_after_published",
        ),
        migrations.RemoveConstraint(
            model_name="outputevidence",
            name="output_evidence_is_one_thing",
        ),
        migrations.AddField(
            model_name="evidence",
            name="thing",
            field=models.CharField(blank=True, max_length=60, verbose_name="thing of another part of the hub"),
        ),
        migrations.AddField(
            model_name="outputevidence",
            name="thing",
            field=models.CharField(blank=True, max_length=60, verbose_name="thing of another part of the hub"),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(
                            ("decision", None),
                            ("measurement", None),
                            ("thing", ""),
                            ("url", ""),
                            models.Q(("document", None), _negated=True),
                        ),
                        models.Q(
                            ("document", None),
                            ("measurement", None),
                            ("thing", ""),
                            ("url", ""),
                            models.Q(("decision", None), _negated=True),
                        ),
                        models.Q(
                            ("decision", None),
                            ("document", None),
                            ("thing", ""),
                            ("url", ""),
                            models.Q(("measurement", None), _negated=True),
                        ),
                        models.Q(
                            ("decision", None),
                            ("document", None),
                            ("measurement", None),
                            ("url", ""),
                            models.Q(("thing", ""), _negated=True),
                        ),
                        models.Q(
                            ("decision", None),
                            ("document", None),
                            ("measurement", None),
                            ("thing", ""),
                            models.Q(("url", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    models.Q(("thing", ""), ("thing__regex", "^[a-z]+:[1-9][0-9]*$"), _connector="OR"),
                ),
                name="evidence_is_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="methodversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("retired_at", None),
                    models.Q(("published_at__isnull", False), ("published_at__lte", models.F("retired_at"))),
                    _connector="OR",
                ),
                name="method_version_retired_after_published",
            ),
        ),
        migrations.AddConstraint(
            model_name="outputevidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(
                            ("decision", None),
                            ("measurement", None),
                            ("thing", ""),
                            ("url", ""),
                            models.Q(("document", None), _negated=True),
                        ),
                        models.Q(
                            ("document", None),
                            ("measurement", None),
                            ("thing", ""),
                            ("url", ""),
                            models.Q(("decision", None), _negated=True),
                        ),
                        models.Q(
                            ("decision", None),
                            ("document", None),
                            ("thing", ""),
                            ("url", ""),
                            models.Q(("measurement", None), _negated=True),
                        ),
                        models.Q(
                            ("decision", None),
                            ("document", None),
                            ("measurement", None),
                            ("url", ""),
                            models.Q(("thing", ""), _negated=True),
                        ),
                        models.Q(
                            ("decision", None),
                            ("document", None),
                            ("measurement", None),
                            ("thing", ""),
                            models.Q(("url", ""), _negated=True),
                        ),
                        _connector="OR",
                    ),
                    models.Q(("thing", ""), ("thing__regex", "^[a-z]+:[1-9][0-9]*$"), _connector="OR"),
                ),
                name="output_evidence_is_one_thing",
            ),
        ),
    ]
