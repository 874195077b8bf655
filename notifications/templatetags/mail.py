"""What mail templates need: `{% load mail %}`."""

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

register = template.Library()


@register.filter
def absolute(path):
    """The full address of a path of the site, built from SITE_URL only; "" for anything that is not a local path."""
    path = str(path)
    if path.startswith(settings.SITE_URL + "/"):
        return path
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        return ""
    return settings.SITE_URL + path


@register.filter
def moment(value):
    """A point in time that travelled through JSON as ISO text, as an aware local datetime (for `|date`)."""
    parsed = parse_datetime(value) if isinstance(value, str) else value
    return timezone.localtime(parsed) if parsed else None
