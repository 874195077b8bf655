from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlatformsConfig(AppConfig):
    name = "platforms"
    verbose_name = _("Partnerships and spaces")

    def ready(self):
        from accounts import mine  # noqa: PLC0415 - models are ready only now
        from actors import region  # noqa: PLC0415
        from notifications import examples, live, subjects, wishes  # noqa: PLC0415
        from notifications import news as public_news  # noqa: PLC0415
        from platforms import mail_examples, news  # noqa: PLC0415
        from platforms.actions import mails, pulse, talk_mail, told  # noqa: PLC0415
        from platforms.mine import SpacePart  # noqa: PLC0415
        from platforms.region import KIND, TABLE  # noqa: PLC0415

        region.register(TABLE, KIND)
        mine.register(SpacePart())
        examples.register(mail_examples.mails)
        for name, reader in (mails.READERS | talk_mail.READERS).items():
            live.register(name, reader)
        for name, reader in mails.READERS_OF_MANY.items():
            live.register_many(name, reader)
        for name, reader in told.READERS.items():
            subjects.register(name, reader)
        subjects.register_dates(told.dates)
        wishes.register(told.FOLLOWED, _("New posts in discussions that I follow"))
        wishes.register(pulse.SILENT, _("Questions about spaces that I coordinate and that fell silent"))
        wishes.register(pulse.RESTS, _("News that a space that I coordinate was put to rest"))
        subjects.register_kinds(told.KINDS)
        public_news.register(news.KIND)
