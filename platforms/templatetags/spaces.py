"""What pages outside the spaces ask about them."""

from django import template

from platforms.models import SpaceMember

register = template.Library()


@register.simple_tag(takes_context=True)
def has_spaces(context):
    """Whether the reader is in any space: one cheap question, and none where the page knows already."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated:
        return False
    if context.get("member") or context.get("knows_spaces"):
        return True
    return SpaceMember.objects.filter(user_id=user.pk).exists()
