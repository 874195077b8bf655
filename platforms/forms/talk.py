"""What people write in discussions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from platforms.models import LONGEST_POST
from web.fields import LineField, TextField

SUBJECT_LENGTH = 160


def post_field(label, rows=8):
    return TextField(
        label=label,
        max_length=LONGEST_POST,
        help_text=_("Write @ and a name to speak to somebody: they get a mail. **bold**, lists with - and links work."),
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ThreadForm(forms.Form):
    """A new discussion: its subject and first post."""

    title = LineField(label=_("Subject"), max_length=SUBJECT_LENGTH)
    body = post_field(_("Your post"), rows=12)


class PostForm(forms.Form):
    """One more post."""

    body = post_field(_("Write a post"))


class PostEditForm(forms.Form):
    """A new wording; `version` is the one that was changed."""

    body = post_field(_("Your post"), rows=12)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)


class MoveForm(forms.Form):
    """To which of the other open spaces that the person coordinates."""

    space = forms.ModelChoiceField(
        queryset=None, label=_("To which space?"), to_field_name="slug", empty_label=_("Choose a space")
    )

    def __init__(self, *args, spaces, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["space"].queryset = spaces
