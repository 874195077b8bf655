from django.apps import AppConfig
from django.contrib.admin import apps


class HubConfig(AppConfig):
    name = "s3hub"
    default = True


class AdminConfig(apps.AdminConfig):
    default = False
    default_site = "s3hub.admin.Site"
