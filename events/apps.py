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
        self.ability()

    def ability(self):
        """Rounds and programmes: their mails and reminders, attendance as steps, and what is mine."""
        from accounts import mine  # noqa: PLC0415
        from events import ability_mail_examples  # noqa: PLC0415
        from events.ability_mine import AbilityPart  # noqa: PLC0415
        from events.actions import programmes, rounds  # noqa: PLC0415
        from notifications import clock, examples, live, wishes  # noqa: PLC0415

        examples.register(ability_mail_examples.mails)
        live.register("events.ability", rounds.read_mail)
        wishes.register(rounds.REMINDED, _("Reminders that my organisation has not answered about its ability"))
        clock.register(programmes.note_attendance)
        mine.register(AbilityPart())
