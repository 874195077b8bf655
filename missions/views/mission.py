"""The page of a mission: what it is to reach, what it rests on, what is known and what is not."""

from types import SimpleNamespace

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, Value
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from actors.models import Actor, ActorStatus, Area, Theme
from missions.actions import told
from missions.actions.mission import STEPS, criteria_of, missing, open_steps
from missions.argument import argument_of
from missions.models import Mission, MissionState
from missions.picture import MANY, picture
from missions.portfolio import Standing, portfolio_of
from missions.views.frame import tabs
from platforms.helix import helix
from platforms.models import Access, Partnership, PartnershipMember, SpaceMember, SpaceState
from platforms.views.frame import room_or_404, space_view
from platforms.views.frame import show as show_in_space
from web import region
from web.jsonld import script
from web.public import public_page
from web.templatetags.web import numbered
from web.text import in_language

ORGANISATIONS = 300
OF_ONE = 50  # missions of an actor, a partnership or a space


@public_page
def mission(request, slug):
    rows = Mission.objects.visible_to(request.user).with_latest_value().with_open_needs()
    found = get_object_or_404(rows.select_related("owner", "partnership", "space"), slug=slug)
    reader = reader_of(found, request.user)
    argument = argument_of(found, inside=reader["inside"])
    if reader["may_edit"] and argument.said:
        where, proof = numbered("statement", found.slug), numbered("evidence_new", found.slug)
        for one in argument.said:
            one.url, one.proof_url = where(one.statement.number), proof(one.statement.number)
    criteria, members = criteria_of(found), organisations(found, inside=reader["inside"])
    legs = helix((one.kind, None) for one in members)
    context = {
        "mission": found,
        "tabs": tabs(found, "mission"),
        "tags": tags_of(found),
        "criteria": criteria,
        "argument": argument,
        "picture": "" if len(argument.said) > MANY else picture(argument),  # a large one has a page of its own
        "organisations": [one for one in members if one.is_here and one.is_named],
        "helix": legs,
        "missing": missing(found, criteria) if found.state == MissionState.FORMING else [],
        "portfolio": portfolio_of(found, request.user, standing_of(reader)),
        "open_points": open_points(found, argument, legs),
        "canonical": settings.SITE_URL + found.get_absolute_url(),
        "jsonld": script(facts(found, members)),
        **reader,
    }
    return render(request, "missions/mission.html", context)


def reader_of(found, user):
    """What the reader may do with the mission: read its space (`inside`), edit, lead, publish it."""
    keeps = user.has_perm("missions.change_mission")
    if not user.is_authenticated:
        return {"inside": False, "may_edit": False, "leads": False, "may_publish": False}
    member = SpaceMember.objects.filter(space=found.space_id, user=user).first() if found.space_id else None
    writes = member and member.may_write and found.space.is_open if found.space_id else keeps
    leads = member and member.is_coordinator and found.space.is_open if found.space_id else keeps
    if member:
        told.seen(user, found)
    return {
        "member": member,
        "inside": bool(member) or bool(found.space_id and found.space.access == Access.REGISTERED),
        "may_edit": bool(writes) and not found.is_ended,
        "leads": bool(leads),
        "may_publish": bool(leads or keeps),
        "may_keep": keeps and not found.space_id,
        "may_relocate": keeps and bool(found.space_id) and found.space.state == SpaceState.CLOSED,
        "is_stranded": bool(member) and found.space.state == SpaceState.CLOSED,
        "steps": [{"name": name, "label": STEPS[name].label} for name in open_steps(found)] if leads else [],
    }


def standing_of(reader):
    return Standing(bool(reader.get("member")), reader["may_edit"], reader["leads"], reader["inside"])


def organisations(found, *, inside=False):
    """The mission's own organisations (`is_here`); for the helix those of its partnership, when it has one that the
    reader may know. What was merged keeps its link, and is not told of twice."""
    here = Mission.actors.through.objects.filter(mission=found, actor=OuterRef("pk"))
    rows = Actor.objects.filter(merged_into=None).annotate(is_here=Exists(here))
    if not (found.partnership_id and (inside or found.partnership.is_published)):
        return list(rows.filter(is_here=True).order_by("name", "pk")[:ORGANISATIONS])
    together = PartnershipMember.objects.current().filter(partnership=found.partnership_id).values("actor")
    return list(rows.filter(Q(is_here=True) | Q(pk__in=together)).order_by("name", "pk")[:ORGANISATIONS])


