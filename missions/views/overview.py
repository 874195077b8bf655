"""All missions at once: the list, as files and as a feed, what is tried across them, and what is promised by when."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db.models import BooleanField, Case, F, Q, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from actors.models import Representative
from actors.views.actor import signed
from missions.filters import FACETS, MissionFilter, with_progress
from missions.models import Commitment, Experiment, Level, Mission, MissionState, Verdict
from missions.progress import Progress
from platforms.views.partnerships import chips, groups
from web import region
from web.exports import json_response, table_response
from web.paging import number_in, page_of
from web.public import public_page

PAGE_SIZE = 20
ROWS = 30  # of experiments and promises on one page
NEWEST = 50
FORMATS = ("csv", "xlsx", "json")


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@public_page
def mission_list(request):
    wanted = MissionFilter(request.GET, Mission.objects.visible_to(request.user))
    here = reverse("mission_list")
    if problems := wanted.problems():
        return bad_address(request, problems)
    page = page_of(wanted.ordered().values_list("pk", flat=True), wanted.page_number, PAGE_SIZE)
    if not page.rows and page.number > 1:
        raise Http404
    context = {
        "here": here,
        "page": page,
        "rows": as_rows(wanted.ordered().filter(pk__in=page.rows)),
        "total": wanted.narrowed().count(),
        "groups": groups(wanted, FACETS),
        "chips": chips(wanted, here),
        "is_narrowed": bool(wanted.chosen),
        "exports": [(one, reverse("mission_export", args=[one]) + wanted.query_string()) for one in FORMATS],
    }
    return render(request, "missions/mission_list.html", context)


def bad_address(request, problems):
    context = {"problems": problems, "all": reverse("mission_list"), "all_label": _("Show all missions")}
    return render(request, "actors/bad_address.html", context, status=400)


@dataclass
class Row:
    mission: Mission
    themes: list
    progress: Progress
    begins: bool = False  # the first of its state on the page: a heading stands before it


def as_rows(missions):
    """Missions as rows of a list, with their themes and how far they have come."""
    signs, state, found = region.current().theme_signs, None, []
    for mission in with_progress(missions).prefetch_related("themes"):
        row = Row(mission, signed(mission.themes.all(), signs), progress_of(mission), mission.state != state)
        found.append(row)
        state = mission.state
    return found


def progress_of(mission):
    """Of a mission that was asked for `with_progress`."""
    return Progress(mission.baseline, mission.target, mission.latest, mission.unit)


# ── Files and feed: what is public ───────────────────────────────────────────────────────────────────────────────────
COLUMNS = {
    "name": gettext_lazy("Name"),
    "goal": gettext_lazy("Goal"),
    "state": gettext_lazy("State"),
    "level": gettext_lazy("Level"),
    "themes": gettext_lazy("Themes"),
    "areas": gettext_lazy("Areas"),
    "measure": gettext_lazy("Measure"),
    "unit": gettext_lazy("Unit"),
    "baseline": gettext_lazy("Baseline"),
    "target": gettext_lazy("Target"),
    "due_on": gettext_lazy("To be reached by"),
    "latest": gettext_lazy("Latest value"),
    "percent": gettext_lazy("Share of the way, in percent"),
    "measured_on": gettext_lazy("Measured"),
    "open_promises": gettext_lazy("Open promises"),
    "updated_at": gettext_lazy("Changed"),
    "source": gettext_lazy("Source"),
    "url": gettext_lazy("Address"),
}


@public_page(max_age=0)
def mission_export(request, format):
    if format not in FORMATS:
        raise Http404
    wanted = MissionFilter(request.GET, Mission.objects.published())
    if problems := wanted.problems():
        return bad_address(request, problems)
    found = facts(wanted.ordered().prefetch_related("themes", "areas"))
    if format == "json":
        return json_response("missions.json", region.current().open_data_head(), "missions", found)
    headings = [str(label) for label in COLUMNS.values()]
    rows = ([in_words(one)[key] for key in COLUMNS] for one in found)
    return table_response(f"missions.{format}", _("Missions"), headings, rows)


def facts(missions):
    """One dict of COLUMNS for each mission, with the values that addresses use."""
    return [
        {
            **{key: getattr(one, key) for key in COLUMNS if hasattr(one, key)},
            "themes": [theme.slug for theme in one.themes.all()],
            "areas": [area.slug for area in one.areas.all()],
            "percent": progress_of(one).percent,
            "url": settings.SITE_URL + one.get_absolute_url(),
        }
        for one in with_progress(missions)
    ]


def in_words(row):
    """A row as a table tells it."""
    words = {"state": MissionState(row["state"]).label, "level": Level(row["level"]).label}
    return {**row, **words, "themes": ", ".join(row["themes"]), "areas": ", ".join(row["areas"])}


@public_page(max_age=15 * 60)
def mission_feed(request):
    """What was changed last; the same address parts as the list narrow it."""
    wanted = MissionFilter(request.GET, Mission.objects.published())
    if problems := wanted.problems():
        return bad_address(request, problems)
    feed = Atom1Feed(
        title=_("Missions – %(site)s") % {"site": region.current().site_name},
        link=settings.SITE_URL + reverse("mission_list") + wanted.query_string(),
        feed_url=settings.SITE_URL + reverse("mission_feed") + wanted.query_string(),
        description="",
        language=get_language(),
    )
    for mission in wanted.narrowed().order_by("-updated_at", "-pk")[:NEWEST]:
        url = settings.SITE_URL + mission.get_absolute_url()
        feed.add_item(
            title=mission.name,
            link=url,
            description=mission.goal,
            unique_id=url,
            pubdate=mission.created_at,
            updateddate=mission.updated_at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


# ── Across missions ──────────────────────────────────────────────────────────────────────────────────────────────────
STAGES = {
    "running": gettext_lazy("Running"),
    "planned": gettext_lazy("Planned"),
    **{verdict.value: verdict.label for verdict in Verdict},
}


def at_stage(experiments, stage):
    today = timezone.localdate()
    if stage == "planned":
        return experiments.filter(verdict="", starts_on__gt=today)
    if stage == "running":
        return experiments.filter(verdict="").exclude(starts_on__gt=today)
    return experiments.filter(verdict=stage)


@public_page
def portfolios(request):
    """What is tried in all missions, by what follows from it."""
    stage = request.GET.get("stage", "")
    if stage and stage not in STAGES:
        raise BadRequest("No such stage.")
    all_of_them = Experiment.objects.filter(mission__in=Mission.objects.visible_to(request.user).values("pk"))
    rows = at_stage(all_of_them, stage) if stage else all_of_them
    order = Case(When(verdict="", then=Value(0)), default=Value(1))
    rows = rows.select_related("mission", "owner_actor", "statement")
    page = page_of(rows.order_by(order, F("ends_on").desc(nulls_last=True), "-pk"), number_in(request), ROWS)
    if not page.rows and page.number > 1:
        raise Http404
    context = {"page": page, "stage": stage, "stages": list(STAGES.items())}
    return render(request, "missions/portfolios.html", context)


@public_page
def open_commitments(request):
    """What is promised in all missions and not done yet, by its day; one's own first."""
    missions = Mission.objects.visible_to(request.user).exclude(state=MissionState.ENDED)
    rows = Commitment.objects.open().filter(mission__in=missions.values("pk")).select_related("mission", "actor")
    rows = rows.annotate(mine=is_mine(request.user))
    page = page_of(rows.order_by("-mine", F("due_on").asc(nulls_last=True), "pk"), number_in(request), ROWS)
    if not page.rows and page.number > 1:
        raise Http404
    return render(request, "missions/open_commitments.html", {"page": page})


def is_mine(user):
    """Whether a promise is the person's, or an organisation's that they speak for."""
    if not user.is_authenticated:
        return Value(False, output_field=BooleanField())
    ours = Q(user=user.pk) | Q(actor__in=Representative.objects.actors_of(user))
    return Case(When(ours, then=Value(True)), default=Value(False), output_field=BooleanField())
