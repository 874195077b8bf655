from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

NAME = "mission_keepers"
MAY = ["view_method", "change_method", "view_mission", "add_mission", "change_mission"]


def allow(apps, schema_editor):
    """Those who keep methods and missions: staff who draft and publish versions, and keep missions without a space."""
    create_permissions(installed.get_app_config("missions"), apps=apps, verbosity=0)
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="missions")
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=NAME)
    group.permissions.add(*permissions.filter(codename__in=MAY))


def forbid(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("missions", "0003_runs"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(allow, forbid)]
