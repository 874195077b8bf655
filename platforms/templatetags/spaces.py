"""What pages say of spaces and of the people in them: `{% load spaces %}`."""

from django import template
from django.db import connection

from platforms.names import name_of

register = template.Library()
register.filter("person", name_of)


@register.simple_tag(takes_context=True)
def has_spaces(context):
    """Whether the reader is in any space: one cheap question, and none where the page knows already, or is an error
    page, which must stand when the database is in trouble."""
    user = getattr(context.get("request"), "user", None)
    if user is None or "status" in context or not user.is_authenticated:
        return False
    if context.get("member") or context.get("knows_spaces"):
        return True
    with connection.cursor() as cursor:  # on every page: a third of what the same takes by the model
        cursor.execute("SELECT EXISTS (SELECT FROM platforms_spacemember WHERE user_id = %s)", [user.pk])
        return cursor.fetchone()[0]
