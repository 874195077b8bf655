"""Pages that say what the service is and how it treats people, and the files that machines look for."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from web import region
from web.signs import SIGNS

public = cache_control(public=True, max_age=300)
SECURITY_TXT_DAYS = 180  # RFC 9116 asks for less than a year


@login_not_required
@require_safe
def accessibility(request):
    return render(request, "pages/accessibility.html", {"statement": settings.ACCESSIBILITY})


@login_not_required
@require_safe
def cookies(request):
    names = {"session": settings.SESSION_COOKIE_NAME, "csrf": settings.CSRF_COOKIE_NAME}
    days = {"session_days": settings.SESSION_COOKIE_AGE // 86400, "csrf_days": settings.CSRF_COOKIE_AGE // 86400}
    return render(request, "pages/cookies.html", names | days)


@login_not_required
@require_safe
def about(request):
    return render(request, "pages/about.html")


def text(template, context):
    return HttpResponse(render_to_string(template, context), "text/plain; charset=utf-8")


@login_not_required
@require_safe
@public
def security_txt(request):
    expires = (timezone.now() + timedelta(days=SECURITY_TXT_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    contact = settings.SECURITY_CONTACT or region.current().contact_email
    return text("pages/security.txt", {"contact": contact, "expires": expires, "site": settings.SITE_URL})


@login_not_required
@require_safe
@public
def robots_txt(request):
    try:
        sitemap = settings.SITE_URL + reverse("sitemap")
    except NoReverseMatch:
        sitemap = ""
    return text("pages/robots.txt", {"sitemap": sitemap})


class SampleForm(forms.Form):
    """One field of every kind, for the style guide."""

    name = forms.CharField(label=_("Name of the organisation"), help_text=_("As people know it."))
    number = forms.CharField(label=_("Organisation number"), help_text=_("Ten digits, for example 232100-0081."))
    about = forms.CharField(label=_("What you do"), widget=forms.Textarea(attrs={"rows": 4}), required=False)
    size = forms.ChoiceField(label=_("Size"), choices=[("", "–"), ("s", _("Small")), ("l", _("Large"))], required=False)
    way = forms.ChoiceField(
        label=_("How may we reach you?"), choices=[("m", _("Mail")), ("p", _("Telephone"))], widget=forms.RadioSelect
    )
    topics = forms.MultipleChoiceField(
        label=_("What interests you?"),
        choices=[("a", _("Climate")), ("b", _("Sea")), ("c", _("Water"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agree = forms.BooleanField(label=_("I may speak for the organisation"))


COLOURS = (
    "paper",
    "land",
    "shoal",
    "deep",
    "ink",
    "ink-soft",
    "line",
    "edge",
    "mark",
    "sea",
    "ok",
    "warn",
    "stop",
    "c1",
    "c2",
    "c3",
)
STATES = ("draft", "submitted", "published", "returned", "archived", "open", "approved", "refused")


@login_not_required
@require_safe
def styleguide(request):
    """Every component in every state; nothing here comes from the database."""
    wrong = SampleForm({"name": "", "number": "12", "topics": ["b"]})
    wrong.add_error("number", _("The organisation number must have ten digits, for example 232100-0081."))
    return render(
        request,
        "styleguide.html",
        {
            "colours": COLOURS,
            "signs": SIGNS,
            "states": STATES,
            "form": SampleForm(prefix="empty"),
            "wrong": wrong,
            "page": Paginator(range(500), 25).page(4),
            "chips": [{"label": _("Sea"), "url": "?"}, {"label": _("Small"), "url": "?"}],
            "groups": _sample_facets(),
            "helix": _sample_helix(),
            "steps": [
                {"label": _("Your organisation"), "state": "done", "url": "#steps"},
                {"label": _("Your address"), "state": "done"},
                {"label": _("What you do"), "state": "current"},
                {"label": _("Preview"), "state": ""},
            ],
            "tabs": [
                {"url": "#ways", "label": _("Overview"), "current": True},
                {"url": "#ways", "label": _("Members"), "count": 12},
            ],
        },
    )


def _sample_helix():
    legs = [(_("Academia"), 1, 50), (_("Business"), 2, 100), (_("Public sector"), 1, 50), (_("Civil society"), 0, 0)]
    legs = [{"key": "leg", "name": name, "count": count, "share": share} for name, count, share in legs]
    return {"legs": legs, "empty": legs[3:], "support": 1, "known": 4, "new": 1, "new_share": 25, "total": 5}


def _sample_facets():
    options = [("a", _("Sea"), 22, True, False), ("b", _("Coast"), 9, False, True), ("c", _("Water"), 0, False, False)]
    keys = ("value", "label", "count", "checked", "sub")
    return [{"name": "theme", "legend": _("Theme"), "options": [dict(zip(keys, o, strict=True)) for o in options]}]
