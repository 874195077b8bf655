from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

MAY = {
    "curators": [
        "add_space",
        *(f"{verb}_{row}" for row in ("partnership", "partnershipmember") for verb in ("view", "add", "change")),
        *(f"{verb}_agreement" for verb in ("view", "add")),
        "delete_partnershipmember",
        "view_agreementacceptance",
    ],
    "registrars": ["export_space"],
}


def allow(apps, schema_editor):
    """Curators look after partnerships and open spaces; registrars give out whole spaces as public records."""
    create_permissions(installed.get_app_config("platforms"), apps=apps, verbosity=0)
    permission = apps.get_model("auth", "Permission")
    for name, codenames in MAY.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(*permission.objects.filter(content_type__app_label="platforms", codename__in=codenames))


def forbid(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="platforms")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=MAY):
        group.permissions.remove(*permissions)
    apps.get_model("auth", "Group").objects.filter(name="registrars").delete()


class Migration(migrations.Migration):
    dependencies = [("platforms", "0001_partnerships_and_spaces"), ("actors", "0005_curators_group")]

    operations = [migrations.RunPython(allow, forbid)]
