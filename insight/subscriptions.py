"""The pages of news by mail: asking for it, saying that the address is one's own, changing and ending it.

The last two are led to by mails and need no account: whoever has the mail has the address. GET and HEAD change nothing,
since mail programs and scanners follow links by themselves.
"""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.actions import proven_addresses
from accounts.models import Tally
from insight import actions
from insight.actions import CONFIRM, MANAGE
from insight.forms import ChoiceForm, SubscribeForm, chosen
from insight.models import Subscription
from notifications.bell import mail_may_wait
from notifications.tokens import read_token, token
from notifications.views import ONE_CLICK
from web.limits import client_address

PER_CLIENT, PER_ADDRESS = 10, 3
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOO_MANY = _("News has been asked for too often from here. Wait an hour and try again; what you have typed is kept.")
private = cache_control(private=True, no_store=True)
form_view = require_http_methods(["GET", "HEAD", "POST"])


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@private
@login_not_required
@form_view
def news(request):
    """Ask for news by mail. The answer is the same whether or not the address is known."""
    mine = _mine(request.user)
    form = SubscribeForm(request.POST or None, initial=_first_choice(request, mine))
    status = 200
    if request.method == "POST" and form.is_valid():
        if Tally.objects.spend("news.client", client_address(request), limit=PER_CLIENT, per=HOUR):
            return _asked(request, form)
        form.add_error(None, TOO_MANY)
        status = 429
    manage = mine and token(MANAGE, mine.pk)
    return render(request, "insight/news.html", {"form": form, "manage": manage}, status=status)


def _mine(user):
    """What a signed-in person gets already, at the address with which they sign in."""
    if not user.is_authenticated:
        return None
    return Subscription.objects.confirmed().filter(email=user.email).first()


def _first_choice(request, mine):
    """What a form begins with: what holds, and what the register was narrowed to when the reader came from there."""
    choice = chosen(mine) if mine else {"areas": [], "themes": []}
    for name, part in (("areas", "area"), ("themes", "theme")):
        choice[name] += request.GET.getlist(part)
    return choice | ({"email": request.user.email} if request.user.is_authenticated else {})


def _asked(request, form):
    """Of one address nobody asks so often that its mails become a nuisance; whoever asks is told nothing of that."""
    email = form.cleaned_data["email"]
    if request.user.is_authenticated and email in proven_addresses(request.user):
        row = actions.subscribe(email=email, is_proven=True, language=_language(), **form.wish())
        return _settled(request, row)
    if Tally.objects.spend("news.address", email, limit=PER_ADDRESS, per=DAY):
        actions.subscribe(email=email, is_proven=False, language=_language(), **form.wish())
    return _done(request, "asked", email=email, may_wait=mail_may_wait())


def _language():
    return get_language() or "sv"


def _settled(request, row):
    return _done(request, "settled", subscription=row, token=token(MANAGE, row.pk))


def _done(request, what, status=200, **context):
    """The page that says what became of it."""
    return render(request, "insight/news_done.html", {"what": what, **context}, status=status)


# ── From a mail ──────────────────────────────────────────────────────────────────────────────────────────────────────
@private
@csrf_exempt
@login_not_required
@form_view
def news_confirm(request, token):
    """The mail that asked leads here: what news that would be, and a button that says yes."""
    pk = _read(CONFIRM, token)
    if request.method == "POST" and (row := actions.confirm(pk)):
        return _settled(request, row)
    row = _subscription(pk)
    if row is None:
        return _done(request, "gone", status=410)
    if row.confirmed_at:
        return _settled(request, row)
    return render(request, "insight/news_confirm.html", {"subscription": row})


@private
@csrf_exempt
@login_not_required
@form_view
def news_manage(request, token):
    """Choose anew or end it; a mail program's one click (RFC 8058) ends it, too."""
    row = _subscription(_read(MANAGE, token))
    if row is None:
        return _done(request, "ended")
    if ONE_CLICK in request.POST or "end" in request.POST:
        actions.end(row)
        return _done(request, "ended")
    form = ChoiceForm(request.POST or None, initial=chosen(row))
    if request.method == "POST" and form.is_valid():
        actions.change(row, **form.wish())
        return _settled(request, _subscription(row.pk))
    return render(request, "insight/news_manage.html", {"form": form, "subscription": row})


def _read(purpose, text):
    ids = read_token(purpose, text)
    if ids is None:
        raise Http404
    return ids[0]


def _subscription(pk):
    return Subscription.objects.filter(pk=pk).prefetch_related("areas", "themes").first()
