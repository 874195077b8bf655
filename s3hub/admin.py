from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from actors import worklists


class Site(admin.AdminSite):
    """The stock admin under the hub's own head: it opens on what waits, the tables stand below."""

    site_header = _("Administration")
    site_title = _("Administration")
    index_title = _("What waits for you")
    index_template = "admin/worklists.html"
    enable_nav_sidebar = False

    def index(self, request, extra_context=None):
        lists, waiting = [], []
        if request.user.has_perm("actors.curate_actor"):
            lists += worklists.for_curator()
            waiting = worklists.queue()[: worklists.FIRST]
        if request.user.has_perm("notifications.view_email"):
            lists += worklists.for_mail()
        return super().index(request, {"worklists": lists, "waiting": waiting, **(extra_context or {})})
