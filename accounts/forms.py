"""Forms about one's own account. allauth's are in `signing_in`: it imports this module while it loads its own."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from web.fields import AddressField, LineField


class PersonForm(forms.ModelForm):
    """My name and language."""

    name = LineField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))

    class Meta:
        model = User
        fields = ("name", "language")
        labels = {"language": _("Language for pages and mails")}
        widgets = {"language": forms.RadioSelect}


class CloseForm(forms.Form):
    """Closing an account: typing one's address shows that it is meant."""

    email = AddressField(label=_("Write your e-mail address to confirm"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self):
        email = self.cleaned_data["email"]
        if email != self.user.email:
            raise ValidationError(_("That is not the address of this account. Write the one you sign in with."))
        return email


class SignUpForm(forms.Form):
    """The name, beside the address that allauth asks for."""

    name = LineField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("name", "email")

    def signup(self, request, user):
        user.name = self.cleaned_data["name"]
        user.language = (request.LANGUAGE_CODE or "sv")[:2]
        user.save(update_fields=["name", "language"])
