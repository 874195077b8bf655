"""How what a method says is written on a page."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from web.text import readers

register = template.Library()


@register.filter
def worded(said):
    """An object with `sv` and `en` in the reader's language."""
    return readers(said["sv"], said["en"])


@register.filter
def weeks(row):
    """How many weeks a version or a stage is likely to take, in words; "" when nobody has said."""
    return in_weeks(row.weeks_min, row.weeks_max)


def in_weeks(low, high):
    if low is None and high is None:
        return ""
    if low == high or high is None or low is None:
        number = high if low is None else low
        said = ngettext("%(number)s week", "%(number)s weeks", number) % {"number": number}
        if low == high:
            return said
        return (_("at most %(weeks)s") if low is None else _("at least %(weeks)s")) % {"weeks": said}
    return _("%(low)s–%(high)s weeks") % {"low": low, "high": high}
