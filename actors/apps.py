from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActorsConfig(AppConfig):
    name = "actors"
    verbose_name = _("Actors")

    def ready(self):
        from accounts import mine  # noqa: PLC0415 - models are ready only now
        from actors import mail_examples  # noqa: PLC0415
        from actors.actions import following, freshness  # noqa: PLC0415
        from actors.actions.registration import ask_while_it_waits  # noqa: PLC0415
        from actors.mine import ActorPart, FollowingPart  # noqa: PLC0415
        from actors.models.people import ASKING  # noqa: PLC0415
        from actors.news import KIND  # noqa: PLC0415
        from notifications import examples, live, news, subjects, wishes  # noqa: PLC0415

        mine.register(ActorPart())
        mine.register(FollowingPart())
        subjects.register("actor", following.read_actors)
        subjects.register_kinds(following.KINDS)
        examples.register(mail_examples.mails)
        live.register("claim", ask_while_it_waits, only_judges=True)
        news.register(KIND)
        for name, reader in freshness.READERS.items():
            live.register(name, reader)
        wishes.register(ASKING, _("Questions whether the profiles that I look after are still right"))
        wishes.register(freshness.LEFT, _("For staff: organisations that nobody looks after any longer"))
