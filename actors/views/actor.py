"""The page of one actor."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render

from actors.actions import following
from actors.models import Actor, ActorStatus
from web import region
from web.jsonld import script
from web.public import public_page


@public_page
def actor(request, slug):
    found = Actor.objects.visible_to(request.user).select_related("municipality").filter(slug=slug).first()
    if found is None or found.merged_into_id:
        into = merged_into(slug, request.user)
        return redirect(into, permanent=True) if into else gone_or_missing(request, slug)
    context = profile(found)
    may_edit = Actor.objects.editable_by(request.user).filter(pk=found.pk).exists()
    context |= {
        "may_edit": may_edit,
        "is_claimed": found.representatives.exists(),
        "is_public": found.status == ActorStatus.PUBLISHED,
        "canonical": settings.SITE_URL + found.get_absolute_url(),
        "jsonld": script(organisation(found, context["competences"])),
    }
    if request.user.is_authenticated and context["is_public"]:
        context["may_follow"] = True
        context["follows"] = found.followers.filter(user=request.user).exists()
        if context["follows"]:
            following.seen(request.user, found)
    return render(request, "actors/detail.html", context)


def profile(found):
    """What `actors/_profile.html` shows: on the actor's page, and in the preview before it is sent."""
    return {
        "actor": found,
        "areas": areas_of(found),
        "themes": signed(found.themes.all(), region.current().theme_signs),
        "competences": list(found.competences.all()),
    }


def merged_into(slug, user):
    """The actor that `slug` was merged into, through as many merges as there were; None if `user` may not see it."""
    row, seen = Actor.objects.exclude(merged_into=None).filter(slug=slug).first(), set()
    while row and row.merged_into_id and row.pk not in seen:
        seen.add(row.pk)
        row = Actor.objects.get(pk=row.merged_into_id)
    return Actor.objects.visible_to(user).filter(pk=row.pk, merged_into=None).first() if row else None


def gone_or_missing(request, slug):
    """410 for what was once public and is archived; 404 for everything else, whether or not it exists."""
    once_public = Actor.objects.filter(slug=slug, status=ActorStatus.ARCHIVED, published_at__isnull=False)
    if not once_public.exists():
        raise Http404
    return render(request, "410.html", status=410)


def areas_of(found):
    """The actor's areas, each with those of its sub-areas that the actor is in."""
    mine = list(found.areas.select_related("parent"))
    tops = {area.parent or area: [] for area in mine}
    for area in mine:
        if area.parent:
            tops[area.parent].append(area)
    signs = region.current().area_signs
    ordered = sorted(tops.items(), key=lambda item: (item[0].position, item[0].pk))
    return [{"tag": top, "sign": signs.get(top.slug, ""), "parts": parts} for top, parts in ordered]


def signed(tags, signs):
    return [{"tag": tag, "sign": signs.get(tag.slug, "")} for tag in tags]


def organisation(found, competences):
    """The actor as schema.org knows an organisation, from published columns only."""
    place = found.municipality.name if found.municipality else found.seat_outside
    facts = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": found.name,
        "legalName": found.legal_name,
        "url": settings.SITE_URL + found.get_absolute_url(),
        "sameAs": found.website,
        "description": found.description,
        "email": found.contact_email,
        "identifier": found.organisation_number,
        "address": {"@type": "PostalAddress", "addressLocality": place} if place else None,
        "knowsAbout": [tag.name for tag in competences],
    }
    return {key: value for key, value in facts.items() if value}
