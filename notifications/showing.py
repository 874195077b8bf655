"""A mail in a browser: in a frame that may do nothing."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpResponse

from notifications.composing import as_page

# A mail needs inline styles. This policy stands on the one response that shows a mail, which may do nothing else: no
# script, no form, no foreign request, and no place in a frame of anybody else.
MAIL_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

with_mail_frames = csp_update({"frame-src": [SELF]})


def shown(html, look=""):
    """The HTML of one mail as a response of its own, for a frame of ours."""
    headers = {"Content-Security-Policy": MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HttpResponse(as_page(html, look), headers=headers)
