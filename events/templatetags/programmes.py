"""Template tags of programmes."""

from django import template

from web.templatetags.web import address

register = template.Library()


@register.simple_tag
def event_address(step):
    """Where the event of a step (as one person meets it) stands; "" for any other, and where they may not see it."""
    return address("event", step.row.event.slug) if step.row.event and not step.is_hidden else ""
