from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class Site(admin.AdminSite):
    """The stock admin under the hub's own head."""

    site_header = _("Administration")
    site_title = _("Administration")
    index_title = _("Work lists")
