"""Asking to join a space, and the coordinators' answer."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.actions import queue_emails
from platforms.actions.members import let_in
from platforms.actions.rooms import enter, here, lock, log
from platforms.models import WRITERS, JoinRequest, RequestState, SpaceMember

DECIDED = _("Somebody has answered this request already.")
CLOSED = _("The space takes in nobody just now.")


class Shut(ValidationError):
    """The space was paused or closed meanwhile."""


def _is_in(space, user):
    return SpaceMember.objects.filter(space=space, user=user)


@transaction.atomic
def ask_to_join(space, *, by, answers=(), on_behalf_of=None):
    """One open request for a person and a space; a second one is the first. None for somebody who is in already.

    `answers` are pairs of question and answer.
    """
    row = lock(space.pk)
    if not row.is_open:
        raise Shut(CLOSED)
    if _is_in(row, by).filter(role__in=WRITERS).exists():
        return None
    kept = [{"question": question, "answer": answer} for question, answer in answers]
    values = {"answers": kept, "on_behalf_of": on_behalf_of}
    request, is_new = JoinRequest.objects.get_or_create(space=row, user=by, state=RequestState.OPEN, defaults=values)
    if is_new:
        _tell_coordinators(request)
    return request


def _tell_coordinators(request):
    coordinators = SpaceMember.objects.coordinators().filter(space=request.space).select_related("user")
    queue_emails(
        {
            "to": one.user.email,
            "user_id": one.user_id,
            "language": one.user.language,
            "template": "space_request",
            "context": {"request": request.pk},
            "live": "platforms.request",
            "key": f"request:{request.pk}:{one.user_id}",
        }
        for one in coordinators
    )


@transaction.atomic
def decide(space, pk, *, by, role=None, reason=""):
    """Let the person in as `role`, or refuse with a reason when `role` is None; the person gets a mail.

    Raises ValidationError when somebody was quicker.
    """
    row, _member = enter(space, by, lead=True)
    request = here(JoinRequest.objects.select_related("user", "on_behalf_of"), row, pk)
    if request.state != RequestState.OPEN:
        raise ValidationError(DECIDED)
    if role:
        let_in(row, request.user, role=role, on_behalf_of=request.on_behalf_of)
    request.state = RequestState.APPROVED if role else RequestState.REFUSED
    request.decided_at, request.decided_by, request.reason = timezone.now(), by, reason
    request.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    log(row, "space.admit" if role else "space.refuse", by=by)
    _answer(request)
    return request


def _answer(request):
    queue_emails(
        [
            {
                "to": request.user.email,
                "user_id": request.user_id,
                "language": request.user.language,
                "template": "space_request_answered",
                "context": {"request": request.pk},
                "live": "platforms.request_answer",
                "key": f"request:{request.pk}:answered",
            }
        ]
    )
