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
        """Rounds of self-assessment: what their mails say, and that their reminders can be ended."""
        from events import ability_mail_examples  # noqa: PLC0415
        from events.actions import rounds  # noqa: PLC0415
        from notifications import examples, live, wishes  # noqa: PLC0415

        examples.register(ability_mail_examples.mails)
        live.register("events.ability", rounds.read_mail)
        wishes.register(rounds.REMINDED, _("Reminders that my organisation has not answered about its ability"))
