"""People are called by their names; whoever has given none is not shown to others with the whole address."""

import pytest
from django.urls import reverse
from django.utils import timezone

from platforms.actions import decisions, talk
from platforms.models import Activity, Answer, Presence, Task, Verb
from tests.factories import make_space, make_user, verified

pytestmark = pytest.mark.django_db
ADDRESS = "nameless.person@example.org"
PAGES = ["space", "threads", "decisions", "tasks", "space_members", "space_welcome"]
ROWS = ["thread", "decision", "task_edit"]


@pytest.fixture
def eva():
    return verified(make_user("eva@example.org", name="Eva Ek"))


@pytest.fixture
def space(eva):
    """A space in which somebody without a name has done everything."""
    nameless, today = verified(make_user(ADDRESS, name="")), timezone.localdate()
    space = make_space("Living Bays", coordinator=nameless, members=[eva])
    talk.start(space, by=nameless, title="Buoys", body="Whose are they, @Eva Ek?")
    asked = decisions.propose(
        space, by=nameless, title="Five bays", proposal="Five.", way="consent", deciders="members", answer_by=None
    )
    decisions.answer(asked, by=nameless, answer=Answer.YES, comment="Yes!")
    decisions.record(asked, by=nameless, state="decided", outcome="So be it", decided_on=today, present=[nameless.pk])
    Task.objects.create(space=space, number=1, title="Buoy", owner=nameless, by=nameless, due_on=today)
    Activity.objects.create(space=space, by=nameless, verb=Verb.JOINED)
    return space


def test_no_page_of_a_space_shows_the_address_of_a_nameless_member(client, space, eva):
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    urls = [reverse(name, args=[space.slug]) for name in PAGES]
    urls += [reverse(name, args=[space.slug, 1]) for name in ROWS]
    urls += [reverse("decision_log", args=[space.slug, kind]) for kind in ("csv", "json")]

    for url in urls:
        answer = client.get(url)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code == 200, url
        assert ADDRESS not in content.decode(), url
        assert ADDRESS.partition("@")[0] in content.decode(), url


def test_whoever_was_present_is_written_down_by_name(space):
    assert Presence.objects.get().name == ADDRESS.partition("@")[0]
