from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Mail")

    def ready(self):
        from accounts import mine  # noqa: PLC0415 - models can be imported only now
        from notifications.mine import MailPart, StoppedPart  # noqa: PLC0415

        mine.register(MailPart())
        mine.register(StoppedPart())
