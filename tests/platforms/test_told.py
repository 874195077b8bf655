"""Who is told of what happens in a space, how far a post will reach, and what the digest of a member says."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications import digests, live, subjects, telling
from notifications.models import DigestSetting, Email, Notification, Part, Why
from notifications.rendering import render
from platforms.actions import decisions, members, talk, tasks
from platforms.actions.told import QUIET, place_of, thing_of
from platforms.models import Verb
from tests.factories import make_decision, make_document, make_space, make_task, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return [make_user(f"{name}@example.org", name=f"{name.title()} Ek", language="en") for name in ("eva", "bo", "ulf")]


@pytest.fixture
def space(people):
    eva, bo, ulf = people
    return make_space("Bays", coordinator=eva, members=[bo], observers=[ulf])


def told(user):
    """(thing, part, why, whether it waits for the digest) of everything that `user` was told."""
    rows = Notification.objects.filter(user=user).order_by("thing")
    return [(row.thing.partition(":")[0], row.part, row.why, row.told_at is None) for row in rows]


def lines(user):
    rows = list(Notification.objects.filter(user=user))
    return {line.title: str(line.text()) for line in subjects.lines_of(rows).values()}


def test_who_is_spoken_to_is_told_at_once_who_follows_too_and_the_rest_in_the_digest(space, people):
    eva, bo, ulf = people
    post = talk.start(space, by=eva, title="Water", body="Look, @Bo Ek")
    assert told(bo) == [("thread", Part.NEEDS, Why.SPOKEN_TO, False)]
    assert told(ulf) == [("thread", Part.NEW, Why.MEMBER, True)]
    assert told(eva) == []

    talk.follow(post.thread, by=ulf, wanted=True)
    talk.write(post.thread, by=bo, body="Yes")
    assert told(ulf) == [("thread", Part.NEW, Why.FOLLOWS, False)]
    assert told(eva) == [("thread", Part.NEW, Why.MEMBER, True)]


def test_a_proposal_needs_those_who_decide_and_its_outcome_is_told_to_all(space, people):
    eva, bo, ulf = people
    one = decisions.propose(space, by=eva, title="Five", proposal="Five bays", way="consent", deciders="members")
    assert told(bo) == [("decision", Part.NEEDS, Why.DECIDES, True)]
    assert told(ulf) == [("decision", Part.NEW, Why.MEMBER, True)]

    Notification.objects.update(read_at=timezone.now())
    decisions.record(one, by=eva, state="decided", outcome="Five", decided_on=timezone.localdate())
    assert {told(person)[0][1] for person in (bo, ulf)} == {Part.DECIDED}


def test_a_task_needs_its_owner_also_one_who_gets_it_later(space, people):
    eva, bo, _ulf = people
    task = tasks.assign(space, by=eva, title="Ask", owner=bo)
    assert told(bo) == [("task", Part.NEEDS, Why.OWNS, True)]

    values = {"title": "Ask", "note": "", "owner": eva, "due_on": None, "decision": None}
    tasks.edit(task, by=bo, version=task.version, **values)
    assert told(eva) == [("task", Part.NEEDS, Why.OWNS, True)]


def test_what_is_opened_is_seen(client, space, people):
    eva, bo, _ulf = people
    document, decision = (
        make_document(space, by=eva),
        decisions.propose(space, by=eva, title="Five", proposal="Bays", way="consent", deciders="members"),
    )
    post = talk.start(space, by=eva, title="Water", body="Hello")
    client.force_login(bo)
    for address in (
        reverse("thread", args=[space.slug, post.thread.number]),
        reverse("document", args=[space.slug, document.number]),
        reverse("decision", args=[space.slug, decision.number]),
    ):
        before = Notification.objects.filter(user=bo).unread().count()
        client.get(address)
        assert Notification.objects.filter(user=bo).unread().count() == before - 1


def test_whoever_is_taken_out_is_told_nothing_more_and_what_moved_is_judged_where_it_lies(space, people):
    eva, bo, _ulf = people
    post = talk.start(space, by=eva, title="Water", body="Hello")
    assert lines(bo) == {"Water": "New discussion"}

    other = make_space("Other", coordinator=eva)
    talk.move(post.thread, by=eva, to=other)
    assert lines(bo) == {}
    assert Notification.objects.filter(user=bo).get().place == place_of(other.pk)

    talk.start(space, by=eva, title="Wind", body="Hello")
    members.remove(space, space.members.get(user=bo).pk, by=eva)
    assert not Notification.objects.filter(user=bo, place=place_of(space.pk)).exists()


def test_a_removed_document_is_named_nowhere(space, people):
    document = make_document(space, "Plan.txt", by=people[0])
    assert lines(people[1]) == {"Plan": "New document"}
    document.removed_at = timezone.now()
    document.save()
    assert lines(people[1]) == {}


@pytest.mark.parametrize("count", [1, 3])
def test_words_for_many_cost_as_much_as_for_one(space, people, count, django_assert_num_queries):
    for number in range(count):
        make_document(space, f"Plan{number}.txt", by=people[0])
        talk.start(space, by=people[0], title=f"Water {number}", body="Hello")
    rows = list(Notification.objects.all())

    with django_assert_num_queries(4):
        subjects.lines_of(rows)


def test_every_kind_of_news_has_a_name_by_which_it_is_muted():
    assert {verb for verb in Verb if subjects.kind_name(f"kind:{verb}")} == set(Verb) - set(QUIET)


def test_a_muted_space_is_named_to_its_members_only(client, space, people):
    _eva, bo, _ulf = people
    telling.set_muted(bo, place_of(space.pk), muted=True)
    client.force_login(bo)
    assert client.get("/en/notices/").context["muted"][0]["name"] == "Bays"

    space.members.filter(user=bo).delete()
    assert client.get("/en/notices/").context["muted"][0]["name"] == "Something that is no longer there"


# ── How far a post reaches ───────────────────────────────────────────────────────────────────────────────────────────
def test_the_writer_sees_how_many_a_post_will_reach(client, space, people):
    eva, bo, ulf = people
    post = talk.start(space, by=eva, title="Water", body="Hello")
    talk.follow(post.thread, by=bo, wanted=True)
    for number in range(3):
        space.members.create(user=make_user(f"m{number}@example.org"))
    telling.set_muted(ulf, place_of(space.pk), muted=True)
    DigestSetting.objects.update_or_create(user=space.members.last().user, defaults={"days": 0})
    deaf = make_user()
    space.members.create(user=deaf)
    talk.follow(post.thread, by=deaf, wanted=True)
    telling.set_muted(deaf, "kind:posted", muted=True)
    client.force_login(eva)

    html = client.get(f"/en/spaces/{space.slug}/discussions/{post.thread.number}/").content.decode()

    assert "This will reach 6 people: 1 by mail at once, 2 in their next digest." in html


# ── The digest ───────────────────────────────────────────────────────────────────────────────────────────────────────
def digest_of(user):
    DigestSetting.objects.update_or_create(user=user, defaults={"next_at": timezone.now()})
    digests.queue_due()
    email = Email.objects.get(template="digest", user=user)
    return render(email, live=live.read(email))


def test_what_is_coming_up_stands_in_it_but_is_no_reason_to_write(space, people):
    eva, bo, _ulf = people
    soon = timezone.localdate() + timedelta(days=3)
    make_task(space, "Ask the harbour", owner=bo, by=eva, due_on=soon)
    make_decision(space, "Five bays", by=eva, answer_by=soon)
    make_decision(space, "Answered", by=eva, answer_by=soon).answers.create(user=bo, answer="yes")
    make_decision(space, "Of the coordinators", by=eva, answer_by=soon, deciders="coordinators")
    make_task(space, "Much later", owner=bo, by=eva, due_on=soon + timedelta(days=30))
    DigestSetting.objects.update_or_create(user=bo, defaults={"next_at": timezone.now()})
    assert digests.queue_due() == 0

    talk.start(space, by=eva, title="Water", body="Hello")
    text = digest_of(bo).text

    assert "COMING UP" in text and text.index("Ask the harbour") < text.index("Water")
    assert "last day to answer" in text and "Five bays" in text
    assert not any(words in text for words in ("Answered", "Of the coordinators", "Much later"))


def test_it_says_what_needs_me_with_something_to_press(space, people):
    eva, bo, _ulf = people
    decisions.propose(space, by=eva, title="Five", proposal="Five bays", way="consent", deciders="members")
    mail = digest_of(bo)

    assert "Proposal to answer" in mail.text and "you have a say in it" in mail.text
    assert "Read and answer" in mail.html
    assert "Five bays" not in mail.text  # the words of a proposal stay in the space
    assert thing_of(space.decisions.get()).startswith("decision:")
