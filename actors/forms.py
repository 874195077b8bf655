"""What representatives and newcomers fill in."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from actors import numbers
from actors.models import Actor, ActorKind, Area, Competence, Municipality, SizeClass, Theme
from web.fields import AddressField, LineField, TextField, WebAddressField

MAX_COMPETENCES = 5


def _line(label, **kwargs):
    attrs = kwargs.pop("attrs", {})
    kwargs.setdefault("validators", [numbers.forbid_personal_number])
    return LineField(label=label, widget=forms.TextInput(attrs=attrs), **kwargs)


def organisation_name():
    return _line(_("Name of the organisation"), max_length=200, attrs={"autocomplete": "organization"})


def person_name():
    return _line(_("Your name"), max_length=120, attrs={"autocomplete": "name"})


class Discreet:
    """A form that never shows a personal identity number again, whatever else was wrong."""

    def full_clean(self):
        super().full_clean()
        if not self.is_bound:
            return
        shown = self.data.copy()
        for name in self.fields:
            key = self.add_prefix(name)
            typed = shown.get(key)
            if isinstance(typed, str) and numbers.without_personal_numbers(typed) != typed:
                shown[key] = numbers.without_personal_numbers(typed)
        self.data = shown


class StartForm(Discreet, forms.Form):
    """Step one: a number or a name. A personal identity number is refused and never shown again."""

    query = _line(
        _("Organisation number or name"),
        max_length=200,
        validators=[],
        help_text=_("Ten digits with or without hyphen, or the name as people know it."),
        attrs={"autocomplete": "organization", "autocapitalize": "words"},
    )

    def clean_query(self):
        text = self.cleaned_data["query"]
        self.number = numbers.parse(text) if numbers.looks_like_number(text) else ""
        numbers.forbid_personal_number(text)
        return text

    @property
    def is_personal(self):
        return self.has_error("query", "personal")


class DetailsForm(Discreet, forms.Form):
    """Step two: the organisation and you. With the field of step one, five are required in all."""

    name = organisation_name()
    organisation_number = _line(
        _("Organisation number"),
        max_length=40,
        required=False,
        validators=[],
        help_text=_("Leave it empty if there is none, for example for a foreign organisation or a sole trader."),
        attrs={"inputmode": "numeric", "autocomplete": "off"},
    )
    is_sole_trader = forms.BooleanField(
        label=_("Sole trader"), required=False, help_text=_("Then the number is personal: we never store it.")
    )
    kind = forms.ChoiceField(label=_("What kind of organisation?"), choices=ActorKind, widget=forms.RadioSelect)
    person = person_name()
    email = AddressField(label=_("Your work e-mail"), help_text=_("We send a code there, to know that it is yours."))

    def __init__(self, *args, known_number=False, known_person=False, **kwargs):
        super().__init__(*args, **kwargs)
        if known_number:
            del self.fields["organisation_number"]
            del self.fields["is_sole_trader"]
        if known_person:
            del self.fields["person"]
            del self.fields["email"]

    def clean(self):
        cleaned = super().clean()
        number = cleaned.get("organisation_number")
        if number and cleaned.get("is_sole_trader"):
            cleaned["organisation_number"] = ""
        elif number:
            try:
                cleaned["organisation_number"] = numbers.parse(number)
            except ValidationError as error:
                self.add_error("organisation_number", error)
        return cleaned


class CodeForm(forms.Form):
    """The code from the mail; spaces, hyphens and small letters are fine."""

    code = LineField(
        label=_("Code from the mail"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class ClaimForm(Discreet, forms.Form):
    """Ask to edit a profile that is already here."""

    person = person_name()
    email = AddressField(label=_("Your work e-mail"), help_text=_("We send a code there, to know that it is yours."))
    message = TextField(
        label=_("Your role there"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[numbers.forbid_personal_number],
    )

    def __init__(self, *args, known_person=False, **kwargs):
        super().__init__(*args, **kwargs)
        if known_person:
            del self.fields["person"]
            del self.fields["email"]


def _area_label(area):
    return f"{area.parent.name} – {area.name}" if area.parent_id else area.name


class AreaField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj):
        return _area_label(obj)


class ProfileForm(Discreet, forms.ModelForm):
    """Every part of a profile that its representatives may change. `version` guards against overwriting unseen."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = Actor
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        for name in ("description", "offers", "seeks"):
            for language in ("sv", "en"):
                self._make_text(f"{name}_{language}")
        for name in ("competences", "areas", "themes"):
            if name in self.fields and not self.fields[name].queryset.exists():
                del self.fields[name]
        if (get_language() or "").startswith("en"):
            other = {"_sv": "_en", "_en": "_sv"}
            self.order_fields([name[:-3] + other.get(name[-3:], name[-3:]) for name in self.fields])

    def _make_text(self, name):
        if name in self.fields:
            old = self.fields[name]
            self.fields[name] = TextField(
                label=old.label,
                help_text=old.help_text,
                required=False,
                max_length=Actor._meta.get_field(name).max_length,
                validators=[numbers.forbid_personal_number],
                widget=forms.Textarea(attrs={"rows": 4, "lang": name[-2:]}),
            )

    def clean_competences(self):
        chosen = self.cleaned_data["competences"]
        if len(chosen) > MAX_COMPETENCES:
            raise ValidationError(
                ngettext_lazy(
                    "Choose at most %(count)s competence.", "Choose at most %(count)s competences.", MAX_COMPETENCES
                )
                % {"count": MAX_COMPETENCES}
            )
        return chosen


