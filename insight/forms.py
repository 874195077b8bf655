"""What somebody wants to hear of, how often, and at which address."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actors.models import Area, Theme
from insight.models import Rhythm
from web.fields import AddressField, LineField

ANY = _("You hear of what has to do with any area or theme that you choose. Choose none to hear of everything.")


class TagChoice(forms.ModelMultipleChoiceField):
    """Tags by their slugs, as the register's addresses name them; a sub-area says to which area it belongs."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, queryset, **kwargs):
        super().__init__(queryset, to_field_name="slug", required=False, **kwargs)

    def clean(self, value):
        """What no database could hold is no tag either."""
        return super().clean([LineField().to_python(one) for one in value or ()])

    def label_from_instance(self, tag):
        parent = getattr(tag, "parent", None)
        return f"{parent.name}: {tag.name}" if parent else tag.name


class ChoiceForm(forms.Form):
    """About what, and how often."""

    areas = TagChoice(Area.objects.select_related("parent"), label=_("Specialisation areas"), help_text=ANY)
    themes = TagChoice(Theme.objects.all(), label=_("Themes"))
    rhythm = forms.ChoiceField(label=_("How often"), choices=Rhythm, initial=Rhythm.WEEKLY, widget=forms.RadioSelect)

    def wish(self):
        return {name: self.cleaned_data[name] for name in ("areas", "themes", "rhythm")}


class SubscribeForm(ChoiceForm):
    email = AddressField(label=_("Your e-mail address"))
    field_order = ["email", "areas", "themes", "rhythm"]


def chosen(subscription):
    """The choice that holds, as a form begins with it."""
    return {
        "areas": [area.slug for area in subscription.areas.all()],
        "themes": [theme.slug for theme in subscription.themes.all()],
        "rhythm": subscription.rhythm,
    }
