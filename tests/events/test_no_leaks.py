"""What events must not tell: of those that are not for everybody, and of the people who come, by any way."""

import json
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actions import close_account
from accounts.purge import purge_now
from actors.models import ActorKind, ActorStatus, Representative
from events import calendar
from events.actions import counting, follow_up, keeping, meeting_news, programmes, seat_told, seats
from events.actions import matching as acts
from events.certificate import facts_of
from events.forms.event import EventForm
from events.matching_mine import MatchingPart
from events.mine import SeatPart
from events.models import (
    Answer,
    Attendance,
    Audience,
    Event,
    EventSeries,
    Meeting,
    MeetingState,
    Participant,
    Profile,
    Programme,
    Question,
    QuestionKind,
    Registration,
    RegistrationState,
    Seat,
    StepKind,
)
from events.tasks import give_out_seats
from notifications import live
from notifications.live import NoLonger
from notifications.models import Email, Notification
from notifications.tokens import token
from tests.events.making import (
    make_event,
    make_event_keeper,
    make_matchmaking,
    make_meeter,
    make_registration,
)
from tests.events.test_event_keeping import fields
from tests.factories import make_actor, make_partnership, make_space, make_user, verified
from tests.missions.making import make_evidence, make_mission, make_statement
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva Ek")


@pytest.fixture
def bo():
    return make_user("bo@example.org", name="Bo Berg")


@pytest.fixture
def space(eva, bo):
    return make_space("Secret Room", coordinator=eva, members=[bo])


def read(client, name, *args, user=None, query=""):
    """The page's words; its status when there are none."""
    if user:
        sign_in(client, user, second_factor=user.is_staff)
    else:
        client.logout()
    answer = client.get(reverse(name, args=args) + query)
    if answer.status_code != 200:
        return answer.status_code
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return unescape(body.decode("utf-8", "replace"))


def leave_space(space, user):
    space.members.filter(user=user).delete()


# ── Events that are not for everybody ────────────────────────────────────────────────────────────────────────────────
HIDDEN = (
    {"audience": Audience.PARTNERSHIP},
    {"state": "draft"},
    {"audience": Audience.PARTNERSHIP, "state": "cancelled", "reason": "Secret Reason"},
)
LISTS = (
    *(("event_list",), ("event_archive",), ("event_chart",), ("events_ics",), ("events_atom",), ("start",)),
    *(("event_export", "csv"), ("event_export", "json"), ("sitemap_part", "events-0"), ("ability",)),
    ("ability_export", "csv"),
)


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("days", [14, -14])
def test_an_event_that_is_not_for_all_is_told_of_by_no_list_file_feed_number_or_page(client, space, hidden, days):
    firm = make_actor("Public Firm", slug="firm", kind=ActorKind.SUPPORT)
    mission = make_mission("Living Bays", space=space)
    series = EventSeries.objects.create(rule="FREQ=WEEKLY")
    shared = {"mission": mission, "series": series, "days": days, "organisers": [firm]}
    public = make_event("Open Day", space=space, **shared)
    event = make_event("Secret Event", space=space, place="Secret Place", text_sv="Secret Text", **shared, **hidden)
    Attendance.objects.create(event=event, actor=firm, people=7)
    asked = [*LISTS, ("actor_events", "firm"), ("mission_events", mission.slug), ("event", public.slug)]
    asked += [("partnership_events", space.partnership.slug), ("event_ics", public.slug)]
    gone = make_user()
    space.members.create(user=gone, role="member")
    leave_space(space, gone)
    for name, *args in asked:
        for user in (None, make_user(), gone):
            words = str(read(client, name, *args, user=user))
            assert "Secret" not in words and event.slug not in words, (name, user)
    for name in ("event_list", "event_archive", "event_chart"):
        page = client.get(reverse(name) + ("?when=past" if name == "event_chart" and days < 0 else ""))
        counts = {group["name"]: [one["count"] for one in group["options"]] for group in page.context["groups"]}
        if page.context["total"].total:
            assert page.context["total"].total == 1, (name, "nor counted")
            assert max(map(sum, counts.values())) == 1, name
    asked = (
        "event",
        "event_ics",
        "event_sign_up",
        "event_sign_up_colleague",
        "event_edit",
        "event_people",
        "event_door",
    )
    asked += ("event_ticket", "event_others", "event_certificate", "event_afterwards", "event_ask", "event_copy")
    for name in asked:
        assert read(client, name, event.slug, user=gone) == 404, name
        assert read(client, name, event.slug) in (302, 404), name


