from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActorsConfig(AppConfig):
    name = "actors"
    verbose_name = _("Actors")

    def ready(self):
        from accounts import mine  # noqa: PLC0415 - models are ready only now
        from actors import mail_examples  # noqa: PLC0415
        from actors.actions.registration import ask_while_it_waits  # noqa: PLC0415
        from actors.mine import ActorPart  # noqa: PLC0415
        from notifications import examples, live  # noqa: PLC0415

        mine.register(ActorPart())
        examples.register(mail_examples.mails)
        live.register("claim", ask_while_it_waits, only_judges=True)
