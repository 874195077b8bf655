"""Events in the administration: their words, tags and sources. What people act on, time and place, seats and state, is
changed on the event's own pages, where everybody who signed up is told and no seat is given twice."""

from functools import reduce
from operator import or_

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from events.actions import seat_mails
from events.models import Event, Meeting, Profile, Registration
from missions.admin import ActorsSearch
from notifications.admin import ReadOnly
from notifications.models import Email
from platforms.admin import KeptAdmin, SeenForm
from web.templatetags.web import moment

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
        *(
            "page",
            "people",
            "slug",
            "state",
            "audience",
            "starts_at",
            "ends_at",
            "place",
            "address",
            "municipality",
            "capacity",
        ),
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

    @admin.display(description=_("registrations"))
    def people(self, event):
        url = f"{reverse('admin:events_registration_changelist')}?event__id__exact={event.pk}"
        return format_html('<a href="{}">{}</a>', url, _("Who has signed up"))

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


# ── People: read here, and changed on the event's own pages or by the person ─────────────────────────────────────────
class OfPeople(ReadOnly):
    """What staff who keep events may read of those who come. Nothing is changed here: an act of a person is theirs, and
    what an organiser does is done at the event's desk, where seats are given on and people are told. So nothing of it
    comes into a log that outlives the rows, either."""

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("events.change_event")


class StateOfEvent(admin.ChoicesFieldListFilter):
    """Beside the state of the person's own row, which has the same name."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("state of the event")


class WithMails(ChangeList):
    """The rows of a page with what became of the last mail to each: one question for all."""

    def get_results(self, request):
        super().get_results(request)
        last = {}
        for mail in mails_of(self.result_list).order_by("pk"):
            last[registration_of(mail)] = mail
        for row in self.result_list:
            row.last_mail = last.get(row.pk)


def mails_of(rows):
    """The mails about the seats of these registrations."""
    keys = [Q(key__startswith=seat_mails.prefix(row)) for row in rows]
    return Email.objects.filter(reduce(or_, keys)) if keys else Email.objects.none()


def _told(mail):
    """(where it stands in the ledger, when it was written, what became of it)"""
    url = reverse("admin:notifications_email_change", args=[mail.pk])
    return url, moment(localtime(mail.created_at)), mail.get_state_display()


def registration_of(mail):
    return int(mail.key.split(":")[1])


@admin.register(Registration)
class RegistrationAdmin(OfPeople):
    """Who comes. What people answered stands in the event's list of people, as long as it is kept."""

    list_display = ["name", "email", "event", "state", "on_behalf_of", "created_at", "came", "mail"]
    list_filter = ["state", "came", ("event__state", StateOfEvent)]
    list_select_related = ["event", "actor"]
    search_fields = ["name", "email", "organisation", "actor__name", "event__title_sv", "event__title_en"]
    search_help_text = _("Search for a name, an address, an organisation or an event")
    date_hierarchy = "created_at"
    ordering = ["-created_at", "-id"]
    fields = [
        *("name", "email", "user", "on_behalf_of", "desk", "state", "waits_since", "offered_until"),
        *("created_at", "by", "language", "is_listed", "came", "came_at", "mails"),
    ]
    readonly_fields = ["on_behalf_of", "desk", "mails"]

    def get_changelist(self, request, **kwargs):
        return WithMails

    @admin.display(description=_("on behalf of"))
    def on_behalf_of(self, row):
        return row.actor or row.organisation or "–"

    @admin.display(description=_("newest mail"))
    def mail(self, row):
        return row.last_mail.get_state_display() if row.last_mail else "–"

    @admin.display(description=_("event"))
    def desk(self, row):
        return format_html('<a href="{}">{}</a>', reverse("event_people", args=[row.event.slug]), row.event)

    @admin.display(description=_("mails"))
    def mails(self, row):
        found = mails_of([row]).order_by("-pk")
        return format_html_join(mark_safe("<br>"), '<a href="{}">{}</a>: {}', map(_told, found)) or "–"


@admin.register(Profile)
class ProfileAdmin(OfPeople):
    """What participants of a matchmaking offer and look for."""

    list_display = ["person", "organisation", "event", "updated_at"]
    list_filter = ["registration__state", ("registration__event__state", StateOfEvent)]
    list_select_related = ["registration__event", "registration__actor"]
    search_fields = ["registration__name", "registration__event__title_sv", "offers", "wishes"]
    search_help_text = _("Search for a name, an event, or what is offered or looked for")
    ordering = ["-updated_at", "-id"]
    fields = ["person", "organisation", "event", "offers", "offered", "wishes", "wished", "updated_at"]
    readonly_fields = ["person", "organisation", "event", "updated_at"]

    @admin.display(description=_("person"), ordering="registration__name")
    def person(self, profile):
        return profile.registration.name

    @admin.display(description=_("organisation"))
    def organisation(self, profile):
        return profile.registration.actor or profile.registration.organisation or "–"

    @admin.display(description=_("event"), ordering="registration__event")
    def event(self, profile):
        return profile.registration.event


@admin.register(Meeting)
class MeetingAdmin(OfPeople):
    """Who meets whom, when and where. What one wrote to the other is theirs."""

    list_display = ["who_asked", "who_was_asked", "event", "state", "starts_at", "table"]
    list_filter = ["state", ("event__state", StateOfEvent)]
    list_select_related = ["event", "asker", "asked"]
    search_fields = ["asker__name", "asked__name", "event__title_sv", "event__title_en"]
    search_help_text = _("Search for a name or an event")
    ordering = ["-starts_at", "-id"]
    fields = ["who_asked", "who_was_asked", "event", "state", "starts_at", "table", "created_at"]
    readonly_fields = ["who_asked", "who_was_asked"]

    @admin.display(description=_("asked by"), ordering="asker__name")
    def who_asked(self, meeting):
        return meeting.asker.name

    @admin.display(description=_("was asked"), ordering="asked__name")
    def who_was_asked(self, meeting):
        return meeting.asked.name