def tags_of(found, relation="missions"):
    """The themes and areas of something with their signs and classes, in one question; `relation` leads to it."""
    signs = region.current()
    columns = ("position", "slug", "name_sv", "name_en")
    themes = Theme.objects.filter(**{relation: found}).values_list(*columns, Value(""), Value("theme"))
    areas = Area.objects.filter(**{relation: found}).values_list(*columns, "parent__slug", Value("area"))
    rows = sorted(themes.union(areas), key=lambda row: (row[-1] != "theme", row[0], row[1]))
    return [_tag(*row, signs) for row in rows]


def _tag(_position, slug, name_sv, name_en, parent, kind, signs):
    marks, top = (signs.theme_signs if kind == "theme" else signs.area_signs), parent or slug
    name = in_language(SimpleNamespace(name_sv=name_sv, name_en=name_en), "name")
    return {"name": name, "css": f"{kind}-{top}", "sign": marks.get(top, "")}


def open_points(found, argument, legs):
    """How many things nobody knows yet."""
    gaps = len(argument.untested) + len(argument.without_owner) + len(argument.overdue)
    return gaps + len(legs.empty) + found.open_needs


def facts(found, members):
    """The mission as schema.org knows a project, from published columns only."""
    described = {
        "@context": "https://schema.org",
        "@type": "Project",
        "name": found.name,
        "description": found.goal,
        "url": settings.SITE_URL + found.get_absolute_url(),
        "foundingDate": found.started_on.isoformat() if found.started_on else "",
        "dissolutionDate": found.ended_on.isoformat() if found.ended_on else "",
        "member": [
            {"@type": "Organization", "name": one.name, "url": settings.SITE_URL + one.get_absolute_url()}
            for one in members
            if one.is_here and one.status == ActorStatus.PUBLISHED
        ],
    }
    return {key: value for key, value in described.items() if value}


@public_page
def mission_picture(request, slug):
    found = get_object_or_404(Mission.objects.visible_to(request.user), slug=slug)
    context = {"mission": found, "tabs": tabs(found, "mission"), "picture": picture(argument_of(found, inside=False))}
    return render(request, "missions/picture.html", context)


# ── Missions of something else ───────────────────────────────────────────────────────────────────────────────────────
def in_order(missions):
    """Those under way first, candidates last."""
    order = {state: place for place, state in enumerate(("started", "forming", "documented", "ended", "candidate"))}
    return sorted(missions[:OF_ONE], key=lambda one: (order[one.state], one.name.casefold(), one.pk))


@public_page
def partnership_missions(request, slug):
    """The missions of a partnership: a page, and the part of it that the partnership's page takes in."""
    found = get_object_or_404(Partnership.objects.visible_to(request.user), slug=slug)
    rows = Mission.objects.visible_to(request.user).filter(partnership=found).with_latest_value()
    context = {"partnership": found, "rows": in_order(rows)}
    return render(request, "missions/partnership_missions.html", context)


@public_page
def actor_missions(request, slug):
    """The missions that an actor owns or takes part in: a page, and the part that the actor's page takes in."""
    actor = get_object_or_404(Actor.objects.published(), slug=slug)
    mine = Mission.actors.through.objects.filter(actor=actor).values("mission")
    rows = Mission.objects.published().filter(Q(owner=actor) | Q(pk__in=mine)).with_latest_value()
    context = {"actor": actor, "rows": in_order(rows)}
    return render(request, "missions/actor_missions.html", context)


@space_view
@require_safe
def space_missions(request, slug):
    room = room_or_404(request, slug)
    rows = Mission.objects.filter(space=room.space).with_latest_value()
    context = {"rows": in_order(rows), "may_add": room.leads and room.space.is_open}
    return show_in_space(request, "missions/space_missions.html", room, context, tab="space_missions")
