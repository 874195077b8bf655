"""Offers from outside: who may offer, who answers, and that nothing is lost on the way."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import User
from actors.models import Actor, Representative
from missions.actions import offers, promises
from missions.models import Commitment, CommitmentState, Mission
from missions.offered import OfferPart
from missions.portfolio import portfolio_of
from notifications import subjects
from notifications.live import NoLonger
from notifications.models import Email, EmailKind, Notification
from platforms.actions.rooms import Frozen, NoEntry
from tests.factories import make_actor, make_space, make_user
from tests.missions.filling import make_mission
from tests.missions.test_portfolio import address, sign_in
from tests.platforms.test_partnerships import text_of

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = timedelta(days=1)


@pytest.fixture
def eva():
    return make_user("eva@example.org", name="Eva")


@pytest.fixture
def mission(eva):
    return make_mission("Levande vikar", space=make_space(coordinator=eva, members=[make_user("mia@example.org")]))


@pytest.fixture
def firm():
    return make_actor("Sjömätt", representatives=[make_user("per@example.org", name="Per")])


@pytest.fixture
def per(firm):
    return firm.representatives.get().user


def offered(mission, firm, per, **more):
    return offers.offer(mission, by=per, **{"actor": firm, "text": "Lend a drone", "due_on": TODAY + DAY, **more})


# ── Offering ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_company_offers_in_two_fields_and_the_coordinator_hears_of_it(client, mission, firm, per, eva):
    sign_in(client, per)
    page = address("mission_offer", mission.slug)
    form = client.get(page).context["form"]
    assert [field.name for field in form.visible_fields()] == ["text", "due_on"]
    response = client.post(page, {"actor": firm.pk, "text": "Lend a drone", "due_on": TODAY + DAY})

    one = Commitment.objects.get()
    assert response["Location"].endswith(address("offer", mission.slug, one.number))
    assert (one.state, one.actor, one.offered_by, one.user, one.number) == ("offered", firm, per, None, 1)
    told_of = Notification.objects.get()
    assert (told_of.user, told_of.part, told_of.kind) == (eva, "a_needs", "offered")
    line = subjects.lines_of([told_of])[told_of.pk]
    assert (line.title, line.place, line.action) == ("Lend a drone", "Levande vikar", "Read and answer")
    sign_in(client, eva)
    assert client.get(line.url()).status_code == 200
    assert Notification.objects.get().read_at is not None


def test_until_it_is_answered_only_its_organisation_and_who_decides_see_it(client, mission, firm, per, eva):
    one = offered(mission, firm, per)
    mia, stranger, colleague = User.objects.get(email="mia@example.org"), make_user(), make_user()
    Representative.objects.create(actor=firm, user=colleague)
    assert [user for user in (None, mia, stranger, eva) if user and portfolio_of(mission, user).offers] == [eva]
    page = address("offer", mission.slug, one.number)
    assert client.get(page).status_code == 302
    answers = {}
    for user in (mia, stranger, eva, colleague, per):
        sign_in(client, user)
        answers[user.pk] = client.get(page).status_code
        assert ("Lend a drone" in text_of(client.get(address("mission_portfolio", mission.slug)))) == (user == eva)
    assert answers == {mia.pk: 404, stranger.pk: 404, eva.pk: 404, colleague.pk: 200, per.pk: 200}


def test_a_stranger_is_shown_the_way_in_and_back(client, mission):
    page = address("mission_offer", mission.slug)
    body = client.get(page).content.decode()
    assert f"{address('account_login')}?next={page}" in body
    assert address("registration_start") in body
    sign_in(client, make_user())
    assert "You do not speak for a public organisation" in text_of(client.get(page))
    assert client.post(page, {"text": "x", "due_on": TODAY}).status_code == 200
    assert not Commitment.objects.exists()


@pytest.mark.parametrize("state", ["candidate", "documented", "ended"])
def test_a_mission_that_takes_no_offers_says_so(client, mission, firm, per, state):
    sign_in(client, per)
    page = address("mission_offer", mission.slug)
    assert "form" in client.get(page).context
    Mission.objects.filter(pk=mission.pk).update(state=state, ended_on=TODAY)
    assert "takes no offers just now" in text_of(client.get(page))
    response = client.post(page, {"actor": firm.pk, "text": "Typed with care", "due_on": TODAY})
    assert "takes no offers just now" in text_of(response)
    assert response.context["form"]["text"].value() == "Typed with care"
    with pytest.raises(ValidationError) as error:
        offered(mission, firm, per)
    assert error.value.code == "shut"


def test_a_mission_that_is_not_public_is_not_there(client, firm, per):
    mission = make_mission(is_published=False, state="forming")
    sign_in(client, per)
    assert client.get(address("mission_offer", mission.slug)).status_code == 404
    with pytest.raises(ValidationError):
        offered(mission, firm, per)


def test_the_same_organisation_waits_for_its_answer_and_the_form_keeps_what_was_typed(client, mission, firm, per):
    offered(mission, firm, per)
    sign_in(client, per)
    page = address("mission_offer", mission.slug)
    assert "Sjömätt has an offer here that waits" in text_of(client.get(page))
    response = client.post(page, {"actor": firm.pk, "text": "A second one", "due_on": TODAY})
    assert "An offer of Sjömätt waits for an answer already" in text_of(response)
    assert response.context["form"]["text"].value() == "A second one"
    assert Commitment.objects.count() == 1


@pytest.mark.parametrize("change", ["speaks no more", "not public"])
def test_who_does_not_speak_for_a_public_organisation_cannot_offer_for_it(client, mission, firm, per, change):
    if change == "speaks no more":
        Representative.objects.all().delete()
    else:
        Actor.objects.filter(pk=firm.pk).update(status="archived")
    with pytest.raises(ValidationError) as error:
        offered(mission, firm, per)
    assert error.value.code == "not_yours"
    sign_in(client, per)
    page, values = address("mission_offer", mission.slug), {"text": "Typed with care", "due_on": TODAY}
    assert "Typed with care" in text_of(client.post(page, {**values, "actor": firm.pk}))
    make_actor(representatives=[per])
    response = client.post(page, {**values, "actor": firm.pk})
    assert "do not speak for this organisation" in text_of(response)
    assert response.context["form"]["text"].value() == "Typed with care"
    assert not Commitment.objects.exists()


def test_who_speaks_for_several_chooses_one_and_never_anothers(client, mission, firm, per):
    second, foreign = make_actor("Second", representatives=[per]), make_actor("Foreign")
    sign_in(client, per)
    page = address("mission_offer", mission.slug)
    assert [field.name for field in client.get(page).context["form"].visible_fields()] == ["actor", "text", "due_on"]
    values = {"text": "Lend a drone", "due_on": TODAY}
    assert client.post(page, {**values, "actor": foreign.pk}).status_code == 200
    assert client.post(page, {**values, "actor": second.pk, "due_on": TODAY - DAY}).status_code == 200
    assert client.post(page, {**values, "actor": second.pk}).status_code == 302
    assert Commitment.objects.get().actor == second


# ── Answering ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_accepted_offer_is_a_promise_of_its_wave_and_its_people_hear_of_it(client, mission, firm, per, eva):
    one = offered(mission, firm, per)
    sign_in(client, eva)
    page = address("offer_answer", mission.slug, one.number)
    client.post(page, {"answer": "yes", "wave": "2", "words": "Welcome"})

    one.refresh_from_db()
    assert (one.state, one.wave, one.user, one.answer) == ("promised", 2, per, "Welcome")
    assert list(mission.actors.all()) == [firm]
    mail = Email.objects.get(template="offer_answered")
    assert (mail.to, mail.kind, mail.user) == (per.email, EmailKind.TRANSACTIONAL, per)
    words = promises.offer_answered(mail)
    assert (words["commitment"], words["accepted"]) == (one, True)
    sign_in(client, per)
    assert "Accepted" in text_of(client.get(address("offer", mission.slug, one.number)))
    assert "Lend a drone" in text_of(client.get(address("my_page")))
    client.logout()
    assert "Lend a drone" in text_of(client.get(address("mission_portfolio", mission.slug)))


def test_no_needs_words_and_they_reach_the_organisation(client, mission, firm, per, eva):
    one = offered(mission, firm, per)
    sign_in(client, eva)
    page = address("offer_answer", mission.slug, one.number)
    response = client.post(page, {"answer": "no", "wave": "1", "words": " "})
    assert response.context["form"].errors.keys() == {"words"}
    client.post(page, {"answer": "no", "wave": "1", "words": "We have two drones already"})
    one.refresh_from_db()
    assert (one.state, one.user) == ("declined", None)
    assert promises.offer_answered(Email.objects.get(template="offer_answered"))["accepted"] is False
    sign_in(client, per)
    assert "We have two drones already" in text_of(client.get(address("offer", mission.slug, one.number)))
    assert offered(mission, firm, per).number == 2  # nothing stands in the way of another


def test_only_who_leads_answers(mission, firm, per):
    one = offered(mission, firm, per)
    with pytest.raises(PermissionDenied):
        offers.accept(one, by=User.objects.get(email="mia@example.org"), wave=1)
    for stranger in (make_user(), per, make_user(is_superuser=True)):
        with pytest.raises(NoEntry):
            offers.decline(one, by=stranger, answer="No")
    assert Commitment.objects.get().state == CommitmentState.OFFERED


def test_staff_answer_where_a_mission_has_no_space(client, firm, per):
    mission, staff = make_mission(), make_user(is_superuser=True)
    one = offered(mission, firm, per)
    assert list(Notification.objects.values_list("user", flat=True)) == [staff.pk]
    assert list(subjects.lines_of(Notification.objects.all())) != []
    with pytest.raises(NoEntry):
        offers.accept(one, by=make_user(), wave=1)
    offers.accept(one, by=staff, wave=1)
    assert Commitment.objects.get().state == CommitmentState.PROMISED


def test_an_offer_is_answered_once(mission, firm, per, eva):
    one = offered(mission, firm, per)
    offers.decline(one, by=eva, answer="No")
    for again in (
        lambda: offers.accept(one, by=eva, wave=1),
        lambda: offers.decline(one, by=eva, answer="No"),
        lambda: offers.withdraw(one, by=per),
    ):
        with pytest.raises(ValidationError):
            again()
    assert Commitment.objects.get().state == CommitmentState.DECLINED
    assert Email.objects.count() == 1


@pytest.mark.parametrize("change", ["speaks no more", "not public"])
def test_an_offer_for_which_nobody_speaks_any_more_is_not_accepted_but_answered(
    client, mission, firm, per, eva, change
):
    one = offered(mission, firm, per)
    if change == "speaks no more":
        Representative.objects.all().delete()
    else:
        Actor.objects.filter(pk=firm.pk).update(status="archived")
    sign_in(client, eva)
    response = client.post(
        address("offer_answer", mission.slug, one.number), {"answer": "yes", "wave": "1", "words": "Typed with care"}
    )
    assert "Nobody who made this offer speaks for Sjömätt any more" in text_of(response)
    assert response.context["form"]["words"].value() == "Typed with care"
    offers.decline(one, by=eva, answer="Nobody speaks for you")
    assert Commitment.objects.get().state == CommitmentState.DECLINED


def test_a_mission_that_ends_answers_no_offers_and_loses_none(client, mission, firm, per, eva):
    one = offered(mission, firm, per)
    Mission.objects.filter(pk=mission.pk).update(state="ended", ended_on=TODAY)
    with pytest.raises(Frozen):
        offers.accept(one, by=eva, wave=1)
    assert subjects.lines_of(Notification.objects.all()) == {}
    sign_in(client, per)
    assert "ended before the offer was answered" in text_of(client.get(address("offer", mission.slug, one.number)))
    client.post(address("offer_withdraw", mission.slug, one.number))
    assert Commitment.objects.get().state == CommitmentState.WITHDRAWN


def test_its_people_withdraw_an_offer_and_nobody_else(client, mission, firm, per, eva):
    one = offered(mission, firm, per)
    page = address("offer_withdraw", mission.slug, one.number)
    for user in (eva, make_user()):
        sign_in(client, user)
        assert client.post(page).status_code == 404
        with pytest.raises(NoEntry):
            offers.withdraw(one, by=user)
    sign_in(client, per)
    client.post(page)
    assert Commitment.objects.get().state == CommitmentState.WITHDRAWN
    assert subjects.lines_of(Notification.objects.all()) == {}  # nothing is left to answer
    assert "answered or withdrawn meanwhile" in text_of(client.post(page, follow=True))


def test_the_mail_is_not_sent_when_what_it_tells_is_gone(mission, firm, per, eva):
    one = offered(mission, firm, per)
    offers.accept(one, by=eva, wave=1)
    mail = Email.objects.get(template="offer_answered")
    Mission.objects.update(is_published=False)
    with pytest.raises(NoLonger):
        promises.offer_answered(mail)
    Mission.objects.update(is_published=True)
    Commitment.objects.update(offered_by=None)
    with pytest.raises(NoLonger):
        promises.offer_answered(mail)


# ── My page, my data, closing the account ────────────────────────────────────────────────────────────────────────────
def test_a_person_takes_their_promises_along_and_leaves_no_name(mission, firm, per, eva):
    part, made = OfferPart(), [offered(mission, firm, per)]
    offers.accept(made[0], by=eva, wave=1)
    made.append(offered(mission, firm, per, text="Lend a boat"))
    Mission.objects.update(is_published=False)
    assert part.data(per)["promises"] == [
        {"mission": None, "for": "Sjömätt", "text": one.text, "by": f"{TODAY + DAY}", "state": state, "answer": ""}
        for one, state in zip(made, ("promised", "offered"), strict=True)
    ]
    assert list(part.is_used(User.objects.all())) == [per]
    part.close(per)
    assert list(Commitment.objects.order_by("pk").values_list("state", "user", "offered_by")) == [
        ("promised", None, None),
        ("withdrawn", None, None),
    ]
    assert list(part.is_used(User.objects.all())) == []
