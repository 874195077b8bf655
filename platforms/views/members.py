"""Members of a space: the list, one of them, removing, leaving, the first visit, asking to join and being answered."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from platforms.actions import members, requests
from platforms.forms.members import (
    DecideForm,
    JoinForm,
    LeaveForm,
    MemberForm,
    SelfForm,
    WelcomeForm,
    organisations_of,
)
from platforms.models import WRITERS, Access, JoinRequest, RequestState, Space, SpaceMember, SpaceState
from platforms.names import name_of
from platforms.views.frame import form_view, room_or_404, show, space_view, typed
from web.paging import number_in, page_of

MEMBERS_A_PAGE = 50


def _mine_or_404(request, slug):
    """The room of somebody who is a member; a reader of an open space is not."""
    room = room_or_404(request, slug)
    if room.member is None:
        raise Http404
    return room


def _member_or_404(room, pk):
    rows = room.space.members.select_related("user", "on_behalf_of")
    return get_object_or_404(rows, pk=pk)


@space_view
@require_safe
def member_list(request, slug):
    room = room_or_404(request, slug)
    ordered = room.space.members.order_by("joined_at", "pk").values_list("pk", flat=True)
    page = page_of(ordered, number_in(request), MEMBERS_A_PAGE)
    rows = room.space.members.filter(pk__in=page.rows).select_related("user", "on_behalf_of")
    asked = room.space.requests.filter(state=RequestState.OPEN).select_related("user", "on_behalf_of")
    context = {
        "page": page,
        "members": rows.order_by("joined_at", "pk"),
        "requests": asked[: settings.PAGE_SIZE] if room.leads else (),
        "vacant": members.vacant_seats(room.space, organisations_of(room.space.partnership))[: settings.PAGE_SIZE],
    }
    return show(request, "platforms/space_members.html", room, context, tab="space_members")


@space_view
@form_view
def member(request, slug, pk):
    """Oneself, or somebody else for a coordinator; for anybody else the page does not exist."""
    room = _mine_or_404(request, slug)
    row = _member_or_404(room, pk)
    if row.pk == room.member.pk:
        return _change_self(request, room, row)
    if not room.leads:
        raise Http404
    return _change_other(request, room, row)


def _change_self(request, room, row):
    organisations = organisations_of(room.space.partnership)
    initial = {"on_behalf_of": row.on_behalf_of_id, "introduction": row.introduction}
    form = SelfForm(typed(request), initial=initial, organisations=organisations)
    if form.is_valid():
        members.change_self(room.space, by=request.user, **form.cleaned_data)
        messages.success(request, _("The changes are saved."))
        return redirect("space_members", room.space.slug)
    return show(request, "platforms/space_member.html", room, {"row": row, "form": form}, tab="space_members")


def _change_other(request, room, row):
    organisations = organisations_of(room.space.partnership)
    initial = {"role": row.role, "on_behalf_of": row.on_behalf_of_id}
    form = MemberForm(typed(request), initial=initial, organisations=organisations)
    if form.is_valid():
        try:
            members.change_member(room.space, row.pk, by=request.user, **form.cleaned_data)
            messages.success(request, _("The changes are saved."))
            return redirect("space_members", room.space.slug)
        except ValidationError as error:
            form.add_error("role", error)
    return show(request, "platforms/space_member.html", room, {"row": row, "form": form}, tab="space_members")


@space_view
@form_view
def remove(request, slug, pk):
    """What removing somebody means, and the button."""
    room = room_or_404(request, slug, lead=True)
    row = _member_or_404(room, pk)
    if row.pk == room.member.pk:
        return redirect("space_leave", slug)
    if request.method == "POST":
        try:
            members.remove(room.space, pk, by=request.user)
            messages.success(request, _("%(person)s is no longer in the space.") % {"person": name_of(row.user)})
        except ValidationError as error:
            messages.error(request, error.message)
        return redirect("space_members", slug)
    tasks = members.open_tasks(room.space, row.user).count()
    return show(request, "platforms/space_remove.html", room, {"row": row, "tasks": tasks}, tab="space_members")


@space_view
@form_view
def leave(request, slug):
    """Two clicks: the link here, and the button, with what is handed over in between."""
    room = _mine_or_404(request, slug)
    others = room.space.members.exclude(pk=room.member.pk).select_related("user", "on_behalf_of")
    tasks = members.open_tasks(room.space, request.user)
    alone = room.leads and not others.coordinators().exists()
    form = LeaveForm(typed(request), others=others, has_tasks=tasks.exists(), leads_alone=alone)
    if form.is_valid():
        to = {name: chosen.pk if chosen else None for name, chosen in form.cleaned_data.items()}
        try:
            members.leave(room.space, by=request.user, **to)
            messages.success(request, _("You have left %(space)s. Thank you for being there.") % {"space": room.space})
            return redirect("my_spaces")
        except ValidationError as error:
            form.add_error(None, error)
    context = {"form": form, "tasks": tasks[: settings.PAGE_SIZE], "is_alone": not others.exists()}
    return show(request, "platforms/space_leave.html", room, context, tab="space_members")


@space_view
@form_view
def welcome(request, slug):
    """The first ten minutes: who one is, who else is here, what to do next. All of it can be skipped."""
    room = _mine_or_404(request, slug)
    form = WelcomeForm(typed(request), initial={"introduction": room.member.introduction})
    if form.is_valid():
        skips = "skip" in request.POST
        introduction = None if skips else form.cleaned_data["introduction"]
        members.welcome(room.space, by=request.user, introduction=introduction)
        return redirect("space", slug)
    others = room.space.members.exclude(pk=room.member.pk).select_related("user", "on_behalf_of")
    context = {"form": form, "others": others[:12], "count": others.count()}
    return show(request, "platforms/space_welcome.html", room, context)


# ── Asking to join ───────────────────────────────────────────────────────────────────────────────────────────────────
def is_at_the_door(user, slug):
    """Whether this is a space that `user` may ask to join, and not read."""
    asks = Space.objects.filter(slug=slug, access=Access.ASK, state=SpaceState.OPEN)
    return asks.exclude(pk__in=SpaceMember.objects.spaces_of(user)).exists()


@cache_control(private=True, no_store=True)
@form_view
def door(request, slug):
    """What somebody outside sees of a space whose name is public: what it is for, and how to ask to join."""
    spaces = Space.objects.filter(access__in=[Access.ASK, Access.REGISTERED], state=SpaceState.OPEN)
    space = get_object_or_404(spaces.select_related("partnership"), slug=slug)
    if SpaceMember.objects.filter(space=space, user=request.user, role__in=WRITERS).exists():
        return redirect("space", slug)
    asked = JoinRequest.objects.filter(space=space, user=request.user)
    organisations = organisations_of(space.partnership)
    form = JoinForm(typed(request), questions=space.question_list, organisations=organisations)
    if form.is_valid():
        organisation = form.cleaned_data["on_behalf_of"]
        try:
            requests.ask_to_join(space, by=request.user, answers=form.answers, on_behalf_of=organisation)
        except requests.Shut:
            raise Http404 from None
        return redirect("space_door", slug)
    context = {"space": space, "form": form, "waiting": asked.filter(state=RequestState.OPEN).first()}
    return render(request, "platforms/space_door.html", context)


@space_view
@form_view
def join_request(request, slug, pk):
    """A coordinator reads the answers, and lets in or says no."""
    room = room_or_404(request, slug, lead=True)
    rows = room.space.requests.select_related("user", "on_behalf_of", "decided_by")
    asked = get_object_or_404(rows, pk=pk)
    form = DecideForm(typed(request))
    if form.is_valid():
        try:
            requests.decide(room.space, pk, by=request.user, role=form.role, reason=form.cleaned_data["reason"])
            messages.success(request, _("%(person)s gets a mail with your answer.") % {"person": name_of(asked.user)})
            return redirect("space_members", slug)
        except ValidationError as error:
            form.add_error(None, error)
    return show(request, "platforms/space_request.html", room, {"asked": asked, "form": form}, tab="space_members")