def _several(model, label, **kwargs):
    return forms.ModelMultipleChoiceField(
        model.objects.all(), label=label, required=False, widget=forms.CheckboxSelectMultiple, **kwargs
    )


class Places(forms.Form):
    """Where the organisation is and how to reach it."""

    size = forms.ChoiceField(
        label=_("Size"), choices=[("", _("Not stated")), *SizeClass.choices], required=False, widget=forms.Select
    )
    municipality = forms.ModelChoiceField(
        Municipality.objects.all(), label=_("Municipality"), required=False, empty_label=_("Not stated")
    )
    seat_outside = _line(
        _("Place, if you are outside the region"),
        max_length=120,
        required=False,
        attrs={"autocomplete": "address-level2"},
    )
    website = WebAddressField(label=_("Website"), max_length=300, required=False)
    areas = AreaField(
        Area.objects.select_related("parent"),
        label=_("Specialisation areas"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    themes = _several(Theme, _("Themes"))


def _competences():
    return _several(Competence, _("Competences"), help_text=_("Choose at most five."))


TEXT_LABELS = {
    "description_sv": _("What do you do? (in Swedish)"),
    "description_en": _("What do you do? (in English)"),
    "offers_sv": _("What can you offer others? (in Swedish)"),
    "offers_en": _("What can you offer others? (in English)"),
    "seeks_sv": _("What do you look for? (in Swedish)"),
    "seeks_en": _("What do you look for? (in English)"),
}


class CanForm(ProfileForm):
    """First skippable step: what we can."""

    competences = _competences()

    class Meta(ProfileForm.Meta):
        fields = ("description_sv", "offers_sv", "description_en", "offers_en", "competences")
        labels = TEXT_LABELS


class SeekForm(ProfileForm):
    """Second skippable step: what we look for."""

    class Meta(ProfileForm.Meta):
        fields = ("seeks_sv", "seeks_en")
        labels = TEXT_LABELS


class WhereForm(ProfileForm, Places):
    """Third skippable step: where we are, and what we work with."""

    class Meta(ProfileForm.Meta):
        fields = ("municipality", "seat_outside", "size", "website", "areas", "themes")


class EditForm(ProfileForm, Places):
    """The whole profile."""

    name = organisation_name()
    contact_email = AddressField(
        label=_("Public e-mail address"), required=False, help_text=_("Shown to everyone. Prefer one for the role.")
    )
    competences = _competences()

    class Meta(ProfileForm.Meta):
        fields = (
            "name",
            "kind",
            "description_sv",
            "offers_sv",
            "seeks_sv",
            "description_en",
            "offers_en",
            "seeks_en",
            "competences",
            "municipality",
            "seat_outside",
            "size",
            "website",
            "contact_email",
            "areas",
            "themes",
        )
        labels = TEXT_LABELS
