"""Every address of the hub. Swedish has no prefix, English stands below /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

import web.urls
from insight.urls import root_urlpatterns
from notifications.reports import mail_report
from s3hub import views
from web.region_css import region_css

urlpatterns = [
    path("health/", views.health, name="health"),
    path("mail/reports/", mail_report, name="mail_report"),
    *root_urlpatterns,
    *web.urls.files,
    path("region.css", region_css, name="region_css"),
    *i18n_patterns(
        path("admin/", admin.site.urls),
        path(_("account/"), include("allauth.urls")),
        path("", include("accounts.urls")),
        path("", include("actors.registration_urls")),
        path("", include("actors.urls")),
        path("", include("platforms.urls")),
        path("", include("missions.portfolio_urls")),
        path("", include("missions.urls")),
        path("", include("events.urls")),
        path("", include("insight.urls")),
        path("", include("web.urls")),
        path("", include("notifications.urls")),
        prefix_default_language=False,
    ),
]

handler400 = "web.errors.bad_request"
handler403 = "web.errors.forbidden"
handler404 = "web.errors.not_found"
handler500 = "web.errors.server_error"
