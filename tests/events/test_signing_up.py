"""The pages of signing up: a guest with a code, a person with one press, a colleague; and one's own seat."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from events.models import Answer, Audience, Question, QuestionKind, Registration, RegistrationState
from notifications.models import Email
from tests.events.making import make_event, make_registration
from tests.factories import make_actor, make_space, make_user, verified
from tests.missions.test_portfolio import address, sign_in
from tests.platforms.test_partnerships import text_of
from web.kept import whose

pytestmark = pytest.mark.django_db
CONFIRMED, WAITING, OFFERED, LEFT = (
    RegistrationState.CONFIRMED,
    RegistrationState.WAITING,
    RegistrationState.OFFERED,
    RegistrationState.LEFT,
)
GUEST = {"name": "Eva Ek", "email": "eva@example.org", "organisation": "The harbour"}


def code_sent():
    return Email.objects.filter(template="registration_code").latest("pk").secret["code"]


def prove(client, event):
    return client.post(address("event_sign_up_code", event.slug), {"do": "prove", "code": code_sent()})


def signed_in(client):
    return "_auth_user_id" in client.session


# ── Guests ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_guest_signs_up_with_three_fields_and_a_code(client):
    event = make_event("Kustdag", place="Stationshuset")
    page = address("event_sign_up", event.slug)
    shown = client.get(page)
    assert [field.name for field in shown.context["form"].visible_fields()] == ["name", "email", "organisation"]
    assert "Stationshuset" in text_of(shown)
    assert client.post(page, GUEST).url == address("event_sign_up_code", event.slug)
    assert Registration.objects.count() == 0, "nothing is kept before the address is proven"
    answer = prove(client, event)
    row = Registration.objects.get()
    assert answer.url == address("event_seat", row.token)
    assert (row.name, row.email, row.organisation, row.state) == ("Eva Ek", "eva@example.org", "The harbour", CONFIRMED)
    assert "You have a seat" in text_of(client.get(answer.url))
    assert not signed_in(client)


def test_a_wrong_code_gives_no_seat(client):
    event = make_event()
    client.post(address("event_sign_up", event.slug), GUEST)
    answer = client.post(address("event_sign_up_code", event.slug), {"do": "prove", "code": "BBBBBBBB"})
    assert answer.context["form"].errors["code"]
    assert Registration.objects.count() == 0


def test_a_new_code_can_be_asked_for_and_the_old_one_ends(client):
    event = make_event()
    client.post(address("event_sign_up", event.slug), GUEST)
    first = code_sent()
    client.post(address("event_sign_up_code", event.slug), {"do": "again"})
    client.post(address("event_sign_up_code", event.slug), {"do": "prove", "code": first})
    assert Registration.objects.count() == 0
    prove(client, event)
    assert Registration.objects.get().name == "Eva Ek"


def test_the_code_of_one_event_is_no_good_for_another(client):
    event, other = make_event(), make_event()
    client.post(address("event_sign_up", event.slug), GUEST)
    assert client.get(address("event_sign_up_code", other.slug)).url == address("event_sign_up", other.slug)


def test_the_address_of_a_member_is_told_to_nobody_and_the_member_decides(client):
    """The typist sees the same as with any address; who reads the mail is signed in, and has the seat."""
    event, eva = make_event(), verified(make_user("eva@example.org", name="Eva"))
    page = address("event_sign_up", event.slug)
    answers = [client.post(page, {**GUEST, "email": email}) for email in ("eva@example.org", "new@example.org")]
    assert len({(answer.status_code, answer.url) for answer in answers}) == 1
    assert {mail.template for mail in Email.objects.all()} == {"registration_code"}
    assert Registration.objects.count() == 0
    client.post(page, GUEST)
    prove(client, event)
    assert Registration.objects.get().user == eva
    assert signed_in(client)


def test_the_same_queries_whether_or_not_the_address_is_a_members(django_assert_num_queries):
    event = make_event()
    verified(make_user("eva@example.org"))
    page = address("event_sign_up", event.slug)
    for email, client in (("eva@example.org", Client()), ("new@example.org", Client())):
        client.get(page)
        with django_assert_num_queries(QUERIES["guest"]):
            client.post(page, {**GUEST, "email": email})


QUERIES = {"form": 3, "guest": 15, "person_form": 10, "person": 15, "bare_form": 8, "bare": 11, "my_events": 6}


def test_form_and_post_of_a_guest_ask_seldom(client, django_assert_num_queries):
    event = make_event(capacity=10)
    page = address("event_sign_up", event.slug)
    with django_assert_num_queries(QUERIES["form"]):
        client.get(page)


def test_form_and_post_of_a_person_ask_seldom(client, django_assert_num_queries):
    """Together at most 25, with an organisation and an answer."""
    event, eva = make_event(capacity=10), make_user()
    Question.objects.create(event=event, number=1, text_sv="Mat?", kind=QuestionKind.CARE)
    firm = make_actor(representatives=[eva])
    sign_in(client, eva)
    page = address("event_sign_up", event.slug)
    with django_assert_num_queries(QUERIES["person_form"]):
        client.get(page)
    with django_assert_num_queries(QUERIES["person"]):
        client.post(page, {"question_1": "Inga nötter", "actor": firm.pk})
    assert Registration.objects.get().actor == firm


def test_who_speaks_for_nobody_and_is_asked_nothing_costs_less(client, django_assert_num_queries):
    event, eva = make_event(capacity=10), make_user(name="Eva Ek")
    page = address("event_sign_up", event.slug)
    sign_in(client, eva)
    with django_assert_num_queries(QUERIES["bare_form"]):
        client.get(page)
    with django_assert_num_queries(QUERIES["bare"]):
        client.post(page, {"organisation": "Sjömätt"})
    assert Registration.objects.get().organisation == "Sjömätt"


# ── People with an account ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_person_signs_up_by_one_press(client):
    event, eva = make_event(), make_user("eva@example.org", name="Eva Ek")
    firm = make_actor("Sjömätt", representatives=[eva])
    sign_in(client, eva)
    page = address("event_sign_up", event.slug)
    form = client.get(page).context["form"]
    assert [field.name for field in form.visible_fields()] == ["actor", "organisation"]
    assert form["actor"].value() == firm.pk, "the first is chosen already"
    answer = client.post(page, {"actor": firm.pk})
    row = Registration.objects.get()
    assert (row.user, row.actor, row.name, row.state) == (eva, firm, "Eva Ek", CONFIRMED)
    assert answer.url == address("event_seat", row.token)
    assert client.get(page).url == answer.url, "who is signed up comes to their seat"


def test_somebody_without_a_name_is_asked_for_it(client):
    event = make_event()
    sign_in(client, make_user(name=""))
    page = address("event_sign_up", event.slug)
    assert client.post(page, {}).context["form"].errors["name"]
    client.post(page, {"name": "Eva Ek"})
    assert Registration.objects.get().name == "Eva Ek"


def test_an_organisation_that_one_does_not_speak_for_is_refused(client):
    event, firm = make_event(), make_actor()
    sign_in(client, make_user())
    client.post(address("event_sign_up", event.slug), {"actor": firm.pk})
    assert Registration.objects.get().actor is None
    make_actor(representatives=[eva := make_user()])
    sign_in(client, eva)
    assert client.post(address("event_sign_up", event.slug), {"actor": firm.pk}).context["form"].errors["actor"]


def test_questions_are_asked_and_care_is_never_forced(client):
    event = make_event()
    Question.objects.create(event=event, number=1, text_sv="Spår?", kind="choice", options="A\nB", is_required=True)
    Question.objects.create(event=event, number=2, text_sv="Mat?", kind=QuestionKind.CARE, is_required=True)
    sign_in(client, make_user())
    page = address("event_sign_up", event.slug)
    errors = client.post(page, {"question_1": "C"}).context["form"].errors
    assert set(errors) == {"question_1"}
    client.post(page, {"question_1": "B"})
    assert [(one.question.number, one.text) for one in Answer.objects.all()] == [(1, "B")]


def test_what_is_shut_says_why_and_takes_nothing(client):
    event = make_event(closes_at=timezone.now() - timedelta(hours=1))
    page = address("event_sign_up", event.slug)
    assert "Signing up has closed." in text_of(client.get(page))
    client.post(page, GUEST)
    assert Email.objects.count() == 0
    sign_in(client, make_user())
    assert "Signing up has closed." in text_of(client.post(page, {}))
    assert Registration.objects.count() == 0


def test_a_full_event_says_the_number_that_one_will_have(client):
    event = make_event(capacity=1)
    make_registration(event)
    make_registration(event, state=WAITING)
    assert "as number 2" in text_of(client.get(address("event_sign_up", event.slug)))


@pytest.mark.parametrize("audience", [Audience.REGISTERED, Audience.PARTNERSHIP])
def test_a_stranger_signs_in_first_whether_or_not_there_is_such_an_event(client, audience):
    event = make_event(audience=audience, space=make_space())
    for slug in (event.slug, "nothing"):
        page = address("event_sign_up", slug)
        assert client.get(page).url == f"{address('account_login')}?next={page}"


def test_an_event_of_a_partnership_is_not_there_for_others(client):
    event = make_event(audience=Audience.PARTNERSHIP, space=make_space())
    sign_in(client, make_user())
    for name in ("event_sign_up", "event_sign_up_code", "event_sign_up_colleague"):
        assert client.get(address(name, event.slug)).status_code == 404


# ── Colleagues ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_colleague_is_signed_up_and_gets_a_mail(client):
    event, eva = make_event(), make_user(name="Eva Ek")
    Question.objects.create(event=event, number=1, text_sv="Mat?", kind=QuestionKind.CARE)
    sign_in(client, eva)
    page = address("event_sign_up_colleague", event.slug)
    assert [field.name for field in client.get(page).context["form"]] == ["name", "email", "organisation"]
    assert client.post(page, {"name": "Bo Berg", "email": "bo@example.org"}).url == page
    row = Registration.objects.get()
    assert (row.name, row.by, row.user) == ("Bo Berg", eva, None)
    assert Email.objects.get().to == "bo@example.org"


def test_only_whoever_was_signed_out_is_told_that_what_they_wrote_is_still_there(client):
    event, eva = make_event(), make_user()
    page = address("event_sign_up_colleague", event.slug)
    sign_in(client, eva)
    drawn = client.get(page)
    assert "You were signed out" not in text_of(drawn)

    client.logout()
    client.post(page, {"name": "Bo Berg", "email": "bo", "_whose": whose(eva)})
    sign_in(client, eva)
    words = text_of(client.get(page))
    assert "You were signed out. What you wrote is still here" in words
    assert client.get(page).context["form"]["name"].value() == "Bo Berg"


def test_the_answer_is_the_same_for_a_colleague_who_comes_already(client):
    event = make_event()
    make_registration(event, email="bo@example.org")
    sign_in(client, make_user())
    page = address("event_sign_up_colleague", event.slug)
    shown = [
        text_of(client.post(page, {"name": "B", "email": f"{who}@example.org"}, follow=True)) for who in ("bo", "al")
    ]
    assert shown[0] == shown[1]
    assert Registration.objects.filter(email="bo@example.org").count() == 1


def test_there_is_an_end_to_colleagues(client, monkeypatch):
    monkeypatch.setattr("events.views.signing_up.COLLEAGUES_A_DAY", 1)
    event = make_event()
    sign_in(client, make_user())
    page = address("event_sign_up_colleague", event.slug)
    answers = [client.post(page, {"name": "B", "email": f"b{who}@example.org"}).status_code for who in range(2)]
    assert answers == [302, 429]
    assert Registration.objects.count() == 1


# ── One's own seat ───────────────────────────────────────────────────────────────────────────────────────────────────
def do(client, row, what, **more):
    answer = client.post(address("event_seat", row.token), {"do": what, **more})
    row.refresh_from_db()
    return answer


def test_looking_changes_nothing(client):
    row = make_registration(make_event(), email="a@example.org", state=OFFERED)
    for _ in range(2):
        assert client.get(address("event_seat", row.token)).status_code == 200
        assert client.head(address("event_seat", row.token)).status_code == 200
    row.refresh_from_db()
    assert row.state == OFFERED


def test_a_guest_leaves_with_one_press_and_comes_back(client):
    row = make_registration(make_event(), email="a@example.org")
    do(client, row, "leave")
    assert row.state == LEFT
    do(client, row, "back")
    assert row.state == CONFIRMED


@pytest.mark.parametrize(("what", "state"), [("take", CONFIRMED), ("decline", LEFT)])
def test_an_offer_is_answered_by_one_press(client, what, state):
    row = make_registration(make_event(), email="a@example.org", state=OFFERED)
    do(client, row, what)
    assert row.state == state


def test_the_page_of_a_seat_is_kept_by_nobody_and_in_no_index(client):
    row = make_registration(make_event(), email="a@example.org")
    answer = client.get(address("event_seat", row.token))
    assert answer["Referrer-Policy"] == "strict-origin"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    assert client.get(address("event_seat", "x" * 32)).status_code == 404


def test_the_seat_of_a_person_opens_for_that_person_only(client):
    eva = make_user()
    row = make_registration(make_event(), eva)
    page = address("event_seat", row.token)
    assert client.get(page).url == f"{address('account_login')}?next={page}"
    assert client.post(page, {"do": "leave"}).url == f"{address('account_login')}?next={page}"
    sign_in(client, make_user())
    assert client.post(page, {"do": "leave"}).status_code == 404
    sign_in(client, eva)
    do(client, row, "leave")
    assert row.state == LEFT


def test_who_may_no_longer_see_the_event_sees_no_seat_there(client):
    eva = make_user()
    space = make_space(members=[eva])
    row = make_registration(make_event(audience=Audience.PARTNERSHIP, space=space), eva)
    sign_in(client, eva)
    assert client.get(address("event_seat", row.token)).status_code == 200
    space.members.get(user=eva).delete()
    assert client.get(address("event_seat", row.token)).status_code == 404
    assert client.get(address("my_events")).context["coming"] == []


def test_what_was_said_can_be_changed_and_one_can_be_seen_by_choice(client):
    event = make_event()
    Question.objects.create(event=event, number=1, text_sv="Mat?", kind=QuestionKind.CARE)
    row = make_registration(event, email="a@example.org")
    do(client, row, "change", organisation="Sjömätt", is_listed="on", question_1="Vegan")
    assert (row.organisation, row.is_listed, row.answers.get().text) == ("Sjömätt", True, "Vegan")
    do(client, row, "change", organisation="", question_1="")
    assert (row.organisation, row.is_listed, row.answers.count()) == ("", False, 0)


def test_a_seat_comes_into_the_calendar_of_whoever_has_its_link_with_the_video_link_for_who_sits(client):
    event = make_event(video_link="https://video.example.org/room")
    for state, is_told in (("confirmed", True), ("waiting", False)):
        row = make_registration(event, email=f"{state}@example.org", state=state)
        page = client.get(address("event_seat", row.token)).content.decode()
        file = client.get(address("event_seat_ics", row.token))
        assert f'href="{address("event_seat_ics", row.token)}"' in page
        assert file["Content-Type"].startswith("text/calendar")
        assert file["Referrer-Policy"] == "strict-origin"
        assert (b"video.example.org" in file.content) is is_told
        assert ((b"STATUS:TENTATIVE" in file.content), str(event.uid).encode() in file.content) == (not is_told, True)
    Registration.objects.update(state=RegistrationState.LEFT, offered_until=None, waits_since=None)
    assert client.get(address("event_seat_ics", row.token)).status_code == 404


def test_somebody_elses_seat_is_in_nobodys_calendar(client):
    row = make_registration(make_event(), make_user())
    assert client.get(address("event_seat_ics", row.token)).status_code == 302
    sign_in(client, make_user())
    assert client.get(address("event_seat_ics", row.token)).status_code == 404


def test_the_video_link_is_for_who_has_a_seat(client):
    event = make_event(video_link="https://video.example.org/room")
    for state, is_told in ((CONFIRMED, True), (WAITING, False), (OFFERED, False), (LEFT, False)):
        row = make_registration(event, email=f"{state}@example.org", state=state)
        assert ("video.example.org" in text_of(client.get(address("event_seat", row.token)))) == is_told


def test_a_guest_has_everything_deleted(client):
    event = make_event()
    row = make_registration(event, email="a@example.org", state=LEFT)
    answer = client.post(address("event_seat", row.token), {"do": "forget"})
    assert "Nothing is kept of you here" in text_of(answer)
    assert Registration.objects.count() == 0
    assert client.get(address("event_seat", row.token)).status_code == 404


def test_a_cancelled_event_says_so_and_why(client):
    event = make_event(state="cancelled", reason="A storm is coming")
    row = make_registration(event, email="a@example.org")
    shown = text_of(client.get(address("event_seat", row.token)))
    assert "The event is cancelled" in shown and "A storm is coming" in shown


# ── My events ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("how_many", [1, 3])
def test_my_events_ask_as_often_for_three_as_for_one(client, django_assert_num_queries, how_many):
    eva = make_user()
    for _ in range(how_many):
        make_registration(make_event(capacity=1), eva, state=WAITING)
        make_registration(make_event(days=-9), eva, came=True)
    sign_in(client, eva)
    client.get(address("my_events"))
    with django_assert_num_queries(QUERIES["my_events"]):
        shown = client.get(address("my_events"))
    assert (len(shown.context["coming"]), len(shown.context["past"])) == (how_many, how_many)
    assert "Number 1 on the waiting list" in text_of(shown)


def test_my_page_shows_what_i_come_to(client):
    eva = make_user()
    make_registration(make_event("Kustdag"), eva)
    sign_in(client, eva)
    assert "Kustdag" in text_of(client.get(address("my_page")))
