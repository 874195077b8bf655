"""The coordinators' pages of invitations: whom to invite, a look before sending, the list, and one of them."""

from collections import Counter

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import CharField, Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import InvitationState, Tally
from accounts.proofs import HOUR
from actors.models import Actor
from notifications import bell
from notifications.models import Email
from platforms.actions import invitations
from platforms.actions.invitations import Result, Unfit
from platforms.actions.rooms import FROZEN, Frozen
from platforms.forms.invitations import InviteForm
from platforms.forms.members import organisations_of
from platforms.models import SpaceInvitation
from platforms.views.frame import form_view, room_or_404, show, space_view, typed
from web.paging import number_in, page_of
from web.uploads import takes_files

A_DAY = 1000
ENOUGH = gettext_lazy("You can send at most 1,000 invitations a day. What you have typed is kept: go on tomorrow.")
SHOWN = 100  # rows of a look before sending that are told one by one
STATES = {
    "": (gettext_lazy("All"), Q()),
    "waiting": (gettext_lazy("Waiting"), Q(state=InvitationState.OPEN, expires_at__gt=timezone.now)),
    "expired": (gettext_lazy("Run out"), Q(state=InvitationState.OPEN, expires_at__lte=timezone.now)),
    "accepted": (gettext_lazy("Accepted"), Q(state=InvitationState.ACCEPTED)),
    "declined": (gettext_lazy("Said no"), Q(state=InvitationState.DECLINED)),
    "forwarded": (gettext_lazy("Passed on"), Q(state=InvitationState.FORWARDED)),
    "revoked": (gettext_lazy("Withdrawn"), Q(state=InvitationState.REVOKED)),
}


# ── Whom to invite ───────────────────────────────────────────────────────────────────────────────────────────────────
@takes_files
@space_view
@form_view
def invite(request, slug):
    room = room_or_404(request, slug, lead=True)
    if not room.space.is_open:
        raise Frozen(FROZEN[room.space.state])
    organisations = organisations_of(room.space.partnership)
    asked = _asked_for(request)
    initial = {"language": request.user.language, **(prefilled(asked) if asked else {})}
    form = InviteForm(typed(request), request.FILES or None, organisations=organisations, initial=initial)
    if form.is_valid() and request.POST.get("do") != "change":
        return _send(request, room, form) if request.POST.get("do") == "send" else _look(request, room, form)
    if request.POST.get("do") == "change" and form.is_valid():
        form = InviteForm(initial={**form.cleaned_data}, organisations=organisations)
    return show(request, "platforms/invite.html", room, {"form": form, "asked_for": asked}, tab="invitations")


def _asked_for(request):
    """The public actor that a link to the empty form names."""
    slug = request.GET.get("actor", "") if request.method == "GET" else ""
    return Actor.objects.published().filter(slug=slug[:120]).first() if slug else None


def prefilled(actor):
    """What the form holds about an actor: what anybody reads in the register, and no person's address."""
    values = {"on_behalf_of": actor.pk}  # chosen only where the actor is in the partnership
    return values | ({"people": f"{actor.name} <{actor.contact_email}>"} if actor.contact_email else {})


def _look(request, room, form, status=200):
    """Who, and how many, before anything is sent. The page keeps everything itself: nothing is stored yet."""
    judged = invitations.judge(room.space, form.found)
    counts = Counter(one.result for one in judged)
    others = [one for one in judged if one.result != Result.NEW]
    context = {
        "form": form,
        "kept": {name: form.data.get(name, "") for name in ("people", "role", "on_behalf_of", "language", "line")},
        "new": [one.person for one in judged if one.result == Result.NEW],
        "others": others[:SHOWN],
        "more": max(len(others) - SHOWN, 0),
        "counts": [(result.label, counts[result]) for result in Result if counts[result] and result != Result.NEW],
        "invited": counts[Result.INVITED],
        "declined": counts[Result.DECLINED],
    }
    return show(request, "platforms/invite_look.html", room, context, tab="invitations", status=status)


def _send(request, room, form):
    values = dict(form.cleaned_data)
    values.pop("people"), values.pop("file")
    wanted = len(form.found)
    if not Tally.objects.spend("invite", request.user.pk, limit=A_DAY, per=HOUR * 24, count=wanted):
        form.add_error(None, ENOUGH)
        return show(request, "platforms/invite.html", room, {"form": form}, tab="invitations", status=429)
    counts = invitations.invite(room.space, by=request.user, people=form.found, **values)
    _say(request, counts)
    bell.tell_if_mail_may_wait(request)
    return redirect("invitations", room.space.slug)


