"""The ability before and after: one page for everybody, and the same as text and in files."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events import ability_words as words
from events.ability import ability_now, label_of
from events.ability_picture import picture, sign_of
from events.between import evidence_of
from events.models import FEWEST, Assessment, Round
from web.exports import json_response, table_response
from web.public import public_page

FORMATS = ("csv", "xlsx", "json", "md", "txt")


@public_page
def ability(request):
    found = ability_now()
    gaps = evidence_of(found)
    context = {
        "ability": found,
        "title": words.title(),
        "verdict": words.verdict(found) if found.rounds else "",
        "rounds": [(one, label_of(one), sign_of(one)) for one in found.rounds],
        "parts": [(part, words.part_name(part), rows_of(part, found.rounds)) for part in found.parts],
        "gaps": [(words.gap_name(one), words.gap_days(one), words.evidence_rows(one), one.runs) for one in gaps],
        "method": words.method_in_words(),
        "invented": words.invented(),
        "exports": [(one, reverse("ability_export", args=[one])) for one in FORMATS],
        "canonical": settings.SITE_URL + request.path,
        "fewest": FEWEST,
        **of_reader(request.user),
    }
    return render(request, "events/ability.html", context)


def of_reader(user):
    """What waits for a person who answers or keeps rounds."""
    if not user.is_authenticated:
        return {}
    asked = Assessment.objects.of(user).filter(round__closed_at=None).select_related("round", "actor", "role")
    keeps = user.has_perm("events.change_round")
    return {"asked": asked, "keeps": keeps, "all_rounds": Round.objects.order_by("-opens_on", "-pk") if keeps else ()}


def rows_of(part, rounds):
    """Each dimension with its picture, its change in words, and its cells as the table has them."""
    return [
        {
            "row": row,
            "picture": picture(row, rounds),
            "change": words.change_in_words(row),
            "cells": list(zip(row.all, row.same or [None] * len(rounds), strict=True)),
        }
        for row in part.rows
    ]


@public_page(max_age=0)
def ability_export(request, format):
    """Exactly what the page shows."""
    if format not in FORMATS:
        raise Http404
    found = ability_now()
    gaps = evidence_of(found)
    name = f"{timezone.localdate():%Y-%m-%d}-ability.{format}"
    if format in ("md", "txt"):
        kind = "text/markdown" if format == "md" else "text/plain"
        answer = HttpResponse(words.as_text(found, gaps, marks=format == "md"), content_type=f"{kind}; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    rows = list(words.figures(found, gaps))
    if format in ("csv", "xlsx"):
        return table_response(name, _("Ability"), words.headings(), rows)
    head = {"title": words.title(), "language": get_language(), "invented": found.is_invented}
    return json_response(name, head, "figures", [as_object(row) for row in rows])


def as_object(row):
    found = dict(zip(words.COLUMNS, row, strict=True))
    if found["value"] is not None:
        found["value"] = float(found["value"])
    return found
