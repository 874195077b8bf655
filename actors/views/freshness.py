"""The answer to "is it still right?", from a mail and without signing in: the address is the key.

GET and HEAD change nothing, since mail scanners follow links.
"""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from actors.actions import freshness

private = cache_control(private=True, no_store=True)
form_view = require_http_methods(["GET", "HEAD", "POST"])


@private
@csrf_exempt
@login_not_required
@form_view
def answer(request, token):
    """What stands in the profile, and the button that says that it is still right."""
    return _ask_or_do(request, token, freshness.say_yes, "actors/still_right.html")


@private
@csrf_exempt
@login_not_required
@form_view
def left(request, token):
    """The person no longer works there: they give the profile back."""
    return _ask_or_do(request, token, freshness.leave, "actors/still_right_left.html")


def _ask_or_do(request, token, act, template):
    link = freshness.read_link(token)
    if link is None:
        raise Http404
    reason, is_done = freshness.why_not(link), False
    if request.method == "POST" and not reason:
        reason, is_done = _do(act, link)
    if reason:
        return render(request, "actors/still_right_gone.html", {"link": link, "reason": reason}, status=410)
    context = {"link": link, "token": token, "is_done": is_done, "facts": freshness.facts(link.actor)}
    if is_done:
        questions = freshness.open_questions(link.person.pk)
        context["others"] = [(one.actor, freshness.answer_path(one, link.person.pk)) for one in questions]
    return render(request, template, context)


def _do(act, link):
    """Why it could not be done, "" when it could, and whether it was."""
    try:
        act(link)
    except ValidationError as error:
        return error.message, False
    return "", True
