"""Events in the administration: their words, tags and sources. What people act on, time and place, seats and state, is
changed on the event's own pages, where everybody who signed up is told and no seat is given twice."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from events.models import Event
from missions.admin import ActorsSearch
from platforms.admin import KeptAdmin, SeenForm

CHANGED = _(
    "Somebody saved this event after you opened it. Nothing was saved now. What you typed is still in the form; "
    "where it differs from what stands now is told above. Save again to keep your version."
)


class EventAdminForm(SeenForm):
    changed = CHANGED

    class Meta:
        model = Event
        fields = []  # the fieldsets below name them


@admin.register(Event)
class EventAdmin(KeptAdmin):
    """An event is cancelled, and never deleted: its address stays."""

    form = EventAdminForm
    list_display = ["title_sv", "starts_at", "kind", "state", "audience", "municipality", "updated_at"]
    list_filter = ["state", "kind", "audience", "themes"]
    list_select_related = ["municipality"]
    search_fields = ["title_sv", "title_en", "slug", "place"]
    ordering = ["-starts_at", "-id"]
    readonly_fields = [
        *("page", "slug", "state", "audience", "starts_at", "ends_at", "place", "address", "municipality", "capacity"),
        *("partnership", "mission", "moved_from", "reason", "created_at", "updated_at"),
    ]
    fieldsets = [
        (None, {"fields": ["seen", ("title_sv", "title_en"), "page", "kind"]}),
        (_("What happens"), {"fields": [("text_sv", "text_en")]}),
        (_("Who"), {"fields": ["organisers", "organiser_note"]}),
        (_("Tags"), {"fields": ["themes", "areas"]}),
        (_("How to get there and in"), {"fields": [("access_sv", "access_en")]}),
        (_("Trust"), {"fields": ["source", "confidence"]}),
        (_("Changed on the event's own page"), {"fields": readonly_fields[1:]}),
    ]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "organisers":
            kwargs["widget"] = ActorsSearch(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description=_("page"))
    def page(self, event):
        return format_html('<a href="{}">{}</a>', event.get_absolute_url(), event.get_absolute_url())

    def has_add_permission(self, request):
        """An event is written on a page of its own."""
        return False

    def save_model(self, request, obj, form, change):
        """Who has the event's own form open is told that it was saved here meanwhile."""
        obj.version += 1
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        AuditEntry.objects.record(by=request.user, verb="event.edit", target=form.instance)
