"""What pages say of runs: `{% load runs %}`."""

from django import template
from django.utils.html import format_html

from web.signs import sign

register = template.Library()
STATES = {
    "waiting": ("quiet", "clock"),
    "open": ("info", "pencil"),
    "passed": ("ok", "check"),
    "skipped": ("quiet", "next"),
    "stopped": ("warn", "stop"),
}


@register.simple_tag
def stage_state(stage):
    """The state of a stage: a sign and a word."""
    tone, mark = STATES[stage.state]
    return format_html('<span class="status {}">{}{}</span>', tone, sign(mark), stage.get_state_display())
