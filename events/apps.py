from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events and ability")

    def ready(self):
        from accounts import mine  # noqa: PLC0415 - models are ready only now
        from events import mail_examples  # noqa: PLC0415
        from events.actions import inviting  # noqa: PLC0415
        from events.mine import PeoplePart  # noqa: PLC0415
        from notifications import examples, live, subjects  # noqa: PLC0415

        examples.register(mail_examples.mails)
        # Who comes, who came
        mine.register(PeoplePart())
        for name, reader in inviting.MAILS.items():
            live.register(name, reader)
        for name, reader in inviting.READERS.items():
            subjects.register(name, reader)
        subjects.register_kinds(inviting.KINDS)
