"""The Celery application. Redis is only the bell: what must be done stands in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "s3hub.settings")

app = Celery("s3hub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
