from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

MAY = [f"{verb}_mission" for verb in ("view", "add", "change")]


def allow(apps, schema_editor):
    """Curators keep the missions that have no space, and publish any."""
    create_permissions(installed.get_app_config("missions"), apps=apps, verbosity=0)
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="missions")
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="curators")
    group.permissions.add(*permissions.filter(codename__in=MAY))


def forbid(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="missions")
    for group in apps.get_model("auth", "Group").objects.filter(name="curators"):
        group.permissions.remove(*permissions.filter(codename__in=MAY))


class Migration(migrations.Migration):
    dependencies = [("missions", "0003_runs"), ("actors", "0005_curators_group")]

    operations = [migrations.RunPython(allow, forbid)]