@pytest.fixture
def closed(space):
    return make_event("Secret Event", space=space, audience=Audience.PARTNERSHIP, place="Secret Place")


OWN = ("event_ticket", "event_others", "event_certificate")


def test_who_left_the_space_has_no_page_of_an_event_of_it_any_more(client, space, closed, bo):
    row = make_registration(closed, bo, came=True)
    make_registration(closed, email="seen@example.org", name="Secret Guest", is_listed=True)
    Event.objects.update(starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY)
    assert "Secret Guest" in read(client, "event_others", closed.slug, user=bo)
    leave_space(space, bo)
    for name in OWN:
        assert read(client, name, closed.slug, user=bo) == 404, name
        assert read(client, f"{name}_by_link", row.token, user=bo) == 404, name
    assert read(client, "event_seat", row.token, user=bo) == 404
    assert client.post(reverse("event_others", args=[closed.slug]), {"seen": "yes"}).status_code == 404
    assert "Secret" not in read(client, "my_events", user=bo)


@pytest.fixture
def meeting(space, bo):
    """Bo meets Ada at an event of the space."""
    event = make_matchmaking(make_event("Secret Event", space=space, audience=Audience.PARTNERSHIP)).event
    ada = make_user("ada@example.org", name="Secret Ada")
    space.members.create(user=ada, role="member")
    mine, theirs = make_meeter(event, bo, offers="Boats"), make_meeter(event, ada, wishes="Boats")
    return acts.ask(theirs, mine, line="Secret Line")


def test_who_left_the_space_hears_nothing_of_meetings_at_its_events(client, space, meeting, bo):
    mail, notice = Email.objects.get(to=bo.email), Notification.objects.get(user=bo)
    assert meeting_news.read_meeting(mail)["who"] == "Secret Ada"
    assert meeting_news.read_meetings([notice])
    leave_space(space, bo)
    with pytest.raises(NoLonger):
        meeting_news.read_meeting(mail)
    assert meeting_news.read_meetings([notice]) == {}
    for name in ("event_matching", "matching_ics"):
        assert read(client, name, meeting.event.slug, user=bo) == 404, name


def test_who_left_the_space_is_not_asked_what_came_of_meetings_at_its_events(client, space, meeting, bo):
    acts.accept(meeting, registration=meeting.asked)
    past = meeting.event.starts_at - 45 * DAY
    Meeting.objects.update(starts_at=past)
    meeting.seats.update(starts_at=past)
    follow_up.ask_due()
    mail, page = (
        Email.objects.get(to=bo.email, template="meeting_follow_up"),
        token(follow_up.PURPOSE, meeting.asked_id),
    )
    assert follow_up.read_question(mail)["names"] == ["Secret Ada"]
    assert "Secret Ada" in read(client, "meeting_follow_up", page)
    leave_space(space, bo)
    with pytest.raises(NoLonger):
        follow_up.read_question(mail)
    assert read(client, "meeting_follow_up", page) == 404


def test_what_is_muted_is_not_named_to_who_may_no_longer_see_it(space, closed, bo):
    make_registration(closed, bo)
    row = Notification(pk=-1, user_id=bo.pk, thing=f"event:{closed.pk}")
    assert str(seat_told.read_events([row])[-1].title) == "Secret Event"
    leave_space(space, bo)
    assert seat_told.read_events([row]) == {}


