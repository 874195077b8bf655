"""What every answer carries, and which requests are not worth asking the views."""

import logging

from django.conf import settings
from django.core.exceptions import SuspiciousOperation

from web import errors

logger = logging.getLogger(__name__)
PERMISSIONS = (
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()"
)
LONGEST_QUERY = 4096


def _is_personal(request, response):
    """Whether the answer may be made for one person: a session came with the question, or a cookie goes with it."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or bool(response.cookies)


def headers(get_response):
    def middleware(request):
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if hasattr(request, "session") and _is_personal(request, response):
            response.headers["Cache-Control"] = "private, no-store"
        return response

    return middleware


def sound_addresses(get_response):
    """Refuse addresses that no link of ours can have: a null character, or a query longer than a page of text."""

    def middleware(request):
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path or "%00" in query or "\x00" in query or len(query) > LONGEST_QUERY:
            raise SuspiciousOperation("An address that no link has.")
        return get_response(request)

    return middleware


def rest_when_overloaded(get_response):
    """An overloaded or missing database gives 503 with a friendly page instead of 500."""

    def middleware(request):
        return get_response(request)

    def process_exception(request, exception):
        if not errors.is_overload(exception):
            return None
        logger.error("The database did not answer in time: %s", type(exception.__cause__ or exception).__name__)
        return errors.unavailable(request)

    middleware.process_exception = process_exception
    return middleware
