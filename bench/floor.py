"""The floor: a project as `django-admin startproject` makes it, with one view that shows 25 rows from one query.

Stock applications, stock middleware, the stock admin in its URLs; no search, no counts, no frame around the page.
"""

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
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "bench",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    STATIC_URL="static/",
    ROOT_URLCONF="bench.floor",
    SECRET_KEY="the floor keeps no secrets",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402

from bench.models import Row  # noqa: E402


def page(request, slug=None):
    rows = Row.objects.filter(status="published").order_by("name_sort", "id")[:25]
    return render(request, "bench/floor.html", {"rows": rows})


urlpatterns = [path("admin/", admin.site.urls), path("", page), path("<slug:slug>/", page, name="row")]
application = get_wsgi_application()
