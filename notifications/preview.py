"""How every mail looks, for staff: each template with example data, in both languages. No mail leaves."""

from itertools import groupby
from operator import attrgetter

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.middleware import right_required
from notifications import examples
from notifications.composing import LOOKS
from notifications.models import EmailKind
from notifications.showing import shown, with_mail_frames

private = cache_control(private=True, no_store=True)
staff_only = right_required("notifications.view_email", refusal=Http404)


@private
@staff_only
@require_safe
def mail_preview(request):
    """Every template, with the cases of which there are examples."""
    language = get_language()
    found = groupby(examples.examples(language), key=attrgetter("template"))
    rows = [_row(template, list(cases), language) for template, cases in found]
    return render(request, "notifications/preview.html", {"rows": rows})


def _row(template, cases, language):
    mails = [examples.show(case, language) for case in cases]
    return {
        "template": template,
        "kind": EmailKind(cases[0].kind).label,
        "subject": mails[0].mail.subject,
        "cases": [case.case for case in cases],
        "size": max(len(mail.raw) for mail in mails),
    }


@private
@with_mail_frames
@staff_only
@require_safe
def mail_preview_one(request, template, case, language):
    """One example in one language: by day, by night, as text, and its headers."""
    mail = _shown(template, case, language)
    context = {"shown": mail, "language": language, "size": len(mail.raw), "looks": list(LOOKS)}
    return render(request, "notifications/preview_one.html", context)


@private
@staff_only
@require_safe
def mail_preview_html(request, template, case, language, look):
    """The HTML of one example, for a frame."""
    if look not in LOOKS:
        raise Http404
    return shown(_shown(template, case, language).mail.html, look)


def _shown(template, case, language):
    example = examples.find(template, case, language) if language in dict(settings.LANGUAGES) else None
    if example is None:
        raise Http404
    return examples.show(example, language)
