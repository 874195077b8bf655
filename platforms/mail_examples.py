"""The mails of spaces as examples (`notifications.examples`): of rows that are never saved."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import InvitationState, User
from actors.models import Actor
from notifications.examples import LONG, NOBODY, Example
from notifications.models import EmailKind
from platforms.actions import mails as words
from platforms.actions import talk_mail
from platforms.models import (
    JoinRequest,
    Partnership,
    Post,
    RequestState,
    Space,
    SpaceInvitation,
    SpaceMember,
    Thread,
)
from web.markdown import render

ANNA = User(pk=NOBODY, name="Anna Åkesson", email="anna.akesson@example.org")
BO = User(pk=NOBODY, name="Bo Berg", email="bo.berg@example.org")
SLUG = "exempel"
ACTOR = Actor(name="Kustens tekniska högskola", slug=SLUG)
REASONS = (
    "attachments",
    "other_sender",
    "empty",
    "too_long",
    "closed",
    "full",
    "frozen",
    "reads_only",
    "no_entry",
)


def mails(say):
    return [*_invitations(say), *_requests(say), *_seats(say), *_states(say), *_posts(say), *_answers(say)]


def _space(say, name="", purpose=""):
    partnership = Partnership(name_sv="Hållbar kust", name_en="Sustainable coast", slug=SLUG)
    return Space(
        pk=NOBODY,
        name=name or say("Levande vikar", "Living bays"),
        purpose=purpose,
        slug=SLUG,
        partnership=partnership,
    )


def _invitations(say):
    line = say("Hej Eva, vi behöver någon som kan mätteknik.", "Hello Eva, we need somebody who knows measuring.")
    space = _space(
        say, purpose=say("Vi mäter syre i vikarna.\nOch delar det vi ser.", "We measure oxygen.\nAnd share it.")
    )
    full = SpaceInvitation(space=space, by=ANNA, on_behalf_of=ACTOR, line=line, role="member")
    bare = SpaceInvitation(space=_space(say, LONG), by=ANNA, role="observer")
    said_no = SpaceInvitation(by=ANNA, email="eva@example.org", name="Eva Ek", state=InvitationState.DECLINED)
    said_no.reason = say("Jag har slutat.", "I have left.")
    passed_on = SpaceInvitation(by=ANNA, email="eva@example.org", state=InvitationState.FORWARDED)
    answered = "space_invitation_answered"
    return [
        _invitation("usual", full, 1),
        _invitation("reminder", full, 2),
        _invitation("bare", bare, 1),
        Example(answered, "declined", live={"invitation": said_no, "space": space, "colleague": None}),
        Example(answered, "passed-on", live={"invitation": passed_on, "space": space, "colleague": BO}),
    ]


def _invitation(case, invitation, number):
    live = {"invitation": invitation, "space": invitation.space, "headers": words.reply_to(ANNA)}
    return Example("space_invitation", case, context={"number": number}, live=live)


def _requests(say):
    space = _space(say)
    question = {"question": say("Varför vill du vara med?", "Why do you want to join?")}
    answers = [{**question, "answer": say("Jag mäter redan.\nGärna mer.", "I measure already.\nI like to do more.")}]
    open_one = JoinRequest(pk=NOBODY, user=BO, on_behalf_of=ACTOR, answers=answers)
    bare = JoinRequest(pk=NOBODY, user=BO, answers=[])
    no = JoinRequest(pk=NOBODY, user=BO, state=RequestState.REFUSED, reason=say("Rummet är fullt.", "It is full."))
    yes = JoinRequest(pk=NOBODY, user=BO, state=RequestState.APPROVED)
    return [
        Example("space_request", live={"request": open_one, "space": space}),
        Example("space_request", "bare", live={"request": bare, "space": _space(say, LONG)}),
        Example("space_request_answered", "approved", live={"request": yes, "space": space}),
        Example("space_request_answered", "refused", live={"request": no, "space": space.partnership}),
    ]


def _seats(say):
    about = {"space": _space(say), "person": BO, "before": ACTOR}
    moved = SpaceMember(user=BO, on_behalf_of=Actor(name="Hamnstads kommun"))
    return [
        Example("space_seat", "moved", live={**about, "member": moved, "is_vacant": True}),
        Example("space_seat", "left", live={**about, "member": None, "is_vacant": False}),
    ]


def _states(say):
    paths = {
        "pulse_path": reverse("space_pulse", args=[SLUG]),
        "report_path": reverse("space_report", args=[SLUG]),
    }
    live = {
        **paths,
        "space_name": str(_space(say)),
        "days": 60,
        "why": _("You get this mail because you are in the space."),
    }
    return [
        Example("space_silent", kind=EmailKind.REMINDER, live=live),
        Example("space_silent", "long-words", kind=EmailKind.REMINDER, live={**live, "space_name": LONG}),
        Example("space_rests", kind=EmailKind.REMINDER, live=live),
        Example("space_closed", live=live),
    ]


def _posts(say):
    body = say(
        "Hej **Eva**,\n\nvi behöver:\n\n- två bojar\n- en båt\n\n> Vem mäter?\n\nKan du på fredag?",
        "Hello **Eva**,\n\nwe need:\n\n- two buoys\n- a boat\n\n> Who measures?\n\nCan you on Friday?",
    )
    usual = _post(say, say("Vem mäter i vår?", "Who measures this spring?"), body, ACTOR)
    bare = _post(say, LONG, f"{LONG} https://example.org/{LONG}", None)
    return [
        _mail("reminder", usual, EmailKind.REMINDER, follows=True),
        _mail("answered", usual, EmailKind.TRANSACTIONAL, follows=True),
        _mail("mention", usual, EmailKind.TRANSACTIONAL, is_mention=True),
        _mail("bare", bare, EmailKind.REMINDER, follows=True, reply_to=""),
    ]


def _post(say, title, body, organisation):
    thread = Thread(pk=NOBODY, space=_space(say), number=7, title=title)
    return Post(thread=thread, number=3, by=ANNA, on_behalf_of=organisation, body=body, html=render(body))


def _mail(case, post, kind, *, follows=False, is_mention=False, reply_to="reply+exempel@example.org"):
    live = talk_mail.words(post, BO, follows, reply_to)
    return Example("talk_post", case, kind=kind, context={"is_mention": is_mention}, live=live)


def _answers(say):
    link = settings.SITE_URL + reverse("thread", args=[SLUG, 7])
    live = {"thread": say("Vem mäter i vår?", "Who measures this spring?"), "link": link}
    cannot_read = {"no_entry", "other_sender"}
    return [
        Example("talk_answer", one.replace("_", "-"), context={"reason": one}, live={} if one in cannot_read else live)
        for one in REASONS
    ]
