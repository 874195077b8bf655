"""Curators work the list of mails in trouble off: they may send a mail again and let mail go to a stopped address.

The group was made with permissions of names that these two models do not have, so that it never got them.
"""

from importlib import import_module

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

CURATORS = import_module("actors.migrations.0005_curators_group").CURATORS
MAY = ["resend_email", "lift_suppression"]


def allow(apps, schema_editor):
    create_permissions(installed.get_app_config("notifications"), apps=apps, verbosity=0)
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=CURATORS)
    permissions = apps.get_model("auth", "Permission").objects
    group.permissions.add(*permissions.filter(content_type__app_label="notifications", codename__in=MAY))


def forbid(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name=CURATORS):
        group.permissions.remove(*group.permissions.filter(codename__in=MAY))


class Migration(migrations.Migration):
    dependencies = [
        ("actors", "0008_loaded_rows"),
        ("notifications", "0002_digests_last"),
    ]

    operations = [migrations.RunPython(allow, forbid)]