def test_who_left_the_space_gives_up_their_seat_and_meetings_at_its_events(space, meeting, bo):
    event, keeper = meeting.event, make_event_keeper()
    acts.accept(meeting, registration=meeting.asked)
    make_registration(event, keeper)
    together = make_event(partnership=space.partnership, audience=Audience.PARTNERSHIP)
    public = make_event(space=space)
    for one in (together, public):
        make_registration(one, bo)
    Event.objects.filter(pk=event.pk).update(capacity=3)
    make_registration(event, make_user(), state=RegistrationState.WAITING)
    space.members.create(user=event.registrations.waiting().get().user, role="member")
    give_out_seats()
    assert not Registration.objects.filter(state=RegistrationState.LEFT).exists(), "as long as they are in the space"
    leave_space(space, bo)
    for _time in range(2):
        give_out_seats()
    left = Registration.objects.filter(state=RegistrationState.LEFT)
    assert {(one.user, one.event) for one in left} == {(bo, event), (bo, together)}
    assert event.registrations.filter(state=RegistrationState.OFFERED).count() == 1, "the next in line is offered it"
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.CANCELLED
    assert Email.objects.filter(template="meeting_news", to="ada@example.org", context__what="cancelled").exists()
    for mail in Email.objects.filter(to=bo.email, context__what="left"):
        with pytest.raises(NoLonger):
            live.read(mail)


# ── What was public once ─────────────────────────────────────────────────────────────────────────────────────────────
def test_an_event_is_not_closed_to_people_who_have_signed_up(client, space, eva, bo):
    """They would hear nothing more of it, not even that it is cancelled, and could not give up their seats."""
    event = make_event("Coast Day", space=space)
    guest = make_registration(event, email="guest@example.org")
    for audience, fits in ((Audience.REGISTERED, False), (Audience.PARTNERSHIP, False), (Audience.PUBLIC, True)):
        sign_in(client, eva, second_factor=False)
        answer = client.post(reverse("event_edit", args=[event.slug]), fields(event, audience=audience))
        assert (answer.status_code == 302) is fits, audience
        if not fits:
            assert "1 person has signed up" in str(answer.context["form"].errors["audience"])
            assert Event.objects.get().audience == Audience.PUBLIC
        event.refresh_from_db()
    guest.state = RegistrationState.LEFT
    guest.save()
    make_registration(event, bo)
    client.post(reverse("event_edit", args=[event.slug]), fields(event, audience=Audience.PARTNERSHIP))
    assert Event.objects.get().audience == Audience.PARTNERSHIP, "Bo, who is in the space, still sees it"


def test_the_key_of_a_guest_opens_nothing_of_an_event_that_is_not_public(client, meeting, bo):
    event = meeting.event
    guest = make_meeter(event, email="guest@example.org", name="Gun")
    keys = [(name, guest.token) for name in ("event_seat", "event_ticket_by_link", "event_others_by_link")]
    keys += [(name, guest.token) for name in ("matching_guest", "matching_guest_ics")]
    keys.append(("meeting_follow_up", token(follow_up.PURPOSE, guest.pk)))
    for name, *args in keys:
        assert read(client, name, *args) == 404, name
    Event.objects.update(audience=Audience.PUBLIC)
    for name, *args in keys:
        assert "Secret Event" in read(client, name, *args) or name == "matching_guest_ics", name


def test_an_event_that_is_closed_while_a_calendar_is_made_is_not_in_it():
    event, _other = make_event("Coast Day"), make_event("Sea Day")
    rows = calendar.stamped(Event.objects.published())
    Event.objects.filter(pk=event.pk).update(audience=Audience.REGISTERED, title_sv="Secret Event")
    body = calendar.kept_calendar_of(rows, name="Events").decode()
    assert "Secret" not in body and "Sea Day" in body


def make_programme(event):
    made = Programme.objects.create(slug="lead", title_sv="Lead", ability_sv="Lead", is_published=True)
    made.steps.create(number=1, kind=StepKind.EVENT, event=event)
    return made


