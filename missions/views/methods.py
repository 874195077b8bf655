"""Methods in public: the library, a version with its stages, how two versions differ, and a version as a file."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render

from missions import content
from missions.actions.methods import KEEPS_METHODS
from missions.difference import ITEMS, Place
from missions.difference_words import Teller
from missions.lineage import lineage
from missions.models import EvidenceKind, Method, MethodRole, MethodVersion, Run
from web import region
from web.exports import json_response
from web.public import public_page

RUNS = 20  # named on the page of a version


@public_page
def method_list(request):
    methods = list(Method.objects.visible_to(request.user).with_shown().with_numbers())
    versions = MethodVersion.objects.visible_to(request.user).filter(method__in=methods).prefetch_related("stages")
    drafts = {one.method_id: one for one in versions if one.is_draft}
    shown = {one.pk: one for one in versions}
    rows = [
        {
            "method": one,
            "version": shown.get(one.shown_id) or drafts.get(one.pk),
            "has_draft": one.pk in drafts,
            "is_retired": one.shown_id is not None and one.latest_id is None,
        }
        for one in methods
    ]
    context = {"rows": [row for row in rows if row["version"]], "may_begin": request.user.has_perm(KEEPS_METHODS)}
    return render(request, "missions/method_list.html", context)


@public_page
def method(request, slug):
    """The newest version; of a method that was retired the last, of one that has only a draft that, for its owners."""
    found = get_object_or_404(Method.objects.visible_to(request.user).with_shown(), slug=slug)
    versions = MethodVersion.objects.visible_to(request.user).filter(method=found)
    version = versions.filter(pk=found.shown_id).first() or versions.first()
    if version is None:
        raise Http404
    return show_version(request, version)


def version_or_404(request, slug, number):
    rows = MethodVersion.objects.visible_to(request.user).select_related("method")
    return get_object_or_404(rows, method__slug=slug, number=number)


@public_page
def method_version(request, slug, number):
    return show_version(request, version_or_404(request, slug, number))


def show_version(request, version):
    one = version.method
    why = lineage(one, request.user, upto=version.number)
    versions = list(MethodVersion.objects.visible_to(request.user).filter(method=one).select_related("method"))
    newest = next((other for other in versions if other.is_current), None)
    roles, stages = MethodRole.objects.in_bulk(field_name="slug"), list(version.stages.all())
    used = {slug for stage in stages for slug in stage.roles}
    context = {
        "method": one,
        "version": version,
        "course": stages,
        "stages": described(stages, roles, why),
        "why": of_the_whole(why),
        "roles": [role for slug, role in roles.items() if slug in used],
        "versions": versions,
        "newest": newest,
        "runs": runs_of(version, request.user),
        "may_edit": Method.objects.editable_by(request.user).filter(pk=one.pk).exists(),
        "canonical": settings.SITE_URL + (one if version == newest else version).get_absolute_url(),
    }
    return render(request, "missions/method_version.html", context)


def runs_of(version, user):
    """How many runs there are of a version, and those of them whose mission `user` may see."""
    seen = list(Run.objects.visible_to(user).filter(method_version=version).select_related("mission")[:RUNS])
    total = version.runs.count()
    return {"seen": seen, "total": total, "others": total - len(seen)}


def of_the_whole(why):
    """The answers about the method as a whole, by what they are about."""
    named = {key: why.get(Place("", "stage", key)) for key in ("name", "suits", "origin", "sources")}
    return named | {"whole": why.get(Place("", "stage")), "weeks": why.get(Place("", "weeks"))}


@dataclass
class Described:
    """A stage with names instead of slugs, and why its parts are as they are."""

    stage: object
    roles: list
    items: dict
    why: dict

    @property
    def slug(self):
        return self.stage.slug


def described(stages, roles, why):
    kinds = {one.slug: one.name for one in EvidenceKind.objects.all()}
    return [
        Described(
            stage,
            roles=[(slug, roles.get(slug)) for slug in stage.roles],
            items={part: items_of(stage, part, kinds, why) for part in ITEMS},
            why={part: of_part(why, stage.slug, part) for part in ("stage", "purpose", "weeks", "roles", *ITEMS)},
        )
        for stage in stages
    ]


def items_of(stage, part, kinds, why):
    return [
        {
            "said": item,
            "kind": kinds.get(item.get("evidence_kind"), item.get("evidence_kind")),
            "why": why.get(Place(stage.slug, part, item["key"])),
        }
        for item in getattr(stage, part)
    ]


def of_part(why, slug, part):
    """The answers about a part as a whole; about the stage also those about its names."""
    keys = ("", "name", "short") if part == "stage" else ("",)
    return [one for key in keys for one in why.get(Place(slug, part, key), [])]


@public_page
def method_difference(request, slug, first, second):
    """How the second version differs from the first, and why; the lower number always comes first."""
    if first == second:
        return redirect("method_version", slug, first)
    if first > second:
        return redirect("method_difference", slug, second, first)
    rows = MethodVersion.objects.visible_to(request.user).filter(method__slug=slug).select_related("method")
    pair = {row.number: row for row in rows.filter(number__in=(first, second)).prefetch_related("stages")}
    if len(pair) < 2:
        raise Http404
    one = pair[first].method
    teller = Teller(lineage(one, request.user, after=first, upto=second))
    context = {
        "method": one,
        "first": pair[first],
        "second": pair[second],
        "sections": teller.sections(*(content.read_version(pair[number]) for number in (first, second))),
        "between": [row for row in rows if first < row.number <= second],
        "others": [
            (row, [sorted((row.number, number)) for number in (first, second)])
            for row in rows
            if row.number not in (first, second)
        ],
    }
    return render(request, "missions/method_difference.html", context)


@public_page(max_age=0)
def method_export(request, slug, number):
    """A version in the form of `methods.json`: a region can load it."""
    version = version_or_404(request, slug, number)
    data = region.current().open_data
    head = {
        "region": region.current().name,
        "publisher": region.current().publisher.name,
        "licence": data.licence,
        "licence_url": data.licence_url,
        "version": version.number,
        "published_at": version.published_at.isoformat(timespec="seconds") if version.published_at else None,
        "news": {"sv": version.news_sv, "en": version.news_en},
        "roles": [word(one) for one in MethodRole.objects.all()],
        "evidence_kinds": [word(one) for one in EvidenceKind.objects.all()],
    }
    return json_response(f"{slug}-{number}.json", head, "templates", [content.read_version(version)])


def word(one):
    """A word of the vocabulary as `methods.json` has it."""
    return {
        "key": one.slug,
        "label": {"sv": one.name_sv, "en": one.name_en},
        "description": {"sv": one.description_sv, "en": one.description_en},
    }
