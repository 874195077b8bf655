"""The register's rows: list, form, history, and the ways into review."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import InHubLog
from accounts.models import AuditEntry, User
from actors import worklists
from actors.actions import freshness, remember_twins
from actors.admin import bulk, comparing, merging, review
from actors.admin.history import history
from actors.models import Actor, ActorStatus, Claim, Representative
from actors.numbers import parse, written
from web.fields import AddressField, LineField

HISTORY_SHOWN = 50
TAKEN = _("There is already a profile for that number. Give each a unit, or open the other one: %(name)s.")


class Fresh(admin.SimpleListFilter):
    title = _("freshness")
    parameter_name = "fresh"

    def lookups(self, request, model_admin):
        return [
            ("stale", _("Neither saved nor confirmed for long")),
            ("asked", _("Asked, and may still answer")),
            ("unanswered", _("Asked, no answer")),
            ("nobody", _("Old, and nobody to ask")),
            ("ownerless", _("Lost their owner")),
        ]

    def queryset(self, request, queryset):
        narrow = worklists.FRESHNESS.get(self.value())
        return queryset.filter(pk__in=narrow().values("pk")) if narrow else queryset


class RepresentativeForm(forms.ModelForm):
    """A person is named by the address: the stock search box has no name that a screen reader could say."""

    user = AddressField(label=_("E-mail address"))

    class Meta:
        model = Representative
        fields = ["user", "role"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["user"] = self.instance.user.email

    def clean_user(self):
        person = User.objects.filter(email=self.cleaned_data["user"]).first()
        if person is None:
            raise ValidationError(_("Nobody has an account with that address."))
        return person


class NamedFields(forms.BaseInlineFormSet):
    """Every field says what it is: in the stock table only the head of its column does."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = field.label


class RepresentativeInline(admin.TabularInline):
    model = Representative
    form = RepresentativeForm
    formset = NamedFields
    extra = 0
    fields = ["user", "role", "since"]
    readonly_fields = ["since"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user", "actor")


class ClaimInline(admin.TabularInline):
    model = Claim
    fk_name = "actor"
    extra = 0
    fields = readonly_fields = ["user", "message", "state", "created_at", "decided_at", "decided_by", "reason"]
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request, obj=None):
        return False


