"""The report on a method: a page, and the same as a tagged PDF."""

from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from missions.models import Method, MethodVersion
from missions.report import report_of
from web import region
from web.pdf import pdf_of
from web.public import public_page

SOURCE = Path(__file__).parent.parent / "report.typ"


def _method(request, slug):
    return get_object_or_404(Method.objects.published(), slug=slug)


@public_page
def method_report(request, slug):
    method = _method(request, slug)
    report = report_of(method)
    context = {
        "method": method,
        "newest": MethodVersion.objects.filter(method=method).published().order_by("-number").first(),
        "report": report,
        "lines": [(line, words_of(line), proof_of(line)) for line in report.lines],
        "others": sum(not one.is_public for one in report.runs),
        "table": report.compared,
        "canonical": settings.SITE_URL + request.path,
    }
    return render(request, "missions/method_report.html", context)


@public_page
def method_report_pdf(request, slug):
    """The report as a PDF with tags (PDF/UA-1), made anew each time from the same facts."""
    method = _method(request, slug)
    name = f"{timezone.localdate():%Y-%m-%d}-{method.slug}.pdf"
    answer = HttpResponse(pdf_of(SOURCE, facts_of(report_of(method))), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def words_of(line):
    return {
        "developed": _("The method was developed"),
        "carried_out": _("The method was carried out"),
        "tested": _("The method was tested"),
    }[line.key]


def proof_of(line):
    """What shows a line, in words."""
    numbers = line.numbers
    if line.key == "developed":
        versions = ngettext("%(number)s published version", "%(number)s published versions", numbers["versions"])
        changes = ngettext(
            "%(number)s of them because of a run", "%(number)s of them because of runs", numbers["taught"]
        )
        return f"{versions % {'number': numbers['versions']}}, {changes % {'number': numbers['taught']}}"
    if line.key == "carried_out":
        runs = ngettext("%(number)s run", "%(number)s runs", numbers["runs"]) % {"number": numbers["runs"]}
        closed = ngettext("%(number)s of them closed", "%(number)s of them closed", numbers["closed"])
        passed = ngettext("%(number)s stage passed", "%(number)s stages passed", numbers["passed"])
        return f"{runs}, {closed % {'number': numbers['closed']}}, {passed % {'number': numbers['passed']}}"
    people = ngettext("%(number)s person looked back", "%(number)s people looked back", numbers["reviews"])
    taught = ngettext("%(number)s change taught by a run", "%(number)s changes taught by runs", numbers["proposals"])
    told = [_pieces(numbers["evidence"]), people % {"number": numbers["reviews"]}]
    return ", ".join([*told, taught % {"number": numbers["proposals"]}])


def _pieces(number):
    return ngettext("%(number)s piece of evidence", "%(number)s pieces of evidence", number) % {"number": number}


# ── The PDF ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def facts_of(report):
    """All that the PDF says, in the reader's language."""
    newest = report.versions[-1]
    here = region.current()
    shown = [one for one in report.runs if one.is_public]
    return {
        "invented": _("Invented example: these runs never happened. They show what a report can hold.")
        if report.is_invented
        else "",
        "title": _("Report on the method “%(name)s”") % {"name": newest.name},
        "made": _("%(site)s, %(day)s") % {"site": str(here.site_name), "day": _day(timezone.localdate())},
        "labels": {
            "lines": _("In short"),
            "holds": _("Yes"),
            "open": _("Not yet"),
            "versions": _("Versions"),
            "runs": _("Runs"),
            "stages": _("Stages compared"),
            "stage": _("Stage"),
            "median": _("Days, median"),
            "learnt": _("Lessons"),
            "none": _("Nothing yet."),
        },
        "lines": [{"said": words_of(line), "holds": line.holds, "proof": proof_of(line)} for line in report.lines],
        "versions": [
            {"name": str(version), "day": _day(version.published_at), "news": version.news}
            for version in report.versions
        ],
        "runs": [_run_facts(one) for one in shown],
        "others": _others(len(report.runs) - len(shown)),
        "names": [str(one.run) for one in shown],
        "stages": [
            {
                "name": row["name"],
                "median": "–" if row["median"] is None else str(row["median"]),
                "cells": [_cell(cell) for cell in row["cells"]],
            }
            for row in report.compared
        ],
    }


def _run_facts(one):
    run = one.run
    learnt = [
        f"{stage.name}: {stage.learning or stage.reason}"
        for stage in one.stages.values()
        if stage.learning or stage.reason
    ]
    return {
        "name": str(run),
        "told": f"{run.method_version} · {run.get_state_display()} · {_day(run.started_on)}"
        + (f" – {_day(run.closed_on)}" if run.closed_on else ""),
        "outcome": run.outcome,
        "learnt": learnt,
    }


def _cell(stage):
    if stage is None:
        return ["–"]
    took = "" if stage.days is None else ngettext("%(number)s day", "%(number)s days", stage.days)
    told = f"{stage.words}, {took % {'number': stage.days}}" if took else stage.words
    more = [_("%(yes)s of %(asked)s yes") % {"yes": stage.yes, "asked": stage.asked}] if stage.asked else []
    if stage.adjusted:
        more.append(_times(stage.adjusted))
    if stage.evidence:
        more.append(_pieces(stage.evidence))
    return [told, *more]


def _times(number):
    return ngettext("adjusted %(number)s time", "adjusted %(number)s times", number) % {"number": number}


def _others(number):
    if not number:
        return ""
    words = ngettext(
        "And %(number)s run in a partnership that is not public.",
        "And %(number)s runs in partnerships that are not public.",
        number,
    )
    return words % {"number": number}


def _day(when):
    return date_format(when, "j F Y")