@pytest.mark.parametrize("change", [{"audience": Audience.PARTNERSHIP}, {"audience": Audience.REGISTERED}])
def test_a_programme_does_not_tell_of_a_step_that_is_public_no_more(client, closed, bo, change):
    Event.objects.update(**change)
    make_programme(closed)
    page = read(client, "programme", "lead")
    assert "Secret" not in page and closed.slug not in page
    assert "An event that is not for everybody" in page
    assert "Secret Event" in read(client, "programme", "lead", user=bo)


def test_who_only_reads_an_open_space_is_not_told_which_closed_event_is_evidence(client, eva, bo):
    space = make_space("Open Room", access="registered", coordinator=eva)
    mission = make_mission("Living Bays", space=space)
    statement = make_statement(mission)
    for number, place in enumerate(({"space": space}, {"partnership": space.partnership})):
        event = make_event(f"Secret Event {number}", audience=Audience.PARTNERSHIP, days=-3, **place)
        make_evidence(statement, thing=f"event:{event.pk}")
    open_to_all = make_event("Open Day", days=-3, space=space, audience=Audience.REGISTERED)
    make_evidence(statement, thing=f"event:{open_to_all.pk}")
    assert "Secret" not in read(client, "mission", mission.slug)
    words = read(client, "mission", mission.slug, user=bo)
    assert "Secret" not in words and "Open Day" in words


def test_my_data_name_an_event_only_while_i_may_see_it(space, meeting, bo):
    acts.accept(meeting, registration=meeting.asked)
    mine = [part.data(bo) for part in (SeatPart(), MatchingPart())]
    assert json.dumps(mine).count("Secret Event") == 3
    leave_space(space, bo)
    mine = [part.data(bo) for part in (SeatPart(), MatchingPart())]
    assert "Secret" not in json.dumps(mine)
    assert mine[0]["registrations"][0]["state"] == "confirmed", "what is kept of them is told all the same"


def test_a_certificate_does_not_name_an_organiser_who_is_not_public(bo):
    hidden = make_actor("Hidden Firm", status=ActorStatus.DRAFT)
    event = make_event(days=-1, organisers=[hidden, make_actor("Firm")])
    row = make_registration(event, bo, came=True)
    rows = {one["label"]: one["text"] for one in facts_of(row)["rows"]}
    assert rows["Organiser"] == "Firm"


# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("shut", ["closed", "full"])
def test_nobody_learns_by_signing_up_a_colleague_who_comes_to_an_event_that_takes_nobody(client, bo, shut):
    event = make_event(capacity=1, has_waiting_list=False)
    make_registration(event, email="comes@example.org")
    if shut == "closed":
        Event.objects.update(closes_at=timezone.now() - DAY, capacity=None)
    sign_in(client, bo, second_factor=False)
    pages = []
    for email in ("comes@example.org", "stranger@example.org"):
        typed = {"name": "A Colleague", "email": email}
        answer = client.post(reverse("event_sign_up_colleague", args=[event.slug]), typed)
        pages.append((answer.status_code, unescape(answer.content.decode()).replace(email, "")))
    assert pages[0][0] == pages[1][0] == 200
    assert ["is signed up" in words for _status, words in pages] == [False, False]


def test_what_was_answered_about_food_stays_an_answer_about_food(client, space, eva):
    """Else it would not be deleted a week after the event."""
    event = make_event(space=space)
    question = Question.objects.create(event=event, number=1, text_sv="Mat?", kind=QuestionKind.CARE)
    Answer.objects.create(registration=make_registration(event), question=question, text="Vegan")
    sign_in(client, eva, second_factor=False)
    asked = {"questions-key": question.pk, "questions-sv": "Äter du något särskilt?", "questions-required": "no"}
    page = reverse("event_edit", args=[event.slug])
    answer = client.post(page, {**fields(event), **asked, "questions-kind": "text"})
    assert "has been answered" in str(answer.context["form"].errors["questions"])
    assert Question.objects.get().kind == QuestionKind.CARE
    assert client.post(page, {**fields(event), **asked, "questions-kind": "care"}).status_code == 302
    assert (Question.objects.get().kind, Question.objects.get().text_sv) == ("care", "Äter du något särskilt?")


