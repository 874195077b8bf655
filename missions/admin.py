"""Missions and methods in the administration. Missions without a space are kept here by staff, the others by the people
of their space; starting, ending and publishing are done on the mission's page, by the same table of steps. Of methods
their owners and order are kept here; what they say is changed on the pages of the draft."""

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin import InHubLog
from accounts.models import AuditEntry
from missions.forms.mission import ORDER, SAME
from missions.models import Method, Mission
from platforms.admin import FindsActors, KeptAdmin, SeenForm

CHANGED = _(
    "Somebody saved this mission after you opened it. Nothing was saved now. What you typed is still in the form; "
    "where it differs from what stands now is told above. Save again to keep your version."
)


class MissionForm(SeenForm):
    changed = CHANGED

    class Meta:
        model = Mission
        fields = []  # the fieldsets below name them

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("baseline") is not None and cleaned["baseline"] == cleaned.get("target"):
            self.add_error("target", SAME)
        since, until = cleaned.get("baseline_on"), cleaned.get("due_on")
        if since and until and until <= since:
            self.add_error("due_on", ORDER)
        return cleaned


class ActorsSearch(AutocompleteSelectMultiple):
    """Django's search box for actors: a value that is no id must not break it when the form is shown again. Without the
    cross that empties it, which is no item of the list that it is in."""

    def build_attrs(self, *args, **kwargs):
        return super().build_attrs(*args, **kwargs) | {"data-allow-clear": "false"}

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, [one for one in value if str(one).isascii() and str(one).isdigit()], attr)


@admin.register(Mission)
class MissionAdmin(FindsActors, KeptAdmin):
    """A mission ends, and is never deleted: its address stays."""

    form = MissionForm
    list_display = ["name_sv", "state", "level", "is_published", "partnership", "updated_at"]
    list_filter = ["state", "level", "is_published", "themes"]
    list_select_related = ["partnership"]
    search_fields = ["name_sv", "name_en", "slug"]
    ordering = ["name_sv", "id"]
    autocomplete_fields = ["owner"]
    readonly_fields = ["state", "is_published", "started_on", "ended_on", "created_at", "updated_at"]
    fieldsets = [
        (None, {"fields": ["seen", ("name_sv", "name_en"), "slug", ("goal_sv", "goal_en")]}),
        (_("Challenge"), {"fields": [("challenge_sv", "challenge_en")]}),
        (
            _("Measure"),
            {"fields": [("measure_sv", "measure_en"), "unit", ("baseline", "baseline_on"), ("target", "due_on")]},
        ),
        (_("Tags"), {"fields": ["themes", "areas"]}),
        (_("Who and when"), {"fields": ["level", "owner", "partnership", "actors", "period"]}),
        (_("Trust"), {"fields": ["source", "measure_note", "note"]}),
        (_("State"), {"fields": readonly_fields}),
    ]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "actors":
            kwargs["widget"] = ActorsSearch(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request, obj=None):
        """The people of its space work on a mission that has one."""
        return super().has_change_permission(request, obj) and not (obj and obj.space_id)

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ["name_sv"]}

    def save_model(self, request, obj, form, change):
        """Who has the mission's own form open is told that it was saved here meanwhile."""
        if change:
            obj.version += 1
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        AuditEntry.objects.record(
            by=request.user, verb="mission.edit" if change else "mission.add", target=form.instance
        )


class PeopleSearch(AutocompleteSelectMultiple):
    """Django's search box for several people, without the cross that empties it: it is no item of the list it is in."""

    def build_attrs(self, *args, **kwargs):
        return super().build_attrs(*args, **kwargs) | {"data-allow-clear": "false"}


@admin.register(Method)
class MethodAdmin(InHubLog, admin.ModelAdmin):
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
        """A method comes with the region's folder, or begins on its own page."""
        return False

    def has_delete_permission(self, request, obj=None):
        """A method is retired, never deleted."""
        return False

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        names = ", ".join(sorted(str(user) for user in form.instance.owners.all()))
        AuditEntry.objects.record(by=request.user, verb="method.owners", target=form.instance, reason=names)
