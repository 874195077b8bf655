"""The floor: the least that Django can do and still show 25 rows of the register. Settings, URL and view in one."""

import os

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

where = conninfo_to_dict(os.environ["DATABASE_URL"])
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": where.get("dbname", ""),
            "USER": where.get("user", ""),
            "PASSWORD": where.get("password", ""),
            "HOST": where.get("host", ""),
            "PORT": where.get("port", ""),
            "CONN_MAX_AGE": 60,
        }
    },
    INSTALLED_APPS=["bench"],
    ROOT_URLCONF="bench.floor",
    SECRET_KEY="the floor keeps no secrets",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    USE_I18N=False,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402

from bench.models import Row  # noqa: E402


def page(request):
    rows = Row.objects.filter(status="published").order_by("name_sort", "id")[:25]
    return render(request, "bench/floor.html", {"rows": rows})


urlpatterns = [path("", page)]
application = get_wsgi_application()
