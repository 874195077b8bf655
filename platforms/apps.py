from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlatformsConfig(AppConfig):
    name = "platforms"
    verbose_name = _("Partnerships and spaces")

    def ready(self):
        from notifications import live  # noqa: PLC0415 - models are ready only now
        from platforms.actions import talk_mail  # noqa: PLC0415

        live.register(talk_mail.POST, talk_mail.read_post)
        live.register(talk_mail.ANSWER, talk_mail.read_answer)
