"""Speaking to somebody by name: who is meant, who is mailed, and what the mail tells and to whom."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from notifications import digests, live, telling
from notifications.models import DigestSetting, Email, EmailState, Mute, Notification, Why
from notifications.sending import send_due
from notifications.tokens import token
from platforms import presence
from platforms.actions import mentions, talk
from platforms.actions.talk_mail import FOR_STOP
from platforms.actions.told import place_of, thing_of
from platforms.models import Follow, Mention, SpaceMember, SpaceRole
from tests.factories import make_actor, make_user
from tests.notifications.conftest import fresh_bell, sink  # noqa: F401
from tests.platforms.talking import url

pytestmark = pytest.mark.django_db

LABELS = {"Eva Ek": [1], "Eva Ek (Bay Works)": [1], "Eva": [2], "Bo Berg": [3, 4], "Bo Berg (Sea AB)": [3], "Åsa": [5]}


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("@Eva Ek hello", {1}),
        ("@[Eva Ek] hello", {1}),
        ("@eva ek, hello", {1}),
        ("@Eva hello", {2}),
        ("(@Eva Ek)", {1}),
        ("@Evald", set()),
        ("@Åsa-Karin", set()),
        ("mail eva@Eva Ek", set()),
        ("@åsa!", {5}),
        ("@Eva Ek and @Åsa", {1, 5}),
        ("@[Bo Berg (Sea AB)]", {3}),
        ("@[Nobody] @Nobody @ @[", set()),
    ],
)
def test_the_longest_exact_name_is_meant(text, people):
    assert mentions.find(text, LABELS).people == people


def test_a_name_of_several_means_nobody_and_is_told():
    named = mentions.find("@Bo Berg and @[bo berg]", LABELS)
    assert (named.people, named.unclear) == (set(), ["Bo Berg"])


@given(st.text(alphabet="@[]() EvaEk.*\\|+-åÅ\n", max_size=200))
def test_no_text_makes_an_exception(text):
    assert mentions.find(text, LABELS).people <= {1, 2, 3, 5}
    mentions.without_brackets(text, LABELS)


def test_a_name_is_a_mention_and_a_mail_that_holds_only_ids(room, first, eva, bo):
    post = talk.write(first.thread, by=eva, body="@Bo Berg and @Eva Ek: the secret plan")

    assert list(Mention.objects.values_list("post", "user")) == [(post.pk, bo.pk)]
    email = Email.objects.get()
    assert (email.to, email.context, email.live) == (
        bo.email,
        {"post_id": post.pk, "is_mention": True},
        "platforms.post",
    )
    assert "plan" not in str(Email.objects.values().get())


def test_opening_the_discussion_is_having_seen_it(client, first, eva, bo):
    talk.write(first.thread, by=eva, body="@Bo Berg hello")
    assert Mention.objects.waiting_for(bo).count() == 1
    client.force_login(bo)

    client.get(first.thread.get_absolute_url())

    assert Mention.objects.waiting_for(bo).count() == 0


def test_a_name_that_several_have_is_told_to_who_wrote_it(client, room, first, eva):
    other = make_user(name="Bo Berg")
    SpaceMember.objects.create(space=room, user=other, on_behalf_of=make_actor("Sea AB"))
    client.force_login(eva)

    page = client.post(first.thread.get_absolute_url(), {"body": "@Bo Berg hello"}, follow=True).content.decode()

    assert "Several members are called Bo Berg" in page
    assert not Mention.objects.exists()
    client.post(first.thread.get_absolute_url(), {"body": "@[Bo Berg (Sea AB)] hello"})
    assert Mention.objects.get().user == other
    assert "@Bo Berg (Sea AB) hello" in client.get(first.thread.get_absolute_url()).content.decode()


def test_a_changed_wording_changes_who_is_meant(room, first, eva, bo):
    cia = make_user(name="Cia Cedergren")
    SpaceMember.objects.create(space=room, user=cia, role=SpaceRole.OBSERVER)
    post = talk.write(first.thread, by=eva, body="@Bo Berg")

    talk.edit(post, by=eva, body="@Cia Cedergren", version=1)

    assert Mention.objects.get().user == cia
    assert set(Email.objects.values_list("to", flat=True)) == {bo.email, cia.email}


def test_the_names_are_for_who_may_write(client, room, bo):
    client.force_login(bo)
    assert client.get(reverse("talk_names", args=[room.slug])).json() == {"names": ["Bo Berg", "Eva Ek"]}
    SpaceMember.objects.filter(user=bo).update(role=SpaceRole.OBSERVER)
    assert client.get(reverse("talk_names", args=[room.slug])).status_code == 404


# ── What is mailed ───────────────────────────────────────────────────────────────────────────────────────────────────
def sent(sink):  # noqa: F811
    send_due()
    return sink.taken


sending = pytest.mark.django_db(transaction=True)


@sending
def test_the_mail_tells_the_words_and_can_be_answered(sink, settings, first, eva, bo):  # noqa: F811
    settings.REPLY_DOMAIN = "reply.example"
    talk.write(first.thread, by=eva, body="@Bo Berg **what** do you think?")

    message = sent(sink)[0].message

    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert message["Subject"] == "Eva Ek has written to you"
    assert message["Reply-To"].startswith("reply+")
    assert message["References"] == message["In-Reply-To"]
    assert "Write your answer above this line" in text
    assert "@Bo Berg **what** do you think?" in text
    assert "Who owns the buoys?" in text
    assert "<strong>what</strong>" in html
    assert "/discussions/1/?page=1#p2" in text
    assert message["List-Unsubscribe"] is None
    stored = str(list(Email.objects.values()))
    assert "what" not in stored
    assert "buoys" not in stored


@sending
def test_without_a_domain_for_answers_the_mail_says_so(sink, first, eva, bo):  # noqa: F811
    talk.write(first.thread, by=eva, body="@Bo Berg hello")

    message = sent(sink)[0].message

    assert "This mail cannot be answered" in message.get_body(("plain",)).get_content()
    assert "reply+" not in str(message["Reply-To"])


def remove_post(post, bo):
    talk.remove(post, by=post.by)


def remove_member(post, bo):
    SpaceMember.objects.filter(user=bo).delete()


def see(post, bo):
    talk.mark_seen(post.thread, bo)


@sending
@pytest.mark.parametrize("meanwhile", [remove_post, remove_member, see])
def test_what_changed_meanwhile_stops_the_mail(sink, first, eva, bo, meanwhile):  # noqa: F811
    post = talk.write(first.thread, by=eva, body="@Bo Berg hello")

    meanwhile(post, bo)

    assert sent(sink) == []
    assert Email.objects.get().state == EmailState.WITHDRAWN


@sending
def test_who_has_the_discussion_open_is_mailed_only_if_they_did_not_see_it(client, sink, first, eva, bo):  # noqa: F811
    client.force_login(bo)
    client.get(first.thread.get_absolute_url())

    talk.write(first.thread, by=eva, body="@Bo Berg hello")

    email = Email.objects.get()
    assert email.due_at > timezone.now() + timedelta(seconds=100)
    client.get(first.thread.get_absolute_url(), {"after": "1"})
    Email.objects.update(due_at=timezone.now())
    assert sent(sink) == []


@sending
def test_who_follows_gets_each_new_post_until_they_stop(client, sink, first, eva, bo):  # noqa: F811
    client.force_login(bo)
    client.post(url("thread_follow", first.thread), {"follow": "1"})
    talk.write(first.thread, by=eva, body="The first")
    talk.write(first.thread, by=bo, body="My own")

    message = sent(sink)[0].message

    assert len(sink.taken) == 1
    assert message["Subject"] == "Eva Ek has written in a discussion that you follow"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.fullmatch(r"<http://localhost:8000(/.+/)>", message["List-Unsubscribe"])[1]
    mailer = Client(enforce_csrf_checks=True)
    page = mailer.get(path)
    assert page.status_code == 200
    assert "buoys" not in page.content.decode()
    assert Follow.objects.exists()
    assert mailer.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Follow.objects.exists()
    talk.write(first.thread, by=eva, body="The third")
    assert len(sent(sink)) == 1


@sending
def test_a_followed_post_that_was_read_on_the_web_is_not_mailed(sink, first, eva, bo):  # noqa: F811
    talk.follow(first.thread, by=bo, wanted=True)
    post = talk.write(first.thread, by=eva, body="Read")
    presence.note(first.thread.pk, bo.pk, post.number)

    assert sent(sink) == []


@sending
def test_a_followed_post_that_was_removed_is_not_mailed(sink, first, eva, bo):  # noqa: F811
    talk.follow(first.thread, by=bo, wanted=True)
    talk.remove(talk.write(first.thread, by=eva, body="Gone"), by=eva)

    assert sent(sink) == []


EVERY = ["everything", "space", "thread", "kind:posted"]


def mute(user, thread, what):
    target = {"space": place_of(thread.space_id), "thread": thing_of(thread)}.get(what, what)
    telling.set_muted(user, target, muted=True)


@sending
@pytest.mark.parametrize("what", EVERY)
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_followed_post_is_not_mailed_to_who_has_muted_it(sink, first, eva, bo, what, when):  # noqa: F811
    talk.follow(first.thread, by=bo, wanted=True)
    if when == "before":
        mute(bo, first.thread, what)
    talk.write(first.thread, by=eva, body="News")
    mute(bo, first.thread, what)

    assert sent(sink) == []
    assert [mail.state for mail in Email.objects.all()] in ([], [EmailState.WITHDRAWN])


@sending
@pytest.mark.parametrize("what", EVERY)
def test_a_mention_stands_among_the_notices_of_who_has_muted_it_and_is_not_mailed(sink, first, eva, bo, what):  # noqa: F811
    mute(bo, first.thread, what)
    talk.write(first.thread, by=eva, body="@Bo Berg hello")

    mailed = what == "kind:posted"  # being spoken to is no kind of news
    assert len(sent(sink)) == mailed
    assert Notification.objects.unread().filter(user=bo, why=Why.SPOKEN_TO).count() == 1


@sending
@pytest.mark.parametrize("when", ["before", "meanwhile"])
@pytest.mark.parametrize("what", ["everything", "space", "thread"])
def test_a_mention_that_is_held_back_counts_as_told_by_no_mail_and_is_in_no_digest(sink, first, eva, bo, what, when):  # noqa: F811
    if when == "before":
        mute(bo, first.thread, what)
    talk.write(first.thread, by=eva, body="@Bo Berg hello")
    is_mailed = when == "meanwhile"
    assert Email.objects.filter(user=bo).exists() is is_mailed
    assert Notification.objects.pending().filter(user=bo).exists() is not is_mailed
    mute(bo, first.thread, what)
    assert sent(sink) == []

    assert Notification.objects.pending().filter(user=bo, why=Why.SPOKEN_TO).count() == 1
    assert not Notification.objects.wanted().filter(user=bo, why=Why.SPOKEN_TO).exists()
    DigestSetting.objects.filter(user=bo).update(next_at=timezone.now())
    assert digests.queue_due() == 0
    assert DigestSetting.objects.get(user=bo).silent == 0
    assert sent(sink) == []

    Mute.objects.all().delete()  # who wants to hear of it again finds it in the next digest
    DigestSetting.objects.filter(user=bo).update(next_at=timezone.now())
    assert digests.queue_due() == 1
    assert [mail.message["Subject"] for mail in sent(sink)] == ["1 thing waits for you"]
    assert not Notification.objects.pending().filter(user=bo).exists()


@sending
def test_staff_who_look_at_a_mail_that_is_held_back_leave_no_trace(first, eva, bo):
    talk.write(first.thread, by=eva, body="@Bo Berg hello")
    mute(bo, first.thread, "thread")
    with pytest.raises(live.NoLonger):
        live.read(Email.objects.get(user=bo))
    assert not Notification.objects.pending().filter(user=bo).exists()


@sending
def test_who_is_spoken_to_and_follows_gets_one_mail(sink, first, eva, bo):  # noqa: F811
    talk.follow(first.thread, by=bo, wanted=True)
    talk.write(first.thread, by=eva, body="@Bo Berg hello")

    assert len(sent(sink)) == 1


@sending
def test_an_observer_is_told_and_not_asked_to_answer(sink, settings, first, eva, bo):  # noqa: F811
    settings.REPLY_DOMAIN = "reply.example"
    SpaceMember.objects.filter(user=bo).update(role=SpaceRole.OBSERVER)
    talk.write(first.thread, by=eva, body="@Bo Berg hello")

    assert "reply+" not in str(sent(sink)[0].message["Reply-To"])


def test_the_way_out_of_mails_is_for_who_holds_the_token(client, first, bo, eva):
    talk.follow(first.thread, by=bo, wanted=True)
    good = token(FOR_STOP, first.thread.pk, bo.pk)
    other = token(FOR_STOP, first.thread.pk, eva.pk)
    for wrong in (
        good[:-1] + "a" * (good[-1] != "a") + "b" * (good[-1] == "a"),
        good[:-27] + other[-27:],
        "x",
        "1-1-1",
    ):
        assert client.post(reverse("follow_stop", args=[wrong])).status_code == 404
    assert Follow.objects.exists()
    assert len(good.rpartition("-")[2]) * 5 >= 128


def test_a_mail_does_not_go_to_an_address_that_its_person_has_left(room, first, bo):
    talk.write(first.thread, by=bo, body="@Eva Ek look")
    mail = Email.objects.get(template="talk_post")
    assert live.read(mail)["text"] == "@Eva Ek look"
    mail.user.email = "eva.elsewhere@example.org"
    mail.user.save()

    with pytest.raises(live.NoLonger):
        live.read(mail)
