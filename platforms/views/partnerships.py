"""Partnerships in public: the list, the page of one, what an actor takes part in, and opening a space."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control

from actors.models import Actor, ActorStatus
from actors.views.actor import signed
from platforms.actions import open_space
from platforms.filters import FACETS, PartnershipFilter, by_name
from platforms.forms.partnerships import SpaceForm
from platforms.helix import helix
from platforms.models import Partnership, PartnershipMember, PartnershipRole, PartnershipStatus, Space
from platforms.views.frame import form_view, typed
from web import region
from web.jsonld import script
from web.paging import page_of
from web.public import public_page

PAGE_SIZE = 20
MEMBERS = 300  # shown on one page; more are told by their number
SPACES = 20
OF_AN_ACTOR = 50
SECTORS = ("academia", "business", "public", "civil", "support")


@public_page
def partnership_list(request):
    wanted = PartnershipFilter(request.GET)
    here = reverse("partnership_list")
    if problems := wanted.problems():
        context = {"problems": problems, "all": here, "all_label": _("Show all partnerships")}
        return render(request, "actors/bad_address.html", context, status=400)
    page = page_of(wanted.ordered().values_list("pk", flat=True), wanted.page_number, PAGE_SIZE)
    if not page.rows and page.number > 1:
        raise Http404
    context = {
        "here": here,
        "page": page,
        "rows": as_rows(wanted.ordered().filter(pk__in=page.rows), PAGE_SIZE),
        "total": wanted.narrowed()[: settings.COUNT_CAP + 1].count(),
        "cap": settings.COUNT_CAP,
        "groups": groups(wanted, FACETS),
        "chips": chips(wanted, here),
        "is_narrowed": bool(wanted.chosen),
    }
    return render(request, "platforms/partnership_list.html", context)


def groups(wanted, facets):
    """The facets (name and legend) with their options and numbers."""
    counts, tags = wanted.counts(), wanted.tags()
    return [
        {
            "name": facet,
            "legend": legend,
            "options": [
                {
                    "value": value,
                    "label": label,
                    "count": counts[facet].get(value, 0),
                    "checked": value in wanted.chosen.get(facet, ()),
                    "sub": is_part,
                }
                for value, label, is_part in tags[facet]
            ],
        }
        for facet, legend in facets.items()
    ]


def chips(wanted, here):
    labels = {facet: {value: label for value, label, _sub in tags} for facet, tags in wanted.tags().items()}
    return [
        {"label": labels[facet][value], "url": here + wanted.query_string(remove=(facet, value))}
        for facet, values in wanted.chosen.items()
        for value in values
    ]


def as_rows(partnerships, most):
    """At most so many partnerships as rows of a list, with their themes and how many organisations they have."""
    current = Count("members", filter=Q(members__left_on=None))
    signs = region.current().theme_signs
    return [
        {"partnership": row, "themes": signed(row.themes.all(), signs)}
        for row in partnerships.annotate(organisations=current).prefetch_related("themes")[:most]
    ]


@public_page
def partnership(request, slug):
    rows = Partnership.objects.visible_to(request.user).select_related("lead")
    found = get_object_or_404(rows, slug=slug)
    members = list(found.members.current().select_related("actor")[: MEMBERS + 1])
    newest = found.agreements.first()
    context = {
        "partnership": found,
        "themes": signed(found.themes.all(), region.current().theme_signs),
        "areas": in_areas(found),
        "helix": helix((member.actor.kind, member.is_new) for member in members),
        "lead": found.lead if found.lead and found.lead.is_named else None,
        "roles": by_role(found, members[:MEMBERS]),
        "unnamed": sum(not member.actor.is_named for member in members),
        "spaces": Space.objects.announced().filter(partnership=found).only("slug", "name", "purpose")[:SPACES],
        "agreement": newest,
        "acceptances": newest.acceptances.count() if newest else 0,
        "asked": asked_to_accept(found, newest, request.user),
        "may_open": request.user.has_perm("platforms.add_space"),
        "may_change": request.user.has_perm("platforms.change_partnership"),
        "canonical": settings.SITE_URL + found.get_absolute_url(),
        "jsonld": script(facts(found, members)),
    }
    return render(request, "platforms/partnership.html", context)


def in_areas(found):
    signs = region.current().area_signs
    rows = list(found.areas.select_related("parent").order_by("position", "pk"))
    return [
        {"tag": area, "sign": signs.get((area.parent or area).slug, ""), "top": area.parent or area} for area in rows
    ]


@dataclass
class Sector:
    name: str
    members: list


def by_role(found, members):
    """The named members by role, and within it by sector, each in the order of its name."""
    roles = []
    for role in PartnershipRole:
        here = [member for member in members if role_in(found, member) == role and member.actor.is_named]
        if here:
            roles.append({"role": role, "sectors": by_sector(here)})
    return roles


def role_in(found, member):
    return PartnershipRole.LEAD if member.actor_id == found.lead_id else member.role


def by_sector(members):
    sectors = {}
    for member in sorted(members, key=lambda member: (member.actor.name.casefold(), member.pk)):
        leg = member.leg
        sectors.setdefault(leg.value if leg else "support", []).append(member)
    names = {name: (sectors[name][0].leg.label if name != "support" else _("Support system")) for name in sectors}
    return [Sector(names[name], sectors[name]) for name in SECTORS if name in sectors]


def asked_to_accept(found, agreement, user):
    """The organisations of `user` that have not accepted the newest version yet."""
    if not user.is_authenticated or agreement is None or found.status == PartnershipStatus.CLOSED:
        return []
    mine = found.members.current().represented_by(user).select_related("actor")
    return list(mine.exclude(acceptances__agreement=agreement))


def facts(found, members):
    """The partnership as schema.org knows a project or an organisation, from published columns only."""
    described = {
        "@context": "https://schema.org",
        "@type": "Project" if found.kind == "project" else "Organization",
        "name": found.name,
        "description": found.purpose,
        "url": settings.SITE_URL + found.get_absolute_url(),
        "foundingDate": found.starts_on.isoformat() if found.starts_on else "",
        "dissolutionDate": found.ends_on.isoformat() if found.ends_on else "",
        "member": [
            {"@type": "Organization", "name": one.actor.name, "url": settings.SITE_URL + one.actor.get_absolute_url()}
            for one in members
            if one.actor.status == ActorStatus.PUBLISHED
        ],
    }
    return {key: value for key, value in described.items() if value}


@public_page
def actor_partnerships(request, slug):
    """The partnerships that an actor is in: a page, and the part of it that the actor's page takes in."""
    actor = get_object_or_404(Actor.objects.published(), slug=slug)
    mine = PartnershipMember.objects.current().filter(actor=actor).values("partnership")
    found = Partnership.objects.published().filter(Q(pk__in=mine) | Q(lead=actor)).order_by(by_name(), "pk")
    context = {"actor": actor, "rows": as_rows(found, OF_AN_ACTOR)}
    return render(request, "platforms/actor_partnerships.html", context)


@cache_control(private=True, no_store=True)
@form_view
def space_open(request, slug):
    """Staff open a space for the partnership and go there."""
    if not request.user.has_perm("platforms.add_space"):
        raise Http404
    found = get_object_or_404(Partnership.objects.visible_to(request.user), slug=slug)
    form = SpaceForm(typed(request))
    if request.method == "POST" and form.is_valid():
        return redirect(open_space(found, by=request.user, **form.cleaned_data))
    return render(request, "platforms/space_open.html", {"partnership": found, "form": form})
