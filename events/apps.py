from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Events and ability")

    def ready(self):
        from actors import region  # noqa: PLC0415 - models are ready only now
        from events import news  # noqa: PLC0415
        from events.region import KIND, TABLE  # noqa: PLC0415
        from notifications import news as news_of_all  # noqa: PLC0415

        region.register(TABLE, KIND)
        news_of_all.register(news.KIND)
