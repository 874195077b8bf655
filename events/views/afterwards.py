"""After an event: what an organiser counts, closing it, and the evidence that staff report with."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from events import evidence
from events.actions import counting
from events.forms.door import HeadcountForm, PeriodForm
from events.models import Headcount
from events.views.desk import desk_view, event_to_keep, show
from missions.views.frame import saved
from platforms.views.frame import form_view, saying
from web.exports import json_response, table_response
from web.paging import number_in, page_of
from web.templatetags.web import address

PAGE = 50
MOST_ORGANISATIONS = 100


@desk_view
@form_view
def event_afterwards(request, slug):
    """Numbers of women, men and others; closing the event, and opening it again."""
    event = event_to_keep(request, slug)
    do = request.POST.get("do", "")
    if do in STEPS:
        with saying(request):
            act, words = STEPS[do]
            act(event, by=request.user)
            messages.success(request, words)
        return redirect("event_afterwards", slug)
    said = Headcount.objects.filter(event=event).select_related("by").first()
    initial = {name: getattr(said, name) for name in ("women", "men", "other")} if said else None
    form = HeadcountForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and saved(form, counting.state_headcount, event=event, by=request.user, **form.cleaned_data):
        messages.success(request, _("The numbers are kept."))
        return redirect("event_afterwards", slug)
    context = {
        "form": form,
        "headcount": said,
        "came": counting.came_or_facts(event),
        "facts": event.attendance.select_related("actor").order_by("-people", "pk"),
        "goes_on": event.ends_at + counting.kept(event),
        "may_open": event.counted_at and event.registrations.exists(),
    }
    return show(request, "events/afterwards.html", event, context, tab="event_afterwards")


STEPS = {
    "close": (counting.close, gettext_lazy("The event is closed: how many came from where is kept as a fact.")),
    "open": (counting.open_again, gettext_lazy("The event is open again.")),
}


# ── Evidence ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _period(request):
    """(the form, the Period that it asks for): this year unless the address says something else."""
    since, until = evidence.this_year()
    form = PeriodForm(request.GET or None, initial={"since": since, "until": until})
    said = form.cleaned_data if request.GET and form.is_valid() else {}
    period = evidence.Period(said.get("since") or since, said.get("until") or until, said.get("kind", ""))
    return form, period


def _staff_only(request):
    if not request.user.has_perm("events.view_event"):
        raise PermissionDenied


@cache_control(private=True, no_store=True)
@require_safe
def event_evidence(request):
    """All events of a period with how many came from where, for staff."""
    _staff_only(request)
    form, period = _period(request)
    events = period.events()
    page = page_of(events.values_list("pk", flat=True), number_in(request), PAGE)
    found = evidence.with_facts(events).in_bulk(page.rows)
    query = urlencode({"since": period.since, "until": period.until, "kind": period.kind})
    context = {
        "form": form,
        "period": period,
        "page": page,
        "rows": [(found[pk], address("event", found[pk].slug)) for pk in page.rows],
        "totals": evidence.totals(events),
        "organisations": evidence.by_organisation(events)[:MOST_ORGANISATIONS],
        "query": query,
        "is_invented": any(one.is_example for one in found.values()),
    }
    return render(request, "events/evidence.html", context)


@dataclass(frozen=True)
class Table:
    """A file of the evidence: its columns by key, and the rows of a period in them."""

    title: str
    columns: dict
    rows: object


def _event_rows(events):
    for one in evidence.with_facts(events).prefetch_related("organisers"):
        headcount = getattr(one, "headcount", None)
        yield {
            "date": one.starts_at.date().isoformat(),
            "title": one.title,
            "kind": one.get_kind_display(),
            "organisers": ", ".join(filter(None, [*map(str, one.organisers.all()), one.organiser_note])),
            "hours": _number(one.hours),
            "people": one.people,
            "organisations": one.from_organisations,
            "person_hours": _number(one.person_hours),
            "women": headcount and headcount.women,
            "men": headcount and headcount.men,
            "other": headcount and headcount.other,
            "closed": bool(one.counted_at),
        }


def _organisation_rows(events):
    rows = evidence.Attendance.objects.filter(event__in=events.values("pk")).select_related("event", "actor")
    for one in rows.order_by("-event__starts_at", "event", "pk"):
        yield {
            "date": one.event.starts_at.date().isoformat(),
            "title": one.event.title,
            "kind": one.event.get_kind_display(),
            "organisation": one.actor.name if one.actor else None,
            "organisation_number": one.actor.organisation_number if one.actor else None,
            "people": one.people,
            "hours": _number(one.hours),
            "person_hours": None if one.hours is None else _number(one.people * one.hours),
        }


def _number(value):
    return None if value is None else round(float(value), 2)


_SHARED = {"date": gettext_lazy("Date"), "title": gettext_lazy("Event"), "kind": gettext_lazy("Kind of event")}
TABLES = {
    "events": Table(
        gettext_lazy("Events"),
        {
            **_SHARED,
            "organisers": gettext_lazy("Organisers"),
            "hours": gettext_lazy("Hours"),
            "people": gettext_lazy("People"),
            "organisations": gettext_lazy("Organisations"),
            "person_hours": gettext_lazy("Hours of all together"),
            "women": gettext_lazy("Women"),
            "men": gettext_lazy("Men"),
            "other": gettext_lazy("Other, or not stated"),
            "closed": gettext_lazy("Closed"),
        },
        _event_rows,
    ),
    "organisations": Table(
        gettext_lazy("Organisations"),
        {
            **_SHARED,
            "organisation": gettext_lazy("Organisation"),
            "organisation_number": gettext_lazy("Organisation number"),
            "people": gettext_lazy("People"),
            "hours": gettext_lazy("Hours each"),
            "person_hours": gettext_lazy("Hours of all together"),
        },
        _organisation_rows,
    ),
}


@cache_control(private=True, no_store=True)
@require_safe
def event_evidence_export(request, what, format):
    """The evidence of a period as a file: one row for each event, or for each organisation at each event."""
    _staff_only(request)
    if what not in TABLES or format not in ("csv", "xlsx", "json"):
        raise Http404
    _form, period = _period(request)
    table, name = TABLES[what], f"{what}-{period.since}-{period.until}.{format}"
    rows = table.rows(period.events())
    if format == "json":
        head = {"since": period.since.isoformat(), "until": period.until.isoformat(), "kind": period.kind}
        return json_response(name, head, what, rows)
    headings = [str(label) for label in table.columns.values()]
    cells = ([row[key] for key in table.columns] for row in rows)
    return table_response(name, table.title, headings, cells)
