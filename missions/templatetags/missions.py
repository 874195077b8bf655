"""What pages say of missions: `{% load missions %}`."""

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from missions.models import MOST_POINTS
from missions.picture import signs
from web.signs import sign

register = template.Library()
POINTS = (_("not at all"), _("a little"), _("well enough"), _("fully"))
STATES = {
    "candidate": ("warn", "question"),
    "documented": ("quiet", "box"),
    "forming": ("info", "pencil"),
    "started": ("ok", "buoy"),
    "ended": ("quiet", "anchor"),
}


@register.filter
def amount(value):
    """A measured value as people write it: no noughts after the comma, thousands apart; "" for None."""
    if value is None:
        return ""
    return number_format(Decimal(f"{value.normalize():f}"), force_grouping=True)


@register.filter
def in_words(points):
    return POINTS[points]


@register.simple_tag
def steps_of(points):
    """Points as steps: filled ones as far as it has come, empty ones beyond; a word must stand beside it."""
    drawn = (("full" if step <= points else "none", 1 + 15 * (step - 1)) for step in range(1, MOST_POINTS + 1))
    return format_html(
        '<svg class="points" viewBox="0 0 46 14" width="46" height="14" aria-hidden="true" focusable="false">{}</svg>',
        format_html_join("", '<rect class="{}" x="{}" y="1" width="12" height="12"/>', drawn),
    )


@register.simple_tag
def confidence(statement):
    """How sure a statement is: a sign and a word. The page holds `confidence_signs` once."""
    words = '<b class="sure {0}"><svg aria-hidden="true"><use href="#how-{0}"/></svg>{1}</b>'
    return format_html(words, statement.confidence, statement.get_confidence_display())


register.simple_tag(signs, name="confidence_signs")


@register.simple_tag
def mission_state(mission):
    """The state of a mission: a sign and a word."""
    tone, mark = STATES[mission.state]
    return format_html('<span class="status {}">{}{}</span>', tone, sign(mark), mission.get_state_display())
