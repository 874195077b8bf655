from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlatformsConfig(AppConfig):
    name = "platforms"
    verbose_name = _("Partnerships and spaces")

    def ready(self):
        from notifications import live  # noqa: PLC0415 - models can be imported only now
        from platforms import mails  # noqa: PLC0415

        live.register("space", mails.about_a_space)
        from actors.region import register  # noqa: PLC0415 - models are ready only now
        from platforms.region import KIND, TABLE  # noqa: PLC0415

        register(TABLE, KIND)
