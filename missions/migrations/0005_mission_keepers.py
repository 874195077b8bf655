from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

NAME = "mission_keepers"
MAY = {
    "missions": ["view_method", "change_method", "view_mission", "add_mission", "change_mission"],
    "accounts": ["view_user"],  # to find the owners of a method
}


def allow(apps, schema_editor):
    """Those who keep methods and missions: staff who draft and publish versions, and keep missions without a space."""
    permission = apps.get_model("auth", "Permission")
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=NAME)
    for label, names in MAY.items():
        create_permissions(installed.get_app_config(label), apps=apps, verbosity=0)
        group.permissions.add(*permission.objects.filter(content_type__app_label=label, codename__in=names))


def forbid(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("missions", "0004_curators_keep_missions"), ("accounts", "0001_people_and_log")]

    operations = [migrations.RunPython(allow, forbid)]
