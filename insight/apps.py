from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "insight"
    verbose_name = _("News by mail")

    def ready(self):
        from accounts import mine  # noqa: PLC0415 - models can be imported only now
        from insight import actions, mail_examples, news  # noqa: PLC0415
        from insight.mine import NewsPart  # noqa: PLC0415
        from notifications import clock, examples, live  # noqa: PLC0415

        mine.register(NewsPart())
        examples.register(mail_examples.mails)
        live.register(actions.ASKING, actions.ask)
        live.register_many("insight.news", news.read)
        clock.register(news.queue_due)
