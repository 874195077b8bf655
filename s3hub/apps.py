from django.apps import AppConfig
from django.contrib.admin import apps


class HubConfig(AppConfig):
    name = "s3hub"
    default = True

    def ready(self):
        from s3hub import checks  # noqa: F401, PLC0415 - registers them


class AdminConfig(apps.AdminConfig):
    default = False
    default_site = "s3hub.admin.Site"
