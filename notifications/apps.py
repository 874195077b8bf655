from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Mail")

    def ready(self):
        from accounts import mine  # noqa: PLC0415 - models can be imported only now
        from notifications import clock, digests, examples, live, mail_examples  # noqa: PLC0415
        from notifications.mine import MailPart, NoticePart, StoppedPart  # noqa: PLC0415

        live.register_many("notifications.digest", digests.read)
        clock.register(digests.queue_due)
        examples.register(mail_examples.mails)
        mine.register(NoticePart())
        mine.register(MailPart())
        mine.register(StoppedPart())