def test_what_a_guest_typed_and_never_proved_is_gone_the_next_day(client):
    event = make_event()
    question = Question.objects.create(event=event, number=1, text_sv="Mat?", kind=QuestionKind.CARE)
    typed = {"name": "Gun", "email": "gun@example.org", f"question_{question.number}": "Gluten"}
    client.post(reverse("event_sign_up", args=[event.slug]), typed)
    assert "Gluten" in str(Session.objects.get().get_decoded())
    purge_now(timezone.now() + DAY)
    assert not Session.objects.exists()


def test_who_is_signed_in_by_a_code_stays_signed_in_as_long_as_anybody(client, bo, settings):
    event = make_event()
    verified(bo)
    client.post(reverse("event_sign_up", args=[event.slug]), {"name": "Bo", "email": bo.email})
    code = Email.objects.filter(template="registration_code").latest("pk").secret["code"]
    client.post(reverse("event_sign_up_code", args=[event.slug]), {"do": "prove", "code": code})
    assert client.session["_auth_user_id"] == str(bo.pk)
    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE


def test_the_words_of_a_question_are_no_formula_in_the_list_of_people(client, space, eva):
    event = make_event(space=space)
    Question.objects.create(event=event, number=1, text_sv="=HYPERLINK(1)")
    make_registration(event, name="+46 Gun", email="gun@example.org")
    words = read(client, "event_people_export", event.slug, "csv", user=eva)
    assert "'=HYPERLINK(1)" in words and "'+46 Gun" in words


def test_a_guest_who_came_and_has_everything_deleted_is_still_counted(client, space, eva):
    event = make_event(space=space)
    firm = make_actor("Firm")
    guest = make_registration(event, email="gun@example.org", name="Gun", actor=firm, came=True)
    question = Question.objects.create(event=event, number=1, text_sv="?")
    Answer.objects.create(registration=guest, question=question, text="Secret")
    client.post(reverse("event_seat", args=[guest.token]), {"do": "forget"})
    row = Registration.objects.get()
    assert (row.came, row.actor, row.user, row.organisation, list(row.answers.all())) == (True, firm, None, "", [])
    assert "Gun" not in row.name and "gun@" not in row.email
    assert read(client, "event_seat", guest.token) == 404, "the link in the mail no longer works"
    Event.objects.update(starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY)
    counting.close(event, by=eva)
    assert Attendance.objects.get().people == 1


def test_the_links_of_a_closed_account_open_nothing(client, bo):
    event = make_matchmaking(make_event("Coast Day", days=-1)).event
    row = make_meeter(event, bo, offers="Secret Boats", came=True)
    other = make_meeter(event, email="gun@example.org")
    meeting = Meeting.objects.create(event=event, asker=row, asked=other, line="Secret Line")
    keys = [("event_seat", row.token), ("event_others_by_link", row.token), ("matching_guest", row.token)]
    close_account(by=bo)
    for name, key in keys:
        assert read(client, name, key) == 404, name
    assert Registration.objects.filter(came=True).count() == 1
    meeting.refresh_from_db()
    assert meeting.line == "", "what they wrote goes, too"


def test_a_closed_account_is_not_asked_what_came_of_its_meetings(bo):
    event = make_matchmaking(make_event(days=-31)).event
    row, other = make_meeter(event, bo, came=True), make_meeter(event, email="gun@example.org")
    state = {"state": MeetingState.BOOKED, "starts_at": event.starts_at, "table": 1}
    meeting = Meeting.objects.create(event=event, asker=row, asked=other, **state)
    for who in (row, other):
        meeting.seats.create(registration=who, starts_at=event.starts_at)
    close_account(by=bo)
    follow_up.ask_due()
    assert [mail.to for mail in Email.objects.filter(template="meeting_follow_up")] == ["gun@example.org"]


