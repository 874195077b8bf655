"""Pairs of actors that may be one: a list, and both side by side."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actors import actions
from actors.admin import comparing
from actors.models import Actor, TwinPair


class Judged(admin.SimpleListFilter):
    title = _("judged")
    parameter_name = "judged"

    def lookups(self, request, model_admin):
        return [("no", _("Not the same"))]

    def queryset(self, request, queryset):
        return queryset.exclude(dismissed_at=None) if self.value() else queryset.open()


@admin.register(TwinPair)
class TwinPairAdmin(admin.ModelAdmin):
    list_display = ["pair", "score", "same_number", "same_domain", "found_at"]
    list_display_links = None
    list_filter = [Judged]
    list_select_related = ["first", "second"]
    search_fields = ["first__name", "second__name"]
    show_full_result_count = False

    @admin.display(description=_("both"))
    def pair(self, pair):
        return format_html(
            '<a href="{}">{} – {}</a>', reverse("admin:actors_twinpair_change", args=[pair.pk]), pair.first, pair.second
        )

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        compare = self.admin_site.admin_view(self.compare)
        return [path("<int:pk>/change/", compare, name="actors_twinpair_change"), *super().get_urls()]

    def compare(self, request, pk):
        """Both actors side by side; POST `apart` remembers that they are two."""
        if not request.user.has_perm("actors.curate_actor"):
            raise PermissionDenied
        pair = get_object_or_404(TwinPair.objects.select_related("dismissed_by"), pk=pk)
        rows = Actor.objects.select_related("municipality").prefetch_related(*comparing.SHARED_TAGS)
        both = rows.in_bulk([pair.first_id, pair.second_id])
        if len(both) != 2:
            raise Http404
        first, second = both[pair.first_id], both[pair.second_id]
        if request.method == "POST":
            actions.not_the_same(first, second, by=request.user)
            messages.success(
                request, gettext("“%(one)s” and “%(other)s” are remembered as two.") % {"one": first, "other": second}
            )
            return redirect("admin:actors_twinpair_changelist")
        twin = next((twin for twin in actions.twins_of(first) if twin.actor == second), None)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Are these the same?"),
            "opts": self.opts,
            "pair": pair,
            "first": first,
            "second": second,
            "reasons": twin.reasons if twin else [],
            "stays": actions.who_stays(first, second),
            "rows": comparing.side_by_side(first, [second]),
        }
        return TemplateResponse(request, "admin/actors/twinpair/compare.html", context)
