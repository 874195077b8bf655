"""The tour through signing up to events: as a guest, as a person, for a colleague; and a seat in each of its states."""

import pytest

from events.models import Question, Registration
from notifications.models import Email
from tests.events.making import make_event, make_registration
from tests.factories import make_actor, make_user, verified

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUTTON = "main form.form .btn"


def test_walk_seats(walk):
    event = make_event("Kustdag", slug="kust", capacity=4, place="Stationshuset", address="Hamngatan 1")
    full = make_event("Full dag", slug="full", capacity=1, video_link="https://video.example.org/")
    make_registration(full)
    Question.objects.create(event=event, number=1, text_sv="Spår", text_en="Track", kind="choice", options="A\nB")
    Question.objects.create(event=event, number=2, text_sv="Mat", text_en="Food", kind="care")
    as_a_guest(walk, event)
    in_each_state(walk)
    eva = verified(make_user("eva@example.org", name="Eva Berg"))
    make_actor("Sjömätt", representatives=[eva])
    as_a_person(walk, eva, full)


def as_a_guest(walk, event):
    walk.see("event_sign_up", "full")
    walk.see("event_sign_up", "kust")
    walk.press(BUTTON, shows=".summary")
    walk.fill(name="Bo Berg", email="bo@example.org", organisation="Hamnen")
    walk.press(BUTTON, shows="[name=code]")
    walk.fill(code="BBBB-BBBB")
    walk.press(BUTTON, shows=".summary")
    walk.fill(code=Email.objects.get(template="registration_code").secret["code"])
    walk.press(BUTTON, shows="[value=leave]")
    walk.press("[value=change]", shows=".notice, .messages")
    walk.press("[value=leave]", shows="[value=back]")
    walk.press("[value=forget]")


def in_each_state(walk):
    shut = make_event("Stängd dag", slug="shut", takes_registrations=False)
    walk.see("event_sign_up", "shut")
    for state in ("waiting", "offered"):
        walk.see("event_seat", make_registration(shut, email=f"{state}@example.org", state=state).token)
    cancelled = make_event("Inställd dag", state="cancelled", reason="Storm")
    walk.see("event_seat", make_registration(cancelled, email="a@example.org").token)
    walk.see("event_seat", make_registration(make_event("Förra året", days=-300), email="a@example.org").token)


def as_a_person(walk, eva, full):
    walk.enter(eva)
    walk.see("my_events")
    walk.see("event_sign_up_colleague", "kust")
    walk.press(BUTTON, shows=".summary")
    walk.see("event_sign_up_colleague", "full")
    walk.see("event_sign_up", "kust")
    walk.press(BUTTON, shows="[value=leave]")
    walk.see("event_sign_up", "full")
    walk.press(BUTTON, shows="[value=leave]")
    make_registration(make_event("Flera dagar", days=3), eva, state="offered")
    make_registration(make_event("Inställd kväll", state="cancelled", reason="Storm"), eva)
    make_registration(make_event("Förra året", days=-300), eva, came=True)
    walk.see("my_events")
    walk.see("my_page")
    assert Registration.objects.get(event=full, user=eva).number == 1
