"""How forms are rendered: label, help, error next to the field, and a summary on top."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Forms take their templates from the project's own."""