def _say(request, counts):
    sent = counts[Result.NEW]
    text = ngettext("%(count)s invitation is on its way.", "%(count)s invitations are on their way.", sent)
    rest = [f"{counts[one]} {one.label}" for one in Result if counts[one] and one != Result.NEW]
    tail = _("Not sent: %(rest)s.") % {"rest": ", ".join(rest)} if rest else ""
    messages.success(request, f"{text % {'count': sent}} {tail}".strip())


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@space_view
@form_view
def invitation_list(request, slug):
    """All invitations with their state; POST reminds everybody who has not answered."""
    room = room_or_404(request, slug, lead=True)
    if request.method == "POST":
        count = invitations.remind(room.space, by=request.user)
        messages.success(
            request, ngettext("%(count)s reminder sent.", "%(count)s reminders sent.", count) % {"count": count}
        )
        return redirect("invitations", slug)
    state, number = _asked(request)
    found = room.space.invitations.filter(_now(STATES[state][1]))
    page = page_of(found.values_list("pk", flat=True), number, settings.PAGE_SIZE)
    sent, total = invitations.progress(room.space)
    context = {
        "page": page,
        "rows": _rows(page.rows),
        "states": _states(room.space, state),
        "to_remind": SpaceInvitation.objects.to_remind().filter(space=room.space).count(),
        "sent": sent,
        "total": total,
        "is_sending": sent < total,
    }
    return show(request, "platforms/invitations.html", room, context, tab="invitations")


def _asked(request):
    """The filter and the page of the address; an address that no link has is refused."""
    state = request.GET.get("state", "")
    if not set(request.GET) <= {"state", "page"} or state not in STATES:
        raise BadRequest
    return state, number_in(request)


def _now(condition):
    """A condition of STATES with the time of this moment."""
    parts = [(name, value() if callable(value) else value) for name, value in condition.children]
    return Q(*parts)


def _states(space, chosen):
    """The filters with how many each holds, in one question."""
    counts = space.invitations.aggregate(
        **{f"n_{key}": Count("pk", _now(q)) for key, (_label, q) in STATES.items() if key}
    )
    counts["n_"] = sum(counts.values())
    return [
        {"key": key, "label": label, "count": counts[f"n_{key}"], "current": key == chosen}
        for key, (label, _q) in STATES.items()
        if counts[f"n_{key}"] or not key
    ]


def _rows(pks):
    """Invitations with what became of their last mail."""
    number = Cast(F("sendings") + F("reminders"), CharField())
    key = Concat(Value("invitation:"), Cast("pk", CharField()), Value(":"), number)
    mail = Email.objects.filter(key=OuterRef("mail_key")).values("state")[:1]
    rows = SpaceInvitation.objects.select_related("by", "on_behalf_of", "accepted_by", "forwarded_from")
    return rows.filter(pk__in=pks).annotate(mail_key=key).annotate(mail_state=Subquery(mail))


@space_view
@form_view
def one(request, slug, pk):
    """One invitation: send again, withdraw, show the link."""
    room = room_or_404(request, slug, lead=True)
    row = get_object_or_404(_rows([pk]).filter(space=room.space))
    verb = VERBS.get(request.POST.get("do")) if request.method == "POST" else None
    link = ""
    if verb:
        try:
            answer = verb(request, room, row)
        except Unfit as error:
            messages.error(request, error.message)
            return redirect("invitation_one", slug, pk)
        if not isinstance(answer, str):
            return answer
        link = answer
    response = show(request, "platforms/invitation_one.html", room, {"row": row, "link": link}, tab="invitations")
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _resend(request, room, row):
    if not Tally.objects.spend("invite", request.user.pk, limit=A_DAY, per=HOUR * 24):
        messages.error(request, ENOUGH)
        return redirect("invitation_one", room.space.slug, row.pk)
    invitations.resend(room.space, row.pk, by=request.user)
    messages.success(request, _("The invitation is sent again. It works for seven days from now."))
    bell.tell_if_mail_may_wait(request)
    return redirect("invitations", room.space.slug)


def _revoke(request, room, row):
    invitations.revoke(room.space, row.pk, by=request.user)
    messages.success(request, _("The invitation is withdrawn. Its link lets nobody in any more."))
    return redirect("invitations", room.space.slug)


def _link(request, room, row):
    return settings.SITE_URL + reverse("invitation", args=[invitations.show_link(room.space, row.pk, by=request.user)])


VERBS = {"resend": _resend, "revoke": _revoke, "link": _link}
