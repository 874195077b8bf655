"""Partnerships in the administration. Spaces are not here: staff have no way into them of their own."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.admin import InHubLog
from accounts.models import AuditEntry
from actors.actions.following import PARTNERSHIP, tell_followers
from platforms import actions
from platforms.actions import STEPS, add_agreement, open_steps
from platforms.models import Agreement, Partnership, PartnershipMember

CHANGED = _(
    "Somebody saved this partnership after you opened it. Nothing was saved now. What you typed is still in the form; "
    "where it differs from what stands now is told above. Save again to keep your version."
)
HAS_ACCEPTED = _("%(name)s has accepted an agreement, so its row stays. Write the day when it left instead.")


class SeenForm(forms.ModelForm):
    """Knows which save it was drawn from, so that no save overwrites a newer one."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    changed = CHANGED

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflict = []
        if "seen" in self.fields:
            self.initial["seen"] = stamp(self.instance)

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            self._refuse_an_older_version()
        return cleaned

    def _refuse_an_older_version(self):
        now = self._meta.model.objects.select_for_update().get(pk=self.instance.pk)
        if self.cleaned_data.get("seen") == stamp(now):
            return
        self.conflict = list(self._differences(now))
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = stamp(now)
        raise ValidationError(self.changed, code="changed")

    def _differences(self, now):
        """(label, what stands now, what was typed) of each field of which the two differ."""
        for name in self.fields:
            if name == "seen" or name not in self.cleaned_data:
                continue
            stands, typed = written(getattr(now, name)), written(self.cleaned_data[name])
            if stands != typed:
                yield capfirst(self.fields[name].label), stands, typed


class PartnershipForm(SeenForm):
    class Meta:
        model = Partnership
        fields = []  # the fieldsets below name them

    def clean(self):
        cleaned = super().clean()
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The partnership ends before it starts."))
        return cleaned


def stamp(row):
    return row.updated_at.isoformat() if row.pk else ""


def written(value):
    """A value of a field as people read it."""
    if hasattr(value, "all"):
        value = value.all()
    if isinstance(value, models.QuerySet):
        return ", ".join(sorted(str(one) for one in value))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return "" if value is None else str(value)


class ActorSearch(AutocompleteSelect):
    """Django's search box for an actor, without its faults: a value that is no id would break it when the form is shown
    again, it asks for the name of each row anew, and empty it has no name. `known` is the actor of the row."""

    known = None

    def build_attrs(self, *args, **kwargs):
        """The words in the empty box are its name, too: it has no label."""
        return super().build_attrs(*args, **kwargs) | {"data-placeholder": _("Search for an actor")}

    def optgroups(self, name, value, attr=None):
        ids = [one for one in value if str(one).isascii() and str(one).isdigit()]
        if self.known and ids == [str(self.known.pk)]:
            return [(None, [self.create_option(name, ids[0], str(self.known), selected=True, index=0)], 0)]
        return super().optgroups(name, ids, attr)


