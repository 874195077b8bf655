"""What somebody typed outlives their session: it waits while they sign in again.

Views marked with `keeps_text` take part (`platforms.views.frame.space_view` marks those of spaces); their forms POST
to the address of the page that shows them, hold `{% whose %}` beside the CSRF token, and begin with
`kept(request)` as their initial values. What is kept is shown to the person who wrote it and to nobody else who signs
in with the same browser, for an hour or until it was sent.
"""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.core.signing import BadSignature, TimestampSigner
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext_lazy as _

IN_SESSION = "kept_text"
WHOSE = "_whose"
MOST_BYTES = 64 * 1024
MOST_PAGES = 3
SECONDS = 3600
NOT_TEXT = {"csrfmiddlewaretoken", WHOSE}
SIGN_IN = _("You were signed out. Sign in, and what you wrote is still there.")

_signer = TimestampSigner(salt="web.kept")


def keeps_text(view):
    """Mark a view whose typed text is kept when the session has ended."""
    view.keeps_text = True
    return view


def is_kept_on(request):
    return getattr(getattr(request.resolver_match, "func", None), "keeps_text", False)


def whose(user):
    """The value that says whose page a form was on."""
    return _signer.sign(str(user.pk))


def _writer(request):
    """The id of the person whose page the form was on, as text; "" when the form does not say."""
    try:
        return _signer.unsign(request.POST.get(WHOSE, ""), max_age=settings.SESSION_COOKIE_AGE)
    except BadSignature:
        return ""


def typed_text(request):
    """Name → values of the text fields that were sent, as much as fits; {} for what cannot be read or is not ours."""
    if request.method != "POST" or not is_kept_on(request):
        return {}
    try:
        sent = request.POST.lists()
    except (RequestDataTooBig, TooManyFieldsSent, MultiPartParserError, UnreadablePostError):
        return {}
    found, room = {}, MOST_BYTES
    for name, values in sent:
        size = sum(len(text.encode("utf-8", "ignore")) for text in (name, *values))
        if name not in NOT_TEXT and size <= room:
            found[name], room = values, room - size
    return found


def keep(request):
    """Put what was typed aside for the writer; True when there was something."""
    typed, writer = typed_text(request), _writer(request)
    if not (typed and writer):
        return False
    pages = dict(request.session.get(IN_SESSION, {}))
    pages.pop(request.path, None)
    pages[request.path] = {"typed": typed, "whose": writer, "until": time.time() + SECONDS}
    request.session[IN_SESSION] = dict(list(pages.items())[-MOST_PAGES:])
    return True


def kept(request):
    """What waits for the reader on this page, as initial values for its form; {} when nothing does."""
    page = request.session.get(IN_SESSION, {}).get(request.path)
    if page is None or page["whose"] != str(request.user.pk) or page["until"] < time.time():
        return {}
    return {name: values[0] if len(values) == 1 else values for name, values in page["typed"].items()}


def _forget(request):
    pages = dict(request.session[IN_SESSION])
    if pages.pop(request.path, None):
        request.session[IN_SESSION] = pages


class SignInKeepsText(LoginRequiredMiddleware):
    """Asks for signing in, and keeps what was typed for afterwards. CSRF has been checked by then."""

    def handle_no_permission(self, request, view_func):
        if keep(request):
            messages.info(request, SIGN_IN)
        return super().handle_no_permission(request, view_func)

    def process_response(self, request, response):
        """What was sent (answered by a redirect) needs not be kept any longer."""
        sent = request.method == "POST" and 300 <= response.status_code < 400
        if sent and request.user.is_authenticated and IN_SESSION in request.session:
            _forget(request)
        return response
