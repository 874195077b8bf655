"""Every address of the hub. Swedish has no prefix, English stands below /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from insight.urls import root_urlpatterns
from s3hub import views

urlpatterns = [
    path("health/", views.health, name="health"),
    *root_urlpatterns,
    *i18n_patterns(
        path("admin/", admin.site.urls),
        path(_("account/"), include("allauth.urls")),
        path("", include("accounts.urls")),
        path("", include("actors.registration_urls")),
        path("", include("actors.urls")),
        path("", include("insight.urls")),
        prefix_default_language=False,
    ),
]