class FindsActors:
    """Foreign keys to actors are searched for."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = ActorSearch(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class KeptAdmin(InHubLog, admin.ModelAdmin):
    """Rows with an address of their own, kept by a SeenForm: no save overwrites a newer one, and none is deleted."""

    list_per_page = 50
    show_full_result_count = False
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    change_form_template = "admin/platforms/partnership/change_form.html"

    class Media:
        js = ["js/admin-search.js"]

    def get_fieldsets(self, request, obj=None):
        """What is only read needs no mark of the save it was drawn from."""
        (title, first), *others = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return [(title, first), *others]
        return [(title, {"fields": first["fields"][1:]}), *others]

    def has_delete_permission(self, request, obj=None):
        return False

    def render_change_form(self, request, context, *args, **kwargs):
        response = super().render_change_form(request, context, *args, **kwargs)
        form = context["adminform"].form
        if form.is_bound and form.has_error("__all__", code="changed"):
            response.status_code = 409
        return response


class MemberForm(forms.ModelForm):
    class Meta:
        model = PartnershipMember
        fields = []  # the inline names them

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "actor" in self.fields:
            self.fields["actor"].widget.widget.known = self.instance.actor


class MemberFormSet(forms.BaseInlineFormSet):
    def add_fields(self, form, index):
        """The stock table names its columns, but not its fields."""
        super().add_fields(form, index)
        whose = f", {form.instance.actor.name}" if form.instance.pk else ""
        for name, field in form.fields.items():
            label = field.label or self.model._meta.get_field(name).verbose_name
            field.widget.attrs["aria-label"] = f"{capfirst(label)}{whose}"

    def clean(self):
        """What an organisation accepted must not vanish with its row."""
        super().clean()
        gone = [form.instance.pk for form in self.deleted_forms if form.instance.pk]
        kept = PartnershipMember.objects.filter(pk__in=gone).exclude(acceptances=None).select_related("actor").first()
        if kept:
            raise ValidationError(HAS_ACCEPTED, code="accepted", params={"name": kept.actor.name})

    def save_new_objects(self, commit=True):
        made = super().save_new_objects(commit)
        if commit and self.instance.is_published:
            tell_followers([member.actor_id for member in made], PARTNERSHIP)
        return made


class MemberInline(FindsActors, admin.TabularInline):
    model = PartnershipMember
    form = MemberForm
    formset = MemberFormSet
    extra = 0
    autocomplete_fields = ["actor"]
    fields = ["actor", "role", "is_new", "joined_on", "left_on"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("actor", "partnership")


class AgreementInline(admin.StackedInline):
    """Versions are added, never changed: what an organisation accepted stays what it was."""

    model = Agreement
    extra = 0
    fields = ["version", "dated_on", "text_sv", "text_en"]
    readonly_fields = ["version"]
    can_delete = False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("partnership")

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Partnership)
class PartnershipAdmin(FindsActors, KeptAdmin):
    """A partnership is closed, never deleted: its address and its agreement stay."""

    form = PartnershipForm
    list_display = ["name_sv", "status", "is_published", "organisations", "lead", "certainty", "updated_at"]
    list_filter = ["status", "is_published", "certainty", "themes"]
    list_select_related = ["lead"]
    search_fields = ["name_sv", "name_en", "slug"]
    ordering = ["name_sv", "id"]
    autocomplete_fields = ["lead"]
    readonly_fields = ["status", "created_at", "updated_at"]
    inlines = [MemberInline, AgreementInline]
    fieldsets = [
        (None, {"fields": ["seen", ("name_sv", "name_en"), "slug", ("purpose_sv", "purpose_en"), "kind"]}),
        (_("Tags"), {"fields": ["themes", "areas"]}),
        (_("Who and when"), {"fields": ["lead", "period", ("starts_on", "ends_on"), "other_members"]}),
        (_("Trust"), {"fields": ["source", "certainty", "note", "is_result"]}),
        (_("State"), {"fields": ["status", "is_published", "created_at", "updated_at"]}),
    ]

    def get_queryset(self, request):
        current = models.Count("members", filter=models.Q(members__left_on=None))
        return super().get_queryset(request).annotate(current=current)

    @admin.display(description=_("organisations"), ordering="current")
    def organisations(self, partnership):
        return partnership.current

    def get_urls(self):
        own = path(
            "<int:pk>/move/<slug:step>/", self.admin_site.admin_view(self.move), name="platforms_partnership_move"
        )
        return [own, *super().get_urls()]

    @method_decorator(require_POST)
    def move(self, request, pk, step):
        """Take a step of the workflow, and come back to the form."""
        partnership = get_object_or_404(Partnership, pk=pk)
        if step not in STEPS:
            raise Http404
        try:
            row = actions.move(partnership, step, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            said = {"name": row.name, "status": row.get_status_display().lower()}
            messages.success(request, _("“%(name)s” is now %(status)s.") % said)
        return redirect(reverse("admin:platforms_partnership_change", args=[pk]))

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ["name_sv"]}

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        names = open_steps(obj, request.user) if obj else []
        context["steps"] = [
            {"label": STEPS[name].label, "url": reverse("admin:platforms_partnership_move", args=[obj.pk, name])}
            for name in names
        ]
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_formset(self, request, form, formset, change):
        """New agreements get their version under the lock; members are saved as they stand."""
        if formset.model is not Agreement:
            return super().save_formset(request, form, formset, change)
        rows = formset.save(commit=False)
        formset.new_objects = [
            add_agreement(form.instance, by=request.user, text_sv=r.text_sv, text_en=r.text_en, dated_on=r.dated_on)
            for r in rows
        ]
        return None

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        verb = "partnership.edit" if change else "partnership.add"
        AuditEntry.objects.record(by=request.user, verb=verb, target=form.instance)
