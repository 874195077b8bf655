from importlib import import_module

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

CURATORS = import_module("actors.migrations.0005_curators_group").CURATORS
MAY = ["view_subscription", "end_subscription"]


def allow(apps, schema_editor):
    """Curators answer whoever asks them to end their news."""
    create_permissions(installed.get_app_config("insight"), apps=apps, verbosity=0)
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=CURATORS)
    permissions = apps.get_model("auth", "Permission").objects
    group.permissions.add(*permissions.filter(content_type__app_label="insight", codename__in=MAY))


def forbid(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name=CURATORS):
        group.permissions.remove(*group.permissions.filter(codename__in=MAY))


class Migration(migrations.Migration):
    dependencies = [("insight", "0001_subscriptions"), ("actors", "0005_curators_group")]

    operations = [migrations.RunPython(allow, forbid)]
