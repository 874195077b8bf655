"""What is new for a person on the site, what they want to hear of, and when the digest comes."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import User
from notifications import telling, wishes
from notifications.forms import DigestForm, choose, end_digest
from notifications.models import BY_NAME, EVERYTHING, DigestSetting, Mute, Notification
from notifications.subjects import kind_name, lines_of
from notifications.tokens import SETTINGS, read_token
from web.paging import number_in, page_of

private = cache_control(private=True, no_store=True)
form_view = require_http_methods(["GET", "HEAD", "POST"])
TARGET = 40  # characters at most
NO_MORE = gettext_lazy("You hear no more of it. What is said to you by name still stands here.")
AGAIN = gettext_lazy("You hear of it again.")
ONE_CLICK = "List-Unsubscribe"  # RFC 8058: what a mail program posts


@private
@form_view
def notices(request):
    """Everything that a person was told, newest first; POST marks all as seen, or mutes something."""
    if request.method == "POST":
        return _change(request)
    page = page_of(
        Notification.objects.filter(user=request.user).values_list("pk", flat=True),
        number_in(request),
        settings.PAGE_SIZE,
    )
    rows = list(Notification.objects.filter(pk__in=page.rows))
    muted = list(Mute.objects.filter(user=request.user).exclude(target__startswith=wishes.PREFIX))
    lines = lines_of(rows + [_as_row(mute) for mute in muted])
    gone = [row.pk for row in rows if row.pk not in lines and row.read_at is None]
    if gone:  # what the person may no longer read, or is there no more, counts as news to nobody
        Notification.objects.filter(pk__in=gone).update(read_at=timezone.now())
    targets = {mute.target for mute in muted}
    shown = [
        {"row": row, "line": lines[row.pk], "less": _less(row, lines[row.pk], targets)}
        for row in rows
        if row.pk in lines
    ]
    context = {"page": page, "rows": shown, "muted": _named(muted, lines), "until": max_at(rows)}
    return render(request, "notifications/notices.html", context)


def max_at(rows):
    """The newest moment on the page, for "mark all as seen": what comes later stays unread."""
    return max((row.at for row in rows), default=timezone.now()).isoformat()


def _as_row(mute):
    """What is muted as a notification, which the readers can name; its id is below nought, where no row has one."""
    return Notification(pk=-mute.pk, user_id=mute.user_id, thing=mute.target)


def _named(muted, lines):
    """What is muted in words, for who may still read them."""
    return [{"target": mute.target, "name": _name_of(mute.target, lines.get(-mute.pk))} for mute in muted]


def _name_of(target, line):
    if target == EVERYTHING:
        return _("Everything")
    if kind := kind_name(target):
        return capfirst(kind)
    if line is None:
        return _("Something that is no longer there")
    return f"{line.title} ({line.place})" if line.place else line.title


def _less(row, line, muted):
    """What can be muted beside a notice, from the narrow to the wide: [(target, words)], without what is muted."""
    if EVERYTHING in muted:
        return []
    kind = f"kind:{row.kind}"
    offers = [] if row.place in muted else [(row.thing, _("Nothing more of “%(name)s”") % {"name": line.title})]
    offers += [(row.place, _("Nothing more from %(place)s") % {"place": line.place})]
    if (name := kind_name(kind)) and row.why not in BY_NAME:
        offers += [(kind, _("Nothing more of this kind, anywhere: %(kind)s") % {"kind": name})]
    offers += [(EVERYTHING, _("Nothing more at all"))]
    return [offer for offer in offers if offer[0] not in muted]


def _change(request):
    """Mark as seen, mute or unmute; back to the list."""
    target = request.POST.get("target", "")
    if request.POST.get("do") == "read":
        until = parse_datetime(request.POST.get("until", "")[:TARGET])
        if until is None or timezone.is_naive(until):
            raise BadRequest("No such moment.")
        telling.mark_all_read(request.user, until)
    elif request.POST.get("do") in ("mute", "unmute"):
        muted = request.POST["do"] == "mute"
        if muted and not _is_told_of(request.user, target):
            raise Http404
        telling.set_muted(request.user, target, muted=muted)
        messages.success(request, NO_MORE if muted else AGAIN)
    else:
        raise BadRequest("Nothing to do.")
    return redirect("notices")


def _is_told_of(user, target):
    if target == EVERYTHING or kind_name(target):
        return True
    return Notification.objects.filter(Q(thing=target) | Q(place=target), user=user).exists()


# ── The digest ───────────────────────────────────────────────────────────────────────────────────────────────────────
@private
@form_view
def digest_settings(request):
    """When my digest comes."""
    return _settings(request, request.user, "notices")


@private
@csrf_exempt
@login_not_required
@form_view
def digest_by_mail(request, token):
    """The same from a mail, without signing in. GET changes nothing; a mail program's one click (RFC 8058) ends it."""
    ids = read_token(SETTINGS, token)
    if ids is None:
        raise Http404
    user = get_object_or_404(User, pk=ids[0], is_active=True)
    if ONE_CLICK in request.POST:
        end_digest(_setting_of(user))
        return render(request, "notifications/digest.html", {"is_done": True})
    return _settings(request, user, "")


@private
@csrf_exempt
@login_not_required
@form_view
def mail_stop(request, token, kind):
    """No more reminders of one kind, from a mail, without signing in; POST does it, also a mail program's one click."""
    ids, label = read_token(SETTINGS, token), dict(wishes.kinds()).get(kind)
    if ids is None or label is None:
        raise Http404
    user = get_object_or_404(User, pk=ids[0], is_active=True)
    if request.method == "POST":
        wishes.stop(user, kind)
    context = {"label": label, "is_done": request.method == "POST", "token": token}
    return render(request, "notifications/mail_stop.html", context)


def _setting_of(user):
    return DigestSetting.objects.get_or_create(user=user)[0]


def _settings(request, user, back):
    setting = _setting_of(user) if request.method == "POST" else _read_setting(user)
    form = DigestForm.of(setting, wishes.unwanted(user), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in ("days", "hour", "most", "kinds")}
        choose(setting, timezone.now(), **chosen)
        if not back:
            return render(request, "notifications/digest.html", {"is_done": True, "setting": setting})
        messages.success(request, _("The changes are saved."))
        return redirect(back)
    context = {"form": form, "setting": setting, "by_mail": not back}
    return render(request, "notifications/digest.html", context)


def _read_setting(user):
    """The person's setting, or what holds as long as they have none: a page that is only read writes nothing."""
    return DigestSetting.objects.filter(user=user).first() or DigestSetting(user=user)
