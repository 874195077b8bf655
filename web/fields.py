"""Form fields for what people type: cleaned once, the same way everywhere."""

from django import forms
from django.core.validators import URLValidator

from web.text import clean_line, clean_text


def _printable(value):
    return str(value).encode("utf-8", "ignore").decode() if value is not None else ""


class LineField(forms.CharField):
    """One line: NFC, no control characters, single spaces."""

    def to_python(self, value):
        return super().to_python(clean_line(_printable(value)))


class TextField(forms.CharField):
    """Several lines: NFC, no control characters but line ends."""

    widget = forms.Textarea

    def to_python(self, value):
        return super().to_python(clean_text(_printable(value)))


class WebAddressField(forms.URLField):
    """The address of a website: `https` when no scheme is typed, and nothing but the web."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self, **kwargs):
        attrs = {"inputmode": "url", "autocomplete": "url", "autocapitalize": "none"}
        super().__init__(**{"assume_scheme": "https", "widget": forms.TextInput(attrs=attrs), **kwargs})


class AddressField(forms.EmailField):
    """An e-mail address as we keep it: lower case, with the attributes a phone's keyboard wants."""

    def __init__(self, **kwargs):
        attrs = {"autocomplete": "email", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__(**{"max_length": 254, "widget": forms.EmailInput(attrs=attrs), **kwargs})

    def to_python(self, value):
        return super().to_python(clean_line(_printable(value))).lower()
