"""Where the provider that sends our mail reports what became of it: a signed POST for each event (docs/runbook.md)."""

import hashlib
import hmac
import json
import re
import time
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.models import Tally
from notifications import bounces
from web.limits import client_address
from web.text import clean_line

MOST_BYTES = 16_384
MOST_A_MINUTE = 600
WINDOW = 300  # seconds that the provider's clock, and the way here, may differ from ours
LONGEST = {"event": 200, "kind": 20, "address": 254, "diagnostic": 4000, "message_id": 300}
NEEDED = ("event", "kind", "address")
MOMENT = re.compile(r"[0-9]{1,12}")
SURROGATES = re.compile("[\ud800-\udfff]")  # JSON can hold halves of characters, a database cannot


class Unfit(Exception):
    """The report is signed, but cannot be read; the text says why."""


def only_when_connected(view):
    """Without a secret there is no such address."""

    @wraps(view)
    def guarded(request):
        if not settings.MAIL_REPORT_SECRET:
            raise Http404
        return view(request)

    return guarded


@csrf_exempt
@login_not_required
@only_when_connected
@require_POST
def mail_report(request):
    """One event. Whoever cannot sign it learns nothing but that."""
    if not Tally.objects.spend("mail.reports", client_address(request), limit=MOST_A_MINUTE, per=timedelta(minutes=1)):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse(status=413)
    if not is_signed(body, request.headers.get("X-Mail-Timestamp", ""), request.headers.get("X-Mail-Signature", "")):
        return HttpResponse(status=403)
    try:
        outcome = bounces.report(**_read(body))
    except Unfit as error:
        problem = {"title": "The report cannot be read.", "status": 422, "detail": str(error)}
        return JsonResponse(problem, status=422, content_type="application/problem+json")
    return JsonResponse({"outcome": outcome})


def signature(body, moment):
    """What belongs into X-Mail-Signature for these bytes, sent at `moment` (seconds since 1970, as text)."""
    key, signed = settings.MAIL_REPORT_SECRET.encode(), moment.encode() + b"." + body
    return "sha256=" + hmac.new(key, signed, hashlib.sha256).hexdigest()


def is_signed(body, moment, given):
    """Whether the provider signed it, just now: what somebody recorded is of no use later."""
    if not MOMENT.fullmatch(moment) or abs(time.time() - int(moment)) > WINDOW:
        return False
    return constant_time_compare(signature(body, moment), given)


def _read(body):
    """The values of a report, plain text all of them. Raises Unfit."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unfit("It is no JSON.") from error
    if not isinstance(told, dict):
        raise Unfit("It is no JSON object.")
    values = {name: _text(name, told.get(name)) for name in LONGEST}
    if values["kind"] not in bounces.Kind.values:
        raise Unfit(f"kind: one of {', '.join(bounces.Kind.values)}.")
    try:
        validate_email(values["address"])
    except ValidationError as error:
        raise Unfit("address: no e-mail address.") from error
    return {**values, "address": values["address"].lower()}


def _text(name, value):
    if value is None and name not in NEEDED:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST[name]:
        raise Unfit(f"{name}: a text of at most {LONGEST[name]} characters.")
    line = clean_line(SURROGATES.sub("", value))
    if not line and name in NEEDED:
        raise Unfit(f"{name}: it is empty.")
    return line
