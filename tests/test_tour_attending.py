"""The tour through the people of an event: the organisers' desk before and after, the door, a ticket, the evidence."""

import pytest

from events.actions import door
from events.models import Question, QuestionKind
from tests.events.making import make_event, make_event_keeper, make_registration
from tests.factories import make_actor, make_partnership, make_space, make_user, verified

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUTTON = "main form.form .btn"


def people_of(event, sea):
    """Somebody of each kind: with a seat and an answer, waiting, gone, unseen."""
    one = make_registration(event, make_user("bo@example.org", name="Bo Berg"), actor=sea, is_listed=True)
    question = Question.objects.create(event=event, number=1, text_sv="Mat?", text_en="Food?", kind=QuestionKind.CARE)
    one.answers.create(question=question, text="Vegan")
    make_registration(event, email="gun@example.org", name="Gun Gast", organisation="Hamnen", is_listed=True)
    make_registration(event, email="w@example.org", name="Vera", state="waiting")
    make_registration(event, email="l@example.org", name="Lo", state="left")
    return one


def test_walk_attending(walk):
    eva, ada = verified(make_user("eva@example.org", name="Eva Berg")), make_user("ada@example.org", name="Ada")
    sea = make_actor("Sjömätt", representatives=[make_user("sea@example.org")])
    space = make_space("Vikar", coordinator=eva, members=[ada], partnership=make_partnership(members=[sea]))
    event = make_event("Mätdag", slug="matdag", space=space, place="Hamnen")

    walk.enter(eva)
    walk.see("event_people", "matdag")
    walk.see("event_door", "matdag")
    walk.see("event_afterwards", "matdag")
    walk.see("event_ask", "matdag")
    walk.press(".whom .btn", shows=".choices")
    walk.page.locator("[name=people]").uncheck()
    walk.press(f"{BUTTON}:not(.second)", shows=".summary")
    walk.page.locator("[name=people]").check()
    walk.press(f"{BUTTON}:not(.second)", shows=".messages")
    walk.see("event_ask", "matdag", query=f"?of=space:{space.slug}")
    walk.see("event_ask", "matdag", query=f"?of=partnership:{space.partnership.slug}")

    bo = people_of(event, sea)
    walk.see("event_people", "matdag")
    walk.see("event_people", "matdag", query="?q=nobody")
    at_the_door(walk, bo)
    walk.see("event_came_list", "matdag")
    walk.press(BUTTON, shows=".summary")
    walk.fill(people="gun@example.org\nNobody")
    walk.press(BUTTON, shows="table")
    walk.press("[name=do][value=tick]", shows=".messages")
    as_a_participant(walk, bo)
    afterwards(walk, eva, event)


def at_the_door(walk, bo):
    walk.see("event_door", "matdag")
    walk.press("#let-in .form .btn", shows=".summary")
    walk.fill(name="Per", organisation="Varvet")
    walk.press("#let-in .form .btn", shows="#let-in .here")
    walk.see("event_check_in", "matdag", bo.pk, door.ticket_of(bo))
    walk.press("main .btn.large", shows=".arrivals .here")
    walk.see("event_check_in", "matdag", bo.pk, door.ticket_of(bo))
    walk.see("event_check_in", "matdag", bo.pk, "x")


def as_a_participant(walk, bo):
    walk.leave()
    walk.see("event_check_in", "matdag", bo.pk, "x")
    gun = bo.event.registrations.get(email="gun@example.org")
    walk.see("event_ticket_by_link", gun.token)
    walk.see("event_others_by_link", gun.token)
    walk.enter(bo.user)
    walk.see("event_ticket", "matdag")
    walk.see("event_others", "matdag")
    walk.press("main .panel .btn", shows=".messages")


def afterwards(walk, eva, event):
    length = event.ends_at - event.starts_at
    event.starts_at, event.ends_at = event.created_at - length, event.created_at
    event.save()
    walk.enter(eva)
    walk.see("event_people", "matdag")
    walk.see("event_afterwards", "matdag")
    walk.fill(women="5")
    walk.press(f"{BUTTON}", shows="[name=is_sure]")
    walk.page.locator("[name=is_sure]").check()
    walk.press(f"{BUTTON}", shows=".messages")
    walk.press("[name=do][value=close]", shows="table")
    walk.see("event_door", "matdag")
    walk.enter(verified(make_event_keeper("karin@example.org")))
    walk.see("event_evidence")
    walk.see("event_evidence", query="?since=2001-02-03&until=2001-02-02")
    walk.see("event_evidence", query="?since=2001-01-01&until=2001-12-31")
