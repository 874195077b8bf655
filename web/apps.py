from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "web"

    def ready(self):
        from web import lookups  # noqa: F401, PLC0415 - registers itself
