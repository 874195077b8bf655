"""One post: changing it, its earlier wordings, taking it away; and leaving a discussion from a mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from notifications.tokens import read_token
from platforms.actions import Outdated, talk
from platforms.actions.talk_mail import FOR_STOP
from platforms.forms.talk import PostEditForm
from platforms.views.frame import form_view, room_or_404, show, space_view, typed
from platforms.views.talk import refuse, tell_unclear, thread_or_404
from web.kept import kept


def post_or_404(room, number, post):
    """A post that has not been removed, through its discussion."""
    thread = thread_or_404(room, number)
    posts = thread.posts.filter(removed_at=None).select_related("by", "on_behalf_of")
    found = get_object_or_404(posts, number=post)
    found.thread = thread
    return found


@space_view
@form_view
def post_edit(request, slug, number, post):
    room = room_or_404(request, slug)
    found = post_or_404(room, number, post)
    if found.by_id != request.user.pk:
        raise Http404
    form = PostEditForm(typed(request), initial={"body": found.body, "version": found.version, **kept(request)})
    if request.method == "POST" and form.is_valid():
        try:
            saved = talk.edit(found, by=request.user, **form.cleaned_data)
        except Outdated as error:
            return _conflict(request, room, form, error.current)
        except (ValidationError, PermissionDenied) as error:
            refuse(form, error)
        else:
            tell_unclear(request, saved)
            return redirect(saved)
    return show(request, "platforms/post_edit.html", room, {"post": found, "form": form}, tab="threads")


def _conflict(request, room, form, current):
    """409 with what is saved beside what was written; sending again saves the latter."""
    again = PostEditForm({"body": form.cleaned_data["body"], "version": current.version})
    context = {"post": current, "form": again}
    return show(request, "platforms/post_conflict.html", room, context, tab="threads", status=409)


@space_view
@require_safe
def post_history(request, slug, number, post):
    """How a post read before, newest first; whoever may read the post may read this."""
    room = room_or_404(request, slug)
    found = post_or_404(room, number, post)
    versions = found.versions.all()[:100]
    return show(request, "platforms/post_history.html", room, {"post": found, "versions": versions}, tab="threads")


@space_view
@form_view
def post_remove(request, slug, number, post):
    room = room_or_404(request, slug)
    found = post_or_404(room, number, post)
    if not (room.leads or found.by_id == request.user.pk):
        raise Http404
    if request.method == "POST":
        try:
            removed = talk.remove(found, by=request.user)
        except talk.Closed as error:
            messages.error(request, error.message)
            return redirect(found)
        messages.success(request, _("The post is removed."))
        return redirect(removed)
    return show(request, "platforms/post_remove.html", room, {"post": found}, tab="threads")


@csrf_exempt
@login_not_required
@cache_control(private=True, no_store=True)
@form_view
def follow_stop(request, token):
    """From a mail without signing in (RFC 8058): GET shows a page, POST ends it. It tells nothing of the space."""
    ids = read_token(FOR_STOP, token)
    if ids is None:
        raise Http404
    if request.method == "POST":
        talk.stop_following(*ids)
    return render(request, "platforms/follow_stop.html", {"done": request.method == "POST"})
