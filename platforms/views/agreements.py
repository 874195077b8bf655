"""The agreement of a partnership: anybody may read it and see which organisations accepted it; members accept."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from platforms.actions import accept_agreement
from platforms.models import Agreement, Partnership
from platforms.views.partnerships import MEMBERS, asked_to_accept
from web import markdown
from web.public import public_page


def agreement_or_404(request, slug, version):
    rows = Agreement.objects.filter(partnership__in=Partnership.objects.visible_to(request.user))
    return get_object_or_404(rows.select_related("partnership"), partnership__slug=slug, version=version)


@public_page
def partnership_agreement(request, slug, version):
    """One version: its text, and by which organisations it was accepted, and when; not by whom."""
    found = agreement_or_404(request, slug, version)
    together = found.partnership
    acceptances = found.acceptances.select_related("member__actor").order_by("at", "pk")[:MEMBERS]
    versions = list(together.agreements.all())
    is_newest = versions[0].pk == found.pk
    context = {
        "partnership": together,
        "agreement": found,
        "text": markdown.render(found.text),
        "versions": versions,
        "is_newest": is_newest,
        "acceptances": [one for one in acceptances if one.member.actor.is_named],
        "asked": asked_to_accept(together, found, request.user) if is_newest else [],
    }
    return render(request, "platforms/agreement.html", context)


@require_POST
def agreement_accept(request, slug, version):
    """A representative accepts for one organisation, once; a second press finds it done."""
    found = agreement_or_404(request, slug, version)
    mine = found.partnership.members.represented_by(request.user).select_related("actor")
    member = get_object_or_404(mine, pk=number(request.POST.get("member")))
    said = {"name": member.actor.name, "version": found.version}
    try:
        is_new = accept_agreement(found, member, by=request.user)
    except ValidationError as error:
        messages.error(request, error.message)
    else:
        done = _("%(name)s has accepted version %(version)s.")
        messages.success(request, (done if is_new else _("%(name)s had already accepted version %(version)s.")) % said)
    return redirect(found)


def number(text):
    """The id that a form sends, or one that no row has."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0
