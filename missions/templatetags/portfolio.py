"""Template tags of missions."""

from django import template

from missions.progress import written

register = template.Library()
register.filter("written", written)
