from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

MAY = [f"{verb}_{what}" for what in ("event", "programme", "round") for verb in ("view", "add", "change")]


def allow(apps, schema_editor):
    """Curators keep events, programmes and rounds of self-assessment."""
    create_permissions(installed.get_app_config("events"), apps=apps, verbosity=0)
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="events")
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="curators")
    group.permissions.add(*permissions.filter(codename__in=MAY))


def forbid(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="events")
    for group in apps.get_model("auth", "Group").objects.filter(name="curators"):
        group.permissions.remove(*permissions.filter(codename__in=MAY))


class Migration(migrations.Migration):
    dependencies = [("events", "0001_events"), ("actors", "0005_curators_group")]

    operations = [migrations.RunPython(allow, forbid)]
