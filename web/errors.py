"""Errors in the hub's own face: what happened in plain words, and one next step.

The handlers that Django calls, and pages for views to answer with: `gone`, `too_many`, `unavailable`. Whoever asked for
JSON gets problem+json (RFC 9457). The pages for 500 and 503 need neither the database nor the session.
"""

import logging

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_path, gettext_lazy, override
from django.views.decorators.csrf import requires_csrf_token

from web import kept, region

logger = logging.getLogger(__name__)
TITLES = {
    400: gettext_lazy("That request could not be understood"),
    403: gettext_lazy("You may not see this page"),
    404: gettext_lazy("There is no such page"),
    410: gettext_lazy("This page has been removed"),
    429: gettext_lazy("Too many tries in a short time"),
    500: gettext_lazy("Something went wrong on our side"),
    503: gettext_lazy("The service is resting for a moment"),
}
LONG_TEXT = 20  # what is shorter is quickly typed again
JSON = ("application/problem+json", "application/json")


def wants_json(request):
    return request.path.endswith(".json") or request.get_preferred_type(["text/html", *JSON]) in JSON


def answer(request, status, *, template=None, detail="", values=None, **headers):
    """The page of `status` with the reader's menu, or its problem+json; `detail` is shown to the reader."""
    with override(get_language_from_path(request.path) or "sv"):
        if wants_json(request):
            return problem(status, detail, headers)
        context = {"status": status, "heading": TITLES[status], "detail": detail, **(values or {})}
        html = render_to_string(template or f"{status}.html", context, request)
        return HttpResponse(html, status=status, headers=headers)


def problem(status, detail="", headers=None):
    body = {"type": "about:blank", "status": status, "title": str(TITLES[status]), "detail": str(detail)}
    return JsonResponse(body, status=status, content_type="application/problem+json", headers=headers)


def plain(request, status, **headers):
    """The page of `status` made from the region's folder alone, and bare text if even that fails."""
    with override(get_language_from_path(request.path) or "sv"):
        try:
            context = {"status": status, "heading": TITLES[status], "region": region.current()}
            return HttpResponse(render_to_string(f"{status}.html", context), status=status, headers=headers)
        except Exception:  # whatever broke the page must not break its apology
            logger.exception("The page for %s could not be made.", status)
            return HttpResponse(f"{status} {TITLES[status]}", "text/plain; charset=utf-8", status, headers=headers)


@login_not_required
@requires_csrf_token
def bad_request(request, exception=None):
    return answer(request, 400)


@login_not_required
@requires_csrf_token
def forbidden(request, exception=None):
    return answer(request, 403)


@login_not_required
@requires_csrf_token
def not_found(request, exception=None):
    return answer(request, 404)


@login_not_required
def server_error(request):
    return problem(500) if wants_json(request) else plain(request, 500)


@login_not_required
@requires_csrf_token
def csrf_failure(request, reason=""):
    """The form cannot be taken, but what was written in it can be copied from the page."""
    written = [text for values in kept.typed_text(request).values() for text in values if len(text) >= LONG_TEXT]
    return answer(request, 403, template="403_csrf.html", values={"written": written})


def gone(request, detail=""):
    """What stood here was taken away on purpose."""
    return answer(request, 410, detail=detail)


def too_many(request, seconds=60, detail=""):
    """A limit was reached; it ends in `seconds`."""
    return answer(request, 429, detail=detail, **{"Retry-After": str(seconds)})


def unavailable(request, seconds=30):
    """The database is away or too busy for this question."""
    headers = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
    return problem(503, headers=headers) if wants_json(request) else plain(request, 503, **headers)


def is_overload(exception):
    """Whether the database gave up on a statement, on a lock, or is not there: it may work in a moment."""
    return isinstance(exception, OperationalError)
