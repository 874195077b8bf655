"""Discussions: the list, one of them as a page and as news for who has it open, and what is done with it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, F, Min, OuterRef, Subquery
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from platforms import presence
from platforms.actions import mentions, note_visit, talk
from platforms.actions.talk_mail import reply_address
from platforms.actions.told import reach
from platforms.forms.talk import MoveForm, PostForm, ThreadForm
from platforms.models import POSTS_ON_A_PAGE, Follow, Mention, Post, SpaceMember, Thread, page_of_post
from platforms.views.frame import Room, form_view, room_or_404, show, space_view, typed
from web.kept import kept
from web.paging import MAX_PAGE, Page, page_of
from web.parameters import whole_numbers
from web.templatetags.web import numbered

ON_A_PAGE = 25
LAST_PAGE = page_of_post(talk.MOST_POSTS)
HIGHEST = talk.MOST_POSTS
PEOPLE = [f"{who}__{field}" for who in ("by", "removed_by") for field in ("name", "email", "anonymised_at")]
SHOWN = ("thread", "number", "html", "via", "created_at", "edited_at", "removed_at", "on_behalf_of__name", *PEOPLE)


def since(member):
    """What is newer than this is new to the member: their visit before this one."""
    return (member.before_at or member.joined_at) if member else None


def thread_or_404(room, number):
    thread = get_object_or_404(room.space.threads.select_related("by"), number=number)
    thread.space = room.space
    return thread


def refuse(form, error):
    """Say in the form why it was not taken, so that nothing typed is lost. 404 stays 404."""
    form.add_error(None, error if isinstance(error, ValidationError) else str(error))


def tell_unclear(request, post):
    """Names that mean nobody, since several members have them."""
    for name in getattr(post, "unclear", ()):
        text = _("Several members are called %(name)s, so none of them was told. Write @[%(name)s (organisation)].")
        messages.warning(request, text % {"name": name})


@space_view
@require_safe
def threads(request, slug):
    room = room_or_404(request, slug)
    number = whole_numbers(request.GET, page=(1, MAX_PAGE))["page"] or 1
    page = page_of(room.space.threads.values_list("pk", flat=True), number, ON_A_PAGE)
    if not page.rows and number > 1:
        raise Http404
    if room.member:
        note_visit(room.member)
    return show(request, "platforms/threads.html", room, {"page": page, "rows": _rows(page.rows, room)}, tab="threads")


def _rows(ids, room):
    """Each discussion of the page with its last post, and whether that is new to the reader."""
    found = Thread.objects.in_bulk(ids)
    last = Post.objects.filter(thread__in=ids, number=F("thread__post_count")).select_related("by", "on_behalf_of")
    last = {post.thread_id: post for post in last.defer("body", "html")}
    newer_than = since(room.member)
    rows = []
    for pk in ids:
        thread, post = found[pk], last.get(pk)
        thread.space = room.space
        is_own = post is not None and post.by_id == room.user.pk
        is_new = newer_than is not None and thread.posted_at > newer_than and not is_own
        rows.append({"thread": thread, "last": post, "is_new": is_new})
    return rows


@space_view
@form_view
def thread_new(request, slug):
    room = room_or_404(request, slug)
    form = ThreadForm(typed(request), initial=kept(request))
    if request.method == "POST" and form.is_valid():
        try:
            post = talk.start(room.space, by=request.user, **form.cleaned_data)
        except (ValidationError, PermissionDenied) as error:
            refuse(form, error)
        else:
            tell_unclear(request, post)
            return redirect(post.thread)
    elif not room.may_write:
        messages.error(request, _("You cannot write in this space just now."))
        return redirect("threads", slug)
    context = {"form": form, "reach": reach(room.space, request.user)}
    return show(request, "platforms/thread_new.html", room, context, tab="threads")


@space_view
@form_view
def thread(request, slug, number):
    asked = whole_numbers(request.GET, page=(1, LAST_PAGE), after=(0, HIGHEST))
    if asked["after"] is not None and request.method != "POST":
        return _news(request, slug, number, asked["after"])
    room = room_or_404(request, slug)
    found = thread_or_404(room, number)
    form = PostForm(typed(request), initial=kept(request))
    if request.method == "POST" and form.is_valid():
        try:
            post = talk.write(found, by=request.user, body=form.cleaned_data["body"])
        except (ValidationError, PermissionDenied) as error:
            refuse(form, error)
        else:
            tell_unclear(request, post)
            return redirect(post)
    return _page(request, room, found, form, asked["page"])


def _page(request, room, found, form, number):
    first_new = _first_new(found, room)
    page = _posts(found, number or page_of_post(first_new or found.post_count))
    _mark(page.rows, room, found, first_new)
    if not page.rows and page.number > 1:
        raise Http404
    if room.member:
        note_visit(room.member)
        talk.mark_seen(found, request.user)
        presence.note(found.pk, request.user.pk, page.last)
    context = {
        "thread": found,
        "posts": page.rows,
        "page": page,
        "first_new": first_new,
        "new_page": page_of_post(first_new) if first_new else None,
        "form": form,
        "may_post": room.may_write and not found.is_closed,
        "may_close": room.may_write and (room.leads or found.by_id == request.user.pk),
        "follows": room.member and Follow.objects.filter(thread=found, user=request.user).exists(),
        "by_mail": bool(reply_address(found.pk, request.user.pk)),
    }
    if context["may_post"]:
        context["reach"] = reach(room.space, request.user, found)
    return show(request, "platforms/thread.html", room, context, tab="threads")


def _first_new(found, room):
    """The number of the first post that is new to the reader, not their own; None when nothing is."""
    newer_than = since(room.member)
    if newer_than is None or found.posted_at <= newer_than:
        return None
    new = found.posts.filter(created_at__gt=newer_than).exclude(by=room.user)
    return new.aggregate(first=Min("number"))["first"]


def _posts(found, number):
    """A page of posts is a range of numbers, so that it costs the same and holds the same however many there are."""
    first = (number - 1) * POSTS_ON_A_PAGE + 1
    rows = _with_people(found.posts.filter(number__gte=first, number__lt=first + POSTS_ON_A_PAGE))
    return Page(rows, number, POSTS_ON_A_PAGE, has_next=found.post_count >= first + POSTS_ON_A_PAGE)


def _with_people(posts):
    return list(posts.select_related("by", "on_behalf_of", "removed_by").only(*SHOWN).order_by("number"))


def _mark(posts, room, found, first_new):
    """What each post is to the reader: new (from number `first_new` on), to change, to remove."""
    remove = numbered("post_remove", room.space.slug, found.number)
    for post in posts:
        is_own = post.by_id == room.user.pk
        post.is_new = bool(first_new and post.number >= first_new and not is_own)
        post.may_change = is_own and room.may_write and not found.is_closed
        may_remove = post.may_change or (room.leads and room.space.is_open)
        post.remove_url = remove(post.number) if may_remove else ""


def _news(request, slug, number, after):
    """The posts after number `after`, for a page that is open; 204 when there are none. Cheap: it is asked often."""
    role = SpaceMember.objects.filter(space=OuterRef("space"), user=request.user).values("role")
    visible = Thread.objects.visible_to(request.user).select_related("space").annotate(role=Subquery(role[:1]))
    found = get_object_or_404(visible, space__slug=slug, number=number)
    last = min(found.post_count, after + POSTS_ON_A_PAGE)
    if found.role:
        presence.note(found.pk, request.user.pk, max(last, after))
    if last <= after:
        return HttpResponse(status=204)
    member = SpaceMember(space=found.space, user=request.user, role=found.role) if found.role else None
    room = Room(found.space, member, request.user)
    calls = Mention.objects.unseen_by(request.user).filter(post=OuterRef("pk"))
    posts = _with_people(found.posts.filter(number__gt=after, number__lte=last).annotate(calls_reader=Exists(calls)))
    if member:
        talk.mark_seen(found, request.user, mentions=any(post.calls_reader for post in posts))
    _mark(posts, room, found, after + 1)
    context = {"room": room, "space": found.space, "thread": found, "posts": posts}
    return render(request, "platforms/_new_posts.html", context)


@space_view
@require_safe
def talk_names(request, slug):
    """The names that can be written after @, for who may write."""
    room = room_or_404(request, slug)
    if not room.may_write:
        raise Http404
    return JsonResponse({"names": mentions.offered(room.space)})


@space_view
@form_view
def thread_follow(request, slug, number):
    room = room_or_404(request, slug)
    found = thread_or_404(room, number)
    if request.method == "POST":
        wanted = request.POST.get("follow") == "1"
        talk.follow(found, by=request.user, wanted=wanted)
        words = _("You now get new posts here by mail.") if wanted else _("You get no more mails from here.")
        messages.success(request, words)
    return redirect(found)


@space_view
@form_view
def thread_close(request, slug, number):
    """Close or open a discussion: both can be undone, so there is no question before."""
    room = room_or_404(request, slug)
    found = thread_or_404(room, number)
    if request.method == "POST":
        closed = request.POST.get("closed") == "1"
        try:
            talk.set_closed(found, by=request.user, closed=closed)
        except talk.Closed as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The discussion is closed.") if closed else _("The discussion is open again."))
    return redirect(found)


@space_view
@form_view
def thread_move(request, slug, number):
    room = room_or_404(request, slug, lead=True)
    found = thread_or_404(room, number)
    others = type(room.space).objects.led_by(request.user).writable_by(request.user).exclude(pk=room.space.pk)
    form = MoveForm(typed(request), initial=kept(request), spaces=others.order_by("name", "pk"))
    if request.method == "POST" and form.is_valid():
        moved = talk.move(found, by=request.user, to=form.cleaned_data["space"])
        messages.success(request, _("The discussion is moved."))
        return redirect(moved)
    return show(request, "platforms/thread_move.html", room, {"thread": found, "form": form}, tab="threads")
