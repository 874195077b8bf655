from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

CURATORS = "curators"
MAY = {
    "accounts": ["view_user", "view_auditentry"],
    "actors": [
        "curate_actor",
        *(f"{verb}_actor" for verb in ("view", "add", "change")),
        *(f"{verb}_representative" for verb in ("view", "add", "change", "delete")),
        *(f"{verb}_claim" for verb in ("view", "change")),
        *(f"{verb}_twinpair" for verb in ("view", "change")),
        *(f"{verb}_{tag}" for tag in ("area", "theme", "municipality") for verb in ("view", "change")),
        *(f"{verb}_competence" for verb in ("view", "add", "change")),
    ],
    "notifications": ["view_email", "change_email", "view_suppression", "delete_suppression"],
}


def make_group(apps, schema_editor):
    """Permissions are normally written after the last migration; a group needs them now."""
    for label in MAY:
        create_permissions(installed.get_app_config(label), apps=apps, verbosity=0)
    permission = apps.get_model("auth", "Permission")
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=CURATORS)
    for label, names in MAY.items():
        group.permissions.add(*permission.objects.filter(content_type__app_label=label, codename__in=names))


def remove_group(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=CURATORS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("actors", "0004_curation"),
        ("accounts", "0001_people_and_log"),
        ("notifications", "0001_outbox"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_group, remove_group)]
