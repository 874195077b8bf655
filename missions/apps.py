from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MissionsConfig(AppConfig):
    name = "missions"
    verbose_name = _("Missions and methods")

    def ready(self):
        from accounts import mine  # noqa: PLC0415 - models are ready only now
        from actors import region  # noqa: PLC0415
        from missions import mail_examples, news  # noqa: PLC0415
        from missions.actions import promises, told  # noqa: PLC0415
        from missions.mine import MissionPart  # noqa: PLC0415
        from missions.offered import OfferPart  # noqa: PLC0415
        from missions.public_record import missions_of  # noqa: PLC0415
        from missions.region import KINDS, TABLES  # noqa: PLC0415
        from missions.run_mine import RunPart  # noqa: PLC0415
        from notifications import examples, live, subjects  # noqa: PLC0415
        from notifications import news as public_news  # noqa: PLC0415
        from platforms import public_record  # noqa: PLC0415

        public_record.register(
            public_record.Share("missions.json", _("Missions"), missions_of, lambda space: space.missions.count())
        )
        for table, kind in zip(TABLES, KINDS, strict=True):
            region.register(table, kind)
        examples.register(mail_examples.mails)
        public_news.register(news.KIND)
        mine.register(MissionPart())
        mine.register(OfferPart())
        mine.register(RunPart())
        for name, reader in promises.MAILS.items():
            live.register(name, reader)
        for name, reader in (told.READERS | promises.READERS).items():
            subjects.register(name, reader)
        subjects.register_dates(promises.dates)
        subjects.register_dates(told.dates)
        subjects.register_kinds(told.KINDS | promises.KINDS)
