from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events and ability")

    def ready(self):
        from actors import region  # noqa: PLC0415 - models are ready only now
        from events.region import KINDS, TABLES  # noqa: PLC0415

        for table, kind in zip(TABLES, KINDS, strict=True):
            region.register(table, kind)
