from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext_lazy as _

from actors import worklists

LEFT_OUT = ("allauth.", "django.contrib.auth.")  # tables of other packages; `accounts.admin` has what is needed of them


class Site(admin.AdminSite):
    """The stock admin under the hub's own head: it opens on what waits, the tables stand below."""

    site_header = _("Administration")
    site_title = _("Administration")
    index_title = _("What waits for you")
    index_template = "admin/worklists.html"
    enable_nav_sidebar = False

    def register(self, model_or_iterable, admin_class=None, **options):
        """allauth's tables would show the secrets of codes, and give an account the address of somebody else."""
        if admin_class is None or not admin_class.__module__.startswith(LEFT_OUT):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self):
        ours = path("r/<path:content_type_id>/<path:object_id>/", self.admin_view(view_on_site), name="view_on_site")
        return [ours if getattr(url, "name", "") == "view_on_site" else url for url in super().get_urls()]

    def index(self, request, extra_context=None):
        lists, waiting = [], []
        if request.user.has_perm("actors.curate_actor"):
            lists += worklists.for_curator()
            waiting = worklists.queue()[: worklists.FIRST]
        if request.user.has_perm("notifications.view_email"):
            lists += worklists.for_mail()
        return super().index(request, {"worklists": lists, "waiting": waiting, **(extra_context or {})})


def view_on_site(request, content_type_id, object_id):
    """Django's way from a row to its public page, for the tables of the administration whose rows have one."""
    with_page = [model for model in admin.site._registry if hasattr(model, "get_absolute_url")]
    if content_type_id not in {str(kind.pk) for kind in ContentType.objects.get_for_models(*with_page).values()}:
        raise Http404
    return shortcut(request, content_type_id, object_id)