class ActorForm(forms.ModelForm):
    """Knows which version it was drawn from, so that no save overwrites a newer one."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    organisation_number = forms.CharField(
        label=Actor._meta.get_field("organisation_number").verbose_name.capitalize(), max_length=20, required=False
    )
    unit = Actor._meta.get_field("unit").formfield(form_class=LineField)  # cleaned: the database is asked for it

    class Meta:
        model = Actor
        fields = []  # the fieldsets below name them

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflict = []
        if "seen" in self.fields:
            self.initial["seen"] = self.instance.version
        if self.initial.get("organisation_number"):
            self.initial["organisation_number"] = written(self.initial["organisation_number"])

    def clean_organisation_number(self):
        typed = self.cleaned_data["organisation_number"].strip()
        return parse(typed) if typed else ""

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            self._refuse_an_older_version()
        number, unit = cleaned.get("organisation_number"), cleaned.get("unit", "")
        if number and cleaned.get("is_sole_trader"):
            self.add_error("organisation_number", _("A sole trader's number is never stored. Leave it empty."))
        twin = Actor.objects.filter(organisation_number=number or None, unit__iexact=unit).exclude(pk=self.instance.pk)
        if number and (other := twin.first()):
            self.add_error("organisation_number", ValidationError(TAKEN, code="taken", params={"name": other.name}))
        return cleaned

    def _refuse_an_older_version(self):
        now = Actor.objects.select_for_update().get(pk=self.instance.pk)
        if self.cleaned_data.get("seen") == now.version:
            return
        known, _person = comparing.since(now, self.cleaned_data.get("seen"))
        self.conflict = known
        self.data = self.data.copy()
        self.data[self.add_prefix("seen")] = now.version
        text = _(
            "Somebody saved this actor after you opened it. Nothing was saved now. What you typed is still in the "
            "form; what the others changed stands above. Save again to keep your version."
        )
        raise ValidationError(text, code="changed")


@admin.register(Actor)
class ActorAdmin(InHubLog, admin.ModelAdmin):
    form = ActorForm
    list_display = ["name", "status", "kind", "municipality", "number", "certainty", "confirmed_at", "review_link"]
    list_filter = ["status", "certainty", Fresh, "kind", "municipality", "areas", "themes"]
    list_select_related = ["municipality"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["name", "legal_name", "organisation_number"]
    ordering = ["name_sort", "id"]
    # short lists as plain boxes: the stock search boxes have no labels and set styles inline
    formfield_overrides = {
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple},
        models.URLField: {"assume_scheme": "https"},
    }
    readonly_fields = ["status", "status_reason", "submitted_at", "published_at", "created_at", "updated_at"]
    inlines = [RepresentativeInline, ClaimInline]
    actions = ["publish_selected", "return_selected", "archive_selected", "ask_selected"]
    change_form_template = "admin/actors/actor/change_form.html"
    fieldsets = [
        (None, {"fields": ["seen", "name", "legal_name", "slug", "kind"]}),
        (
            _("Identity"),
            {"fields": [("organisation_number", "unit"), "is_sole_trader", "size", ("sni_code", "sni_version")]},
        ),
        (_("Where"), {"fields": ["municipality", "seat_outside", ("latitude", "longitude")]}),
        (_("Contact"), {"fields": [("website", "is_website_verified"), "contact_email"]}),
        (
            _("What they do"),
            {
                "fields": [
                    ("description_sv", "description_en"),
                    ("offers_sv", "offers_en"),
                    ("seeks_sv", "seeks_en"),
                ]
            },
        ),
        (_("Tags"), {"fields": ["areas", "themes", "competences"]}),
        (_("Trust"), {"fields": ["source", "certainty", "confirmed_at"]}),
        (
            _("State"),
            {"fields": ["status", "status_reason", "submitted_at", "published_at", "created_at", "updated_at"]},
        ),
    ]

    @admin.display(description=_("organisation number"), ordering="organisation_number")
    def number(self, actor):
        return written(actor.organisation_number)

    @admin.display(description=_("review"))
    def review_link(self, actor):
        word = _("Review") if actor.status == ActorStatus.SUBMITTED else _("Look")
        return format_html('<a href="{}">{}</a>', reverse("admin:actors_actor_review", args=[actor.pk]), word)

    def get_urls(self):
        own = [
            path("queue/", self.admin_site.admin_view(review.queue), name="actors_actor_queue"),
            path("bulk/", self.admin_site.admin_view(bulk.bulk), name="actors_actor_bulk"),
            path("<int:pk>/merge/<int:other>/", self.admin_site.admin_view(merging.merge), name="actors_actor_merge"),
            path("<int:pk>/review/", self.admin_site.admin_view(review.review), name="actors_actor_review"),
        ]
        return own + super().get_urls()

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Each half of a moment is named: Django's label names neither."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, models.DateTimeField) and field:
            for half, name in zip(getattr(field.widget, "widgets", ()), (_("date"), _("time of day")), strict=False):
                half.attrs["aria-label"] = f"{field.label}, {name}"
        return field

    def has_delete_permission(self, request, obj=None):
        """An actor is archived, never deleted: the log and the history stay whole."""
        return False

    def get_actions(self, request):
        return super().get_actions(request) if request.user.has_perm("actors.curate_actor") else {}

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ["name"]}

    def get_changeform_initial_data(self, request):
        return {"slug": slugify(request.GET.get("name", "")), **super().get_changeform_initial_data(request)}

    @admin.action(description=_("Publish …"))
    def publish_selected(self, request, chosen):
        return bulk.ask(request, "publish", chosen)

    @admin.action(description=_("Return with a reason …"))
    def return_selected(self, request, chosen):
        return bulk.ask(request, "return_for_changes", chosen)

    @admin.action(description=_("Archive …"))
    def archive_selected(self, request, chosen):
        return bulk.ask(request, "archive", chosen)

    @admin.action(description=_("Ask now if it is still right"))
    def ask_selected(self, request, chosen):
        profiles, people = freshness.ask_now(chosen, by=request.user)
        asked = ngettext("%(count)s profile is asked about.", "%(count)s profiles are asked about.", profiles)
        text = _("%(asked)s People who get a mail, as soon as their week has room: %(people)s.")
        messages.success(request, text % {"asked": asked % {"count": profiles}, "people": people})

    def render_change_form(self, request, context, *args, **kwargs):
        response = super().render_change_form(request, context, *args, **kwargs)
        form = context["adminform"].form
        if form.is_bound and form.has_error("__all__", code="changed"):
            response.status_code = 409
        return response

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        actor = form.instance
        AuditEntry.objects.record(by=request.user, verb="actor.edit" if change else "actor.add", target=actor)
        if actor.status != ActorStatus.ARCHIVED:
            remember_twins(actor)

    def history_view(self, request, object_id, extra_context=None):
        actor = self.get_object(request, object_id)
        if actor is None:
            raise Http404
        if not self.has_view_or_change_permission(request, actor):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %s") % actor,
            "opts": self.opts,
            "actor": actor,
            "done": AuditEntry.objects.filter(target_type="actors.actor", target_id=str(actor.pk))[:HISTORY_SHOWN],
            "saves": history(actor, HISTORY_SHOWN),
            "limit": HISTORY_SHOWN,
        }
        return TemplateResponse(request, "admin/actors/actor/history.html", context)

    def response_change(self, request, obj):
        if obj.status == ActorStatus.SUBMITTED and "_continue" not in request.POST:
            messages.info(request, _("“%s” is still waiting for review.") % obj)
        return super().response_change(request, obj)
