"""What the pages of spaces need: `{% load spaces %}`."""

from django import template

from platforms.names import name_of

register = template.Library()
register.filter("person", name_of)
