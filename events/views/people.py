"""The organisers' list of who is signed up, as a page and as files; and asking people to come."""

from collections import Counter
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from events.actions import inviting
from events.actions.keeping import log
from events.forms.door import AskForm
from events.models import RegistrationState
from events.views.desk import desk_view, event_to_keep, show
from missions.views.frame import saved
from notifications import bell
from platforms.models import Partnership, Space
from platforms.names import name_of
from platforms.views.frame import form_view
from web.exports import table_response
from web.paging import number_in, page_of
from web.text import clean_line

PAGE = 50
STATES = {
    "": (gettext_lazy("All"), Q()),
    "seat": (gettext_lazy("With a seat"), Q(state=RegistrationState.CONFIRMED)),
    "offered": (gettext_lazy("Offered a seat"), Q(state=RegistrationState.OFFERED)),
    "waiting": (gettext_lazy("Waiting"), Q(state=RegistrationState.WAITING)),
    "left": (gettext_lazy("Not coming"), Q(state=RegistrationState.LEFT)),
    "came": (gettext_lazy("Came"), Q(came=True)),
}
FORMATS = ("csv", "xlsx")


@dataclass(frozen=True)
class Wanted:
    """Which part of the list: words of a name, an address or an organisation, and a state."""

    words: str = ""
    state: str = ""

    @classmethod
    def of(cls, request):
        """Raises BadRequest for a state that there is not."""
        state = request.GET.get("state", "")
        if state not in STATES:
            raise BadRequest("No such state.")
        return cls(clean_line(request.GET.get("q", ""))[:100], state)

    def among(self, registrations):
        found = registrations.filter(STATES[self.state][1])
        for word in self.words.split():
            named = Q(name__icontains=word) | Q(email__icontains=word) | Q(organisation__icontains=word)
            found = found.filter(named | Q(actor__name__icontains=word))
        return found.order_by("name", "pk")


@desk_view
@require_safe
def event_people(request, slug):
    event, wanted = event_to_keep(request, slug), Wanted.of(request)
    page = page_of(wanted.among(event.registrations).values_list("pk", flat=True), number_in(request), PAGE)
    context = {
        "wanted": wanted,
        "page": page,
        "rows": rows_of(event, page.rows),
        "states": _states(event, wanted),
        "walk_ins": event.walk_ins.select_related("actor") if wanted == Wanted() else [],
        "takes_people": inviting.takes_people(event),
    }
    return show(request, "events/people.html", event, context, tab="event_people")


def rows_of(event, pks):
    """These registrations in order, with what their people answered."""
    rows = event.registrations.select_related("actor", "by").prefetch_related("answers__question")
    found = rows.in_bulk(pks)
    return [found[pk] for pk in pks]


def _states(event, wanted):
    """The parts of the list that there are, with how many stand in each."""
    counts = Counter()
    for state, came in event.registrations.values_list("state", "came"):
        counts.update([state, *(["came"] if came else [])])
    counts["seat"], counts[""] = counts[RegistrationState.CONFIRMED], event_total(counts)
    return [
        {"key": key, "label": label, "count": counts[key], "current": key == wanted.state}
        for key, (label, _condition) in STATES.items()
        if key in ("", wanted.state) or counts[key]
    ]


def event_total(counts):
    return sum(counts[state] for state in RegistrationState.values)


@desk_view
@require_safe
def event_people_export(request, slug, format):
    """The list as a file, of everybody, for who keeps the event; the log says who took it."""
    event = event_to_keep(request, slug)
    if format not in FORMATS:
        raise Http404
    log(event, "export_people", by=request.user, reason=format)
    headings, rows = table(event)
    name = f"{slugify(event.title) or 'event'}.{format}"
    return table_response(name, _("People"), headings, rows)


def table(event):
    """(headings, rows) of everybody who signed up, and after them those who just came."""
    questions = list(event.questions.all())
    headings = [_("Name"), _("E-mail address"), _("Organisation"), _("State"), _("Signed up"), _("Came")]
    people = event.registrations.select_related("actor").prefetch_related("answers").order_by("name", "pk")
    rows = [_cells(one, questions) for one in people]
    rows += [
        [one.name, "", one.actor or one.organisation, _("Not signed up"), "", _("Yes"), *([""] * len(questions))]
        for one in event.walk_ins.select_related("actor")
    ]
    return [*headings, *(str(one) for one in questions)], rows


def _cells(one, questions):
    said = {answer.question_id: answer.text for answer in one.answers.all()}
    came = {True: _("Yes"), False: _("No"), None: ""}[one.came]
    facts = [one.name, one.email, one.actor or one.organisation, one.get_state_display(), one.created_at, came]
    return [*facts, *(said.get(question.pk, "") for question in questions)]


# ── Asking people to come ────────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Circle:
    """Whom an organiser has chosen to ask: the people of a space, or the organisations of a partnership."""

    space: Space | None = None
    partnership: Partnership | None = None

    @property
    def value(self):
        return f"space:{self.space.slug}" if self.space else f"partnership:{self.partnership.slug}"

    def people(self, event, by):
        """The choices of the form."""
        if self.space:
            return [(one.pk, name_of(one)) for one in inviting.members_to_ask(event, self.space, by)]
        words = gettext_lazy("%(name)s (%(number)s)")
        found = inviting.organisations_to_ask(event, self.partnership)
        return [(actor.pk, words % {"name": actor.name, "number": number}) for actor, number in found]

    def ask(self, event, *, by, people, line):
        if self.space:
            return inviting.ask_members(event, by=by, space=self.space, people=people, line=line)
        return inviting.ask_organisations(event, by=by, partnership=self.partnership, actors=people, line=line)


@desk_view
@form_view
def event_ask(request, slug):
    """Choose a space or a partnership, leave out whom not to ask, send."""
    event = event_to_keep(request, slug)
    circle = chosen(request, event)
    people = circle.people(event, request.user) if circle else []
    form = AskForm(request.POST if request.method == "POST" and circle else None, people=people)
    if form.is_valid() and saved(form, _ask, request=request, circle=circle, event=event, form=form):
        bell.tell_if_mail_may_wait(request)
        return redirect("event_ask", slug)
    context = {
        "form": form,
        "circle": circle,
        "people": people,
        "spaces": inviting.spaces(event, request.user),
        "partnerships": inviting.partnerships(event, request.user),
        "takes_people": inviting.takes_people(event),
    }
    return show(request, "events/ask.html", event, context, tab="event_ask")


def _ask(*, request, circle, event, form):
    asked = circle.ask(event, by=request.user, **form.cleaned_data)
    words = ngettext("%(count)s person is asked.", "%(count)s people are asked.", asked)
    messages.success(request, words % {"count": asked})


def chosen(request, event):
    """The Circle that the address names, None when it names none; 404 for one that the organiser cannot ask."""
    kind, _colon, slug = request.GET.get("of", "").partition(":")
    if not kind:
        return None
    rows = {"space": inviting.spaces, "partnership": inviting.partnerships}.get(kind)
    found = rows(event, request.user).filter(slug=slug[:120]).first() if rows else None
    if found is None:
        raise Http404
    return Circle(**{kind: found})
