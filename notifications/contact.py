"""A letter to the publisher, also from somebody without an account: it becomes one mail in the outbox.

It stands here because the outbox does: `web`, which shows the statement that links to it, knows no models.
"""

import hashlib
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import Tally
from notifications.actions import queue_email
from notifications.bell import tell_if_mail_may_wait
from web import region
from web.limits import client_address
from web.text import clean_line, clean_text

PER_HOUR = 5
TOO_MANY = _("Too many messages have been sent from here. Wait an hour and try again; what you have typed is kept.")
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
        """The same letter sent twice in a day (a double click, a reload) is one mail."""
        typed = (self.cleaned_data[name] for name in ("about", "message", "email"))
        letter = "\n".join([timezone.localdate().isoformat(), *typed])
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


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request):
    about = request.GET.get("about")
    form = ContactForm(request.POST or None, initial={"about": about if about in dict(TOPICS) else "other"})
    status = 200
    if request.method == "POST" and form.is_valid():
        if Tally.objects.spend("contact", client_address(request), limit=PER_HOUR, per=timedelta(hours=1)):
            send(form)
            messages.success(
                request, gettext("Your message is on its way. If you gave an address you will hear from us.")
            )
            tell_if_mail_may_wait(request)
            return redirect("contact")
        form.add_error(None, TOO_MANY)
        status = 429
    return render(request, "pages/contact.html", {"form": form}, status=status)
