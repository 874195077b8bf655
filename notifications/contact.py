"""A letter to the publisher, also from somebody without an account: it becomes one mail in the outbox.

It stands here because the outbox does: `web`, which shows the statement that links to it, knows no models.
"""

import hashlib

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from notifications import bell
from notifications.actions import queue_email
from web import errors, region
from web.limits import client_address
from web.text import clean_line, clean_text

PER_HOUR = 5
TOPICS = [
    ("accessibility", _("Accessibility")),
    ("privacy", _("Personal data")),
    ("register", _("The register")),
    ("other", _("Something else")),
]


class ContactForm(forms.Form):
    about = forms.ChoiceField(label=_("What is it about?"), choices=TOPICS)
    message = forms.CharField(
        label=_("Your message"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Say which page it is about. Write nothing secret: this can become a public record."),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        required=False,
        help_text=_("Only if you want an answer. We use it for nothing else."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_message(self):
        return clean_text(self.cleaned_data["message"])

    def clean_email(self):
        return clean_line(self.cleaned_data["email"])

    def key(self):
        """The same letter sent twice (a double click, a reload) is one mail."""
        letter = "\n".join(self.cleaned_data[name] for name in ("about", "message", "email"))
        return "contact:" + hashlib.sha256(letter.encode()).hexdigest()[:40]


@transaction.atomic
def send(form):
    facts = {"topic": str(dict(TOPICS)[form.cleaned_data["about"]]), **form.cleaned_data}
    queue_email(
        to=region.current().contact_email,
        template="contact",
        context=facts,
        language=get_language() or "sv",
        key=form.key(),
    )


def is_too_much(request):
    """More than PER_HOUR letters in an hour from one client; without a cache nothing is counted."""
    key = f"contact:{client_address(request)}"
    cache.add(key, 0, 3600)
    return cache.incr(key) > PER_HOUR


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request):
    about = request.GET.get("about")
    form = ContactForm(request.POST or None, initial={"about": about if about in dict(TOPICS) else "other"})
    if request.method == "POST" and form.is_valid():
        if is_too_much(request):
            return errors.too_many(request, seconds=3600)
        send(form)
        messages.success(request, gettext("Your message is on its way. If you gave an address you will hear from us."))
        bell.tell_if_mail_may_wait(request)
        return redirect("contact")
    return render(request, "pages/contact.html", {"form": form})
