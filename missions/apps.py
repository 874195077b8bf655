from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MissionsConfig(AppConfig):
    name = "missions"
    verbose_name = _("Missions and methods")

    def ready(self):
        from accounts import mine  # noqa: PLC0415 - models are ready only now
        from actors import region  # noqa: PLC0415
        from missions.actions import told  # noqa: PLC0415
        from missions.mine import MissionPart  # noqa: PLC0415
        from missions.region import KINDS, TABLES  # noqa: PLC0415
        from notifications import subjects  # noqa: PLC0415

        for table, kind in zip(TABLES, KINDS, strict=True):
            region.register(table, kind)
        mine.register(MissionPart())
        for name, reader in told.READERS.items():
            subjects.register(name, reader)
        subjects.register_kinds(told.KINDS)
