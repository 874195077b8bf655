"""Every address of the hub. Swedish has no prefix, English stands below /en/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

import web.urls
from insight.urls import root_urlpatterns
from notifications.reports import mail_report
from s3hub import views
from web.addresses import Addresses
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
        Addresses("accounts.urls"),
        Addresses("actors.registration_urls"),
        Addresses("actors.urls"),
        Addresses("platforms.urls"),
        Addresses("missions.portfolio_urls"),
        Addresses("missions.urls"),
        Addresses("events.urls"),
        Addresses("insight.urls"),
        Addresses("web.urls"),
        Addresses("notifications.urls"),
        prefix_default_language=False,
    ),
]

handler400 = "web.errors.bad_request"
handler403 = "web.errors.forbidden"
handler404 = "web.errors.not_found"
handler500 = "web.errors.server_error"
