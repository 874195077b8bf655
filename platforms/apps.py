from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlatformsConfig(AppConfig):
    name = "platforms"
    verbose_name = _("Partnerships and spaces")

    def ready(self):
        from actors.region import register  # noqa: PLC0415 - models are ready only now
        from platforms.region import KIND, TABLE  # noqa: PLC0415

        register(TABLE, KIND)
