"""Template tags of programmes."""

from django import template

from web.templatetags.web import address

register = template.Library()


@register.simple_tag
def event_address(step):
    """Where the event of a step stands, "" for other steps and where events have no pages."""
    return address("event", step.event.slug) if step.event else ""
