"""What the pages of signing up share: the event as the reader may see it, and whose seat a link opens."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control

from accounts.models import token_hash
from events.models import Event, Registration
from platforms.views.frame import form_view
from platforms.views.invitation import HEADERS

private = cache_control(private=True, no_store=True)


def open_page(view):
    """A page of an event for signing up: for anybody where the event is public. Who is not signed in is asked to sign
    in before anything else is said, whether there is such an event or not."""

    @login_not_required
    @private
    @form_view
    @wraps(view)
    def guarded(request, slug):
        event = _found(slug, request.user)
        if event is None and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if event is None:
            raise Http404
        return view(request, event)

    return guarded


def _found(slug, user):
    """The event if the reader may see it. Most are for everybody, which takes the shorter question."""
    there = Event.objects.filter(slug=slug)
    return there.published().first() or there.visible_to(user).first()


def by_link(view):
    """A page whose address is the key to a registration. A guest's opens for whoever holds it, a person's for that
    person, signed in, while they may see the event. Kept by nobody, and the browser tells its address to nobody."""

    @login_not_required
    @private
    @form_view
    @wraps(view)
    def guarded(request, token):
        rows = Registration.objects.select_related("event", "user", "actor", "by").with_number()
        row = get_object_or_404(rows, token_hash=token_hash(token))
        response = _answer(request, view, row)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    return guarded


def _answer(request, view, row):
    if row.user_id is None and row.sees_event:
        return view(request, row)
    if row.user_id is not None and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if row.user_id != request.user.pk or not Event.objects.visible_to(request.user).filter(pk=row.event_id).exists():
        raise Http404
    return view(request, row)