@pytest.mark.parametrize("way", ["forget", "purge"])
def test_the_address_of_a_guest_goes_from_all_mails_with_their_registration(client, bo, way):
    event = make_matchmaking().event
    guest, other = seats.sign_up(event, name="Gun", email="gun@example.org", language="en")[0], make_meeter(event, bo)
    Profile.objects.create(registration=guest)
    acts.accept(acts.ask(other, guest), registration=guest)
    meeting_news.tell_schedule(event, {guest.pk, other.pk})
    Event.objects.update(starts_at=timezone.now() - 31 * DAY, ends_at=timezone.now() - 31 * DAY + timedelta(hours=2))
    Seat.objects.update(starts_at=timezone.now() - 31 * DAY)
    follow_up.ask_due()
    told = {"event_seat", "meeting_asked", "meeting_news", "meeting_follow_up"}
    assert {mail.template for mail in Email.objects.filter(to="gun@example.org")} == told
    if way == "forget":
        client.post(reverse("event_seat", args=[guest.token]), {"do": "forget"})
    else:
        counting.forget_people(timezone.now() + 60 * DAY)
    assert not Email.objects.filter(to="gun@example.org").exists()
    assert Email.objects.filter(to=bo.email).exists(), "those of somebody with an account are the account's"


def test_who_has_another_address_now_hears_there_of_meetings(bo):
    event = make_matchmaking().event
    row, other = make_meeter(event, bo), make_meeter(event, email="gun@example.org")
    bo.email = "new@example.org"
    bo.save()
    meeting_news.tell(acts.ask(other, row), "asked", [row.pk])
    mail = Email.objects.get(template="meeting_asked")
    assert mail.to == "new@example.org"
    assert meeting_news.read_meeting(mail)["who"] == other.name


def test_nobody_is_asked_to_meet_again_and_again():
    """A question that is taken back and asked anew is a mail each time."""
    event = make_matchmaking().event
    one, other = make_meeter(event), make_meeter(event)
    for _time in range(2):
        acts.cancel(acts.ask(one, other), registration=one)
    with pytest.raises(ValidationError) as refused:
        acts.ask(one, other)
    assert refused.value.code == "enough"
    assert acts.ask(other, one).state == MeetingState.ASKED, "the other may still ask"


def test_an_organisation_does_not_follow_who_has_left_it_through_a_programme(client, eva, bo):
    firm = make_actor("Firm", representatives=[eva, bo])
    programme = make_programme(make_event())
    for user in (eva, bo):
        Participant.objects.create(programme=programme, user=user, actor=firm)
    assert "Bo Berg" in read(client, "programme_people", "lead", user=eva)
    Representative.objects.filter(user=bo).delete()
    words = read(client, "programme_people", "lead", user=eva)
    assert "Bo Berg" not in words and "Eva Ek" in words
    assert "Bo Berg" in read(client, "programme_people", "lead", user=make_event_keeper())


# ── Nothing is lost ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_later_events_of_a_series_keep_what_was_not_changed(client, space, eva):
    """A new title for all of them leaves the organisers, the tags and the questions of each alone."""
    harbour, firm, other = make_actor("Harbour"), make_actor("Firm"), make_actor("Other")
    event = make_event("Coast Day", space=space, organisers=[harbour])
    keeping.repeat(event, by=eva, rule="FREQ=WEEKLY;COUNT=2", starts=[])
    later = make_event("Coast Day", space=space, days=21, organisers=[firm])
    Event.objects.filter(pk=later.pk).update(series=Event.objects.get(pk=event.pk).series)
    asked = Question.objects.create(event=later, number=1, text_sv="Which boat?")
    event.refresh_from_db()
    sign_in(client, eva, second_factor=False)
    page = reverse("event_edit", args=[event.slug])
    client.post(page, fields(event, title_sv="Sea Day", organisers="Harbour", scope="following"))
    later.refresh_from_db()
    assert (later.title_sv, list(later.organisers.all()), list(later.questions.all())) == ("Sea Day", [firm], [asked])
    event.refresh_from_db()
    new = {"organisers": "Other", "questions-sv": "Which food?", "questions-kind": "text", "scope": "following"}
    client.post(page, fields(event, title_sv="Sea Day", **new))
    assert list(later.organisers.all()) == [other]
    assert [one.text_sv for one in later.questions.all()] == ["Which food?"]


