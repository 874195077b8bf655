"""The registrar takes out a space: in the file is what was written of its events, and who came in numbers."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events.actions import counting
from events.models import Audience, Event, EventState, Question
from events.public_record import events_of
from tests.events.making import make_event, make_registration
from tests.factories import make_actor, make_space, make_user
from tests.missions.making import make_mission
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
WRITTEN = ("title_sv", "title_en", "text_sv", "text_en", "organiser_note", "place", "address", "access_sv", "access_en")


@pytest.fixture
def space():
    return make_space("Room")


def taken_out(client, space):
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get_or_create(name="registrars")[0])
    sign_in(client, user)
    answer = client.post(reverse("space_export", args=[space.slug]))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert "events.json" in {one["name"] for one in json.loads(archive.read("manifest.json"))["files"]}
    return json.loads(archive.read("events.json")), client.get(reverse("space_export", args=[space.slug]))


def test_all_that_was_written_of_the_spaces_events_is_in_the_file_drafts_too(client, space):
    words = {name: f"Words of {name}" for name in (*WRITTEN, "reason")}
    inner = {"audience": Audience.PARTNERSHIP, "mission": make_mission("Living Bays", space=space)}
    event = make_event(space=space, organisers=[make_actor("Firm")], state=EventState.DRAFT, **inner)
    Event.objects.filter(pk=event.pk).update(**words)
    Question.objects.create(event=event, number=1, text_sv="Words of a question", text_en="And in English")
    make_event("Elsewhere", space=make_space("Other"))
    [told], page = taken_out(client, space)
    assert [told[name] for name in words] == list(words.values())
    assert (told["organisers"], told["mission"], told["state"]) == (["Firm"], "Living Bays", "draft")
    assert told["questions"] == [{"sv": "Words of a question", "en": "And in English", "options": ""}]
    assert "<dt>Evenemang</dt><dd>1</dd>" in page.content.decode()


def test_people_are_numbers(client, space):
    firm = make_actor("Firm")
    starts_at = timezone.now() - timedelta(hours=3)
    event = make_event(space=space, state=EventState.HELD, starts_at=starts_at)
    make_registration(event, email="asta@example.org", name="Asta Ask", actor=firm, came=True)
    make_registration(event, email="nils@example.org", name="Nils Ask", actor=firm, came=False)
    counting.count(event)
    [told], _page = taken_out(client, space)
    assert (told["seats_taken"], told["counted"]) == (2, None)
    assert told["came"] == [{"organisation": "Firm", "people": 1, "hours": "2.00"}]
    assert "Ask" not in json.dumps(told)
    assert "asta" not in json.dumps(told)


def test_many_events_cost_as_many_questions_as_one(space):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            events_of(space)
        return len(queries)

    make_event(space=space, organisers=[make_actor()])
    few = asked()
    for _each in range(5):
        make_registration(make_event(space=space, organisers=[make_actor()]))
    assert asked() == few
