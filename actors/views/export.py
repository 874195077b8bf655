"""The register as files: exactly what the list shows for the same address, from published columns only."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from actors.facets import LETTERS
from actors.filters import ActorFilter
from actors.models import Actor, ActorKind, Certainty, SizeClass
from actors.views.register import bad_address
from web import region
from web.exports import csv_response, json_response, xlsx_response
from web.public import public_page

XLSX_ROWS = 10_000  # a workbook is written as a whole before it is sent
BATCH = 1000


@dataclass(frozen=True)
class Column:
    """A field of the open data: its key in JSON, its heading in tables, and what it holds."""

    key: str
    label: str
    about: str
    choices: dict | None = None
    facet: str = ""


COLUMNS = [
    Column("name", _("Name"), _("The name the actor is known by.")),
    Column("legal_name", _("Registered name"), _("The name in the register of companies, when it is another.")),
    Column("organisation_number", _("Organisation number"), _("Ten digits. Never that of a sole trader.")),
    Column("unit", _("Unit"), _("Which part of the organisation, when several share one number.")),
    Column("kind", _("Kind of actor"), _("One of six kinds."), dict(ActorKind.choices)),
    Column("size", _("Size"), _("Size class of the European Union."), dict(SizeClass.choices)),
    Column("sni_code", _("Industry code (SNI)"), _("Code of Swedish industrial classification.")),
    Column("sni_version", _("SNI version"), _("Which edition the code is from.")),
    Column("municipality", _("Municipality"), _("Name in tables, official code in JSON."), facet="municipality"),
    Column("seat_outside", _("Seat outside the region"), _("The place, for actors with their seat elsewhere.")),
    Column("latitude", _("Latitude"), _("WGS 84, decimal degrees.")),
    Column("longitude", _("Longitude"), _("WGS 84, decimal degrees.")),
    Column("website", _("Website"), _("Address of the actor's own website.")),
    Column("contact_email", _("Public e-mail address"), _("An address the actor has chosen to show.")),
    Column("description_sv", _("Description in Swedish"), _("What the actor does.")),
    Column("description_en", _("Description in English"), _("What the actor does.")),
    Column("offers_sv", _("Offers, in Swedish"), _("What the actor offers others.")),
    Column("offers_en", _("Offers, in English"), _("What the actor offers others.")),
    Column("seeks_sv", _("Seeks, in Swedish"), _("What the actor seeks.")),
    Column("seeks_en", _("Seeks, in English"), _("What the actor seeks.")),
    Column("areas", _("Specialisation areas"), _("Sub-areas and the areas they are part of."), facet="area"),
    Column("themes", _("Themes"), _("Themes that the missions work on."), facet="theme"),
    Column("competences", _("Competences"), _("What the actor knows or can do."), facet="competence"),
    Column("source", _("Source"), _("Where the facts come from.")),
    Column("certainty", _("Certainty"), _("How sure the facts are."), dict(Certainty.choices)),
    Column("confirmed_at", _("Last confirmed"), _("When somebody last said that it is right.")),
    Column("published_at", _("Published"), _("When the actor came into the register.")),
]
FIELDS = [column.key for column in COLUMNS if not column.facet]
FACETS = [column for column in COLUMNS if column.facet]


@public_page(max_age=0)
def actor_export(request, format):
    if format not in WRITERS:
        raise Http404
    wanted = ActorFilter(request.GET, every_competence=True)
    if problems := wanted.problems():
        return bad_address(request, problems)
    return WRITERS[format](request, wanted)


def as_csv(request, wanted):
    return csv_response("actors.csv", headings(), table_rows(wanted))


def as_xlsx(request, wanted):
    if wanted.narrowed()[: XLSX_ROWS + 1].count() > XLSX_ROWS:
        context = {"limit": XLSX_ROWS, "query": wanted.query_string()}
        return render(request, "actors/too_many_rows.html", context, status=400)
    return xlsx_response("actors.xlsx", str(_("Actors")), headings(), table_rows(wanted))


def as_json(request, wanted):
    head = region.current().open_data_head()
    rows = ({**row, "licence": head["licence"]} for row in json_rows(wanted))
    return json_response("actors.json", head, "actors", rows)


WRITERS = {"csv": as_csv, "xlsx": as_xlsx, "json": as_json}


def headings():
    return [str(column.label) for column in COLUMNS]


def table_rows(wanted):
    """One list of cells per actor, with the names of tags in the reader's language."""
    choices = {c.key: {value: str(label) for value, label in c.choices.items()} for c in COLUMNS if c.choices}
    names = {key: tag.name for key, tag in wanted.vocabulary.tags.items()}
    for row in rows(wanted):
        yield [cell(column, row, choices, names) for column in COLUMNS]


def cell(column, row, choices, names):
    if column.facet:
        return ", ".join(names[key] for key in keys(row, column.facet) if key in names)
    value = row[column.key]
    return choices[column.key].get(value, value) if column.choices else value


def json_rows(wanted):
    """One object per actor, with the values that addresses use for tags."""
    values = {key: tag.value for key, tag in wanted.vocabulary.tags.items()}
    for row in rows(wanted):
        facts = {name: row[name] if row[name] != "" else None for name in FIELDS}
        for column in FACETS:
            facts[column.key] = [values[key] for key in keys(row, column.facet) if key in values]
        facts["municipality"] = next(iter(facts["municipality"]), None)
        yield facts


def keys(row, facet):
    letter = LETTERS[facet] + ":"
    return [key for key in row["facets"] if key.startswith(letter)]


def rows(wanted):
    """The published actors of the result in A–Ö order, fetched in batches that each start where the last ended.

    No transaction is open while a slow reader takes its time, and no more than one batch is in memory.
    """
    ordered = wanted.narrowed().order_by("name_sort", "id").values(*FIELDS, "facets", "name_sort", "id")
    batch = list(ordered[: BATCH // 4])
    while batch:
        yield from batch
        last = batch[-1]
        beyond = Q(name_sort__gt=last["name_sort"]) | Q(id__gt=last["id"])
        batch = list(ordered.filter(beyond, name_sort__gte=last["name_sort"])[:BATCH])


@public_page
def open_data(request):
    context = {
        "columns": COLUMNS,
        "xlsx_rows": XLSX_ROWS,
        "months": settings.ACTOR_FRESH_MONTHS,
        **Actor.objects.share_confirmed(),
    }
    return render(request, "actors/open_data.html", context)
