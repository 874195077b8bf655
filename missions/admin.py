"""Methods in the administration: who owns them, and in which order they are listed. What they say is changed on the
pages of the draft, never here."""

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from missions.models import Method


class PeopleSearch(AutocompleteSelectMultiple):
    """Django's search box for several people, without the cross that empties it: it is no item of the list it is in."""

    def build_attrs(self, *args, **kwargs):
        return super().build_attrs(*args, **kwargs) | {"data-allow-clear": "false"}


@admin.register(Method)
class MethodAdmin(admin.ModelAdmin):
    list_display = ["slug", "position", "owned_by"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["slug", "versions__name_sv"]
    ordering = ["position", "id"]
    fields = ["slug", "page", "position", "owners"]
    readonly_fields = ["slug", "page"]
    autocomplete_fields = ["owners"]

    class Media:
        js = ["js/admin-search.js"]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "owners":
            kwargs["widget"] = PeopleSearch(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("owners")

    @admin.display(description=_("owners"))
    def owned_by(self, method):
        return ", ".join(str(user) for user in method.owners.all())

    @admin.display(description=_("page"))
    def page(self, method):
        return format_html('<a href="{}">{}</a>', method.get_absolute_url(), method.get_absolute_url())

    def has_add_permission(self, request):
        """A method comes with the region's folder."""
        return False

    def has_delete_permission(self, request, obj=None):
        """A method is retired, never deleted."""
        return False

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        names = ", ".join(sorted(str(user) for user in form.instance.owners.all()))
        AuditEntry.objects.record(by=request.user, verb="method.owners", target=form.instance, reason=names)

    def log_addition(self, *args):
        """The hub's own log holds this."""

    log_change = log_deletion = log_addition