def test_who_may_not_see_the_mission_of_an_event_does_not_take_it_away(client, space, eva):
    hidden = make_mission("Secret Mission", space=make_space(), is_published=False)
    event = make_event(space=space, mission=hidden)
    sign_in(client, eva, second_factor=False)
    page = reverse("event_edit", args=[event.slug])
    assert "Secret Mission" not in client.get(page).content.decode()
    assert client.post(page, fields(event, title_sv="Sea Day")).status_code == 302
    event.refresh_from_db()
    assert (event.title_sv, event.mission) == ("Sea Day", hidden)


def test_the_partnership_of_an_event_stays_when_its_keeper_may_not_see_it(client):
    hidden = make_partnership("Secret Partnership", is_published=False)
    event = make_event(partnership=hidden)
    form = EventForm(instance=event, by=make_event_keeper())
    assert "partnership" not in form.fields
    assert "partnership" in EventForm(instance=make_event(), by=make_event_keeper()).fields


def test_the_step_that_is_removed_is_the_one_that_was_shown(client):
    """Its address is its number, which is another step's when somebody has moved it meanwhile."""
    programme = make_programme(make_event())
    programme.steps.create(number=2, kind=StepKind.STUDY, title_sv="Read")
    keeper = make_event_keeper()
    page = reverse("programme_step_remove", args=["lead", 2])
    sign_in(client, keeper)
    shown = client.get(page)
    assert "Read" in shown.content.decode()
    programmes.move_step(programme.steps.get(number=2), by=make_event_keeper(), up=True)
    version = shown.context["form"].initial["version"]
    answer = client.post(page, {"version": version}, follow=True)
    assert "Somebody else saved this" in unescape(answer.content.decode())
    assert programme.steps.count() == 2
    client.post(page, {"version": client.get(page).context["form"].initial["version"]})
    assert [one.title for one in programme.steps.all()] == ["Read"]


def test_numbers_can_be_corrected_as_long_as_the_people_are_there(space, eva):
    """Sixty days where people met by two."""
    for meets, days, fits in ((True, 40, True), (True, 61, False), (False, 31, False), (False, 20, True)):
        event = make_event(space=space, days=-days)
        if meets:
            make_matchmaking(event)
        counting.close(event, by=eva)
        try:
            counting.open_again(event, by=eva)
        except ValidationError as error:
            assert error.code == "gone" and not fits, (meets, days)
        else:
            assert fits, (meets, days)


# ── Nothing breaks ───────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ["Eva 😀 Ek", "山田太郎", "محمد", "#eval[1] $x$ \\ *b*", "\u202eab\u200b", "A" * 120])
def test_everybody_who_came_gets_a_certificate_however_they_are_called(client, bo, name):
    bo.name = name
    bo.save()
    event = make_event(name, days=-1, text_sv=f"{name} 🎉")
    row = make_registration(event, bo, came=True)
    programme = make_programme(event)
    Participant.objects.create(programme=programme, user=bo, completed_at=timezone.now())
    for page, *args in (("event_certificate_by_link", row.token), ("programme_certificate", "lead")):
        sign_in(client, bo, second_factor=False)
        answer = client.get(reverse(page, args=args))
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-"), page


def test_a_period_may_end_on_the_last_day_there_is(client):
    keeper = make_event_keeper()
    for query in ("?until=9999-12-31", "?since=9999-12-31&until=9999-12-31", "?since=0001-01-01"):
        assert "Who came to what" in read(client, "event_evidence", user=keeper, query=query), query
