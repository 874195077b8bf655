"""Representatives keep the profile true, and nobody overwrites unseen."""

from datetime import timedelta

import pytest
from django.forms.models import model_to_dict
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import AuditEntry
from actors.actions import registration
from actors.forms import EditForm
from actors.models import Actor, ActorStatus, Competence
from tests.factories import make_actor, make_area, make_curator, make_municipality, make_user, verified
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def eva(client):
    user = verified(make_user())
    client.force_login(user)
    return user


def typed(actor, **changes):
    """What a browser sends for `actor`'s form, with changes."""
    values = model_to_dict(actor, fields=[*EditForm.Meta.fields, "version"])
    many = {key: [row.pk for row in value] for key, value in values.items() if isinstance(value, list)}
    return {key: "" if value is None else value for key, value in (values | many | changes).items()} | {
        "version": changes.get("version", actor.version)
    }


def test_a_published_change_is_live_at_once_and_leaves_a_trace(client, eva):
    actor = make_actor("Före", representatives=[eva], website="https://old.example", is_website_verified=True)
    area, place = make_area(), make_municipality()

    values = typed(actor, name="Efter", website="new.example", areas=[area.pk], municipality=place.pk)
    answer = client.post(reverse("actor_edit", args=[actor.slug]), values)

    actor.refresh_from_db()
    assert answer.url == actor.get_absolute_url()
    assert (actor.name, actor.website, actor.municipality) == ("Efter", "https://new.example", place)
    assert (actor.status, actor.version, actor.is_website_verified) == (ActorStatus.PUBLISHED, 2, False)
    assert list(actor.areas.all()) == [area]
    assert actor.confirmed_at is not None
    entry = AuditEntry.objects.get(verb="actor.edit")
    assert (entry.by, entry.reason) == (eva, "areas, municipality, name, website")
    assert Actor.pgh_event_model.objects.filter(pgh_obj=actor, name="Efter").exists()


def test_what_a_curator_saves_is_not_confirmed_by_the_organisation(client, eva):
    actor, curator = make_actor("Före", representatives=[eva]), make_curator()
    sign_in(client, curator)

    client.post(reverse("actor_edit", args=[actor.slug]), typed(actor, name="Efter"))

    actor.refresh_from_db()
    assert (actor.name, actor.confirmed_at) == ("Efter", None)


def test_the_second_of_two_windows_gets_both_versions_and_can_keep_either(client, eva):
    actor = make_actor("Före", representatives=[eva])
    first, second = typed(actor, name="Den första"), typed(actor, name="Den andra")
    url = reverse("actor_edit", args=[actor.slug])
    assert client.post(url, first).status_code == 302

    page = client.post(url, second)

    assert page.status_code == 409
    assert page.context["differences"] == [("Name of the organisation", "Den första", "Den andra")]
    actor.refresh_from_db()
    assert actor.name == "Den första"
    assert 'value="Den andra"' in page.content.decode()
    assert client.post(url, second | {"version": actor.version}).status_code == 302
    actor.refresh_from_db()
    assert actor.name == "Den andra"


def test_a_change_does_not_undo_a_decision_taken_meanwhile(client, eva):
    actor = make_actor(representatives=[eva], status=ActorStatus.SUBMITTED)
    values, url = typed(actor, name="Nytt"), reverse("actor_edit", args=[actor.slug])
    Actor.objects.update(status=ActorStatus.PUBLISHED)
    assert client.post(url, values).status_code == 409
    actor.refresh_from_db()

    client.post(url, values | {"version": actor.version})

    actor.refresh_from_db()
    assert (actor.status, actor.name) == (ActorStatus.PUBLISHED, "Nytt")


def meanwhile(monkeypatch, change):
    """Let `change` happen between what the view looked up and what the action locks."""
    for name in ("save_profile", "confirm"):
        act = getattr(registration, name)
        monkeypatch.setattr(registration, name, lambda *args, act=act, **kwargs: (change(), act(*args, **kwargs))[1])


@pytest.mark.parametrize("name", ["actor_edit", "actor_confirm"])
def test_whoever_lost_the_right_meanwhile_changes_and_sees_nothing(client, eva, monkeypatch, name):
    actor = make_actor("Före", representatives=[eva])
    values = typed(actor, name="Efter")

    def loses_the_right():
        eva.represents.all().delete()
        Actor.objects.update(description_sv="Bara för dem som får")

    meanwhile(monkeypatch, loses_the_right)
    answer = client.post(reverse(name, args=[actor.slug]), values)

    actor.refresh_from_db()
    assert (answer.status_code, actor.name, actor.confirmed_at) == (403, "Före", None)
    assert "Bara för dem" not in answer.content.decode()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("name", ["actor_edit", "actor_confirm"])
def test_what_was_archived_meanwhile_is_not_changed_and_says_so(client, eva, monkeypatch, name):
    actor = make_actor("Före", representatives=[eva])
    values = typed(actor, name="Efter")

    meanwhile(monkeypatch, lambda: Actor.objects.update(status=ActorStatus.ARCHIVED))
    answer = client.post(reverse(name, args=[actor.slug]), values, follow=True)

    actor.refresh_from_db()
    assert (actor.name, actor.confirmed_at) == ("Före", None)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert not AuditEntry.objects.exists()


def test_nothing_changed_is_nothing_saved(client, eva):
    actor = make_actor(representatives=[eva])

    client.post(reverse("actor_edit", args=[actor.slug]), typed(actor))

    actor.refresh_from_db()
    assert actor.version == 1
    assert not AuditEntry.objects.exists()


def test_still_right_sets_the_day(client, eva):
    actor = make_actor(representatives=[eva], confirmed_at=timezone.now() - timedelta(days=200))
    url = reverse("actor_confirm", args=[actor.slug])
    assert client.get(url).status_code == 405

    client.post(url)

    actor.refresh_from_db()
    assert timezone.now() - actor.confirmed_at < timedelta(minutes=1)
    assert AuditEntry.objects.get().verb == "actor.confirm"


def test_an_invalid_form_keeps_what_was_typed(client, eva):
    actor = make_actor(representatives=[eva])
    skills = [Competence.objects.create(slug=f"c{number}", name_sv=f"K{number}").pk for number in range(6)]

    values = typed(actor, name="", description_sv="Lång text", website="ftp://x.example", competences=skills)
    page = client.post(reverse("actor_edit", args=[actor.slug]), values)

    assert page.status_code == 200
    assert set(page.context["form"].errors) == {"name", "website", "competences"}
    assert "Lång text" in page.content.decode()
    assert "private, no-store" in ", ".join(sorted(page.headers["Cache-Control"].split(", "), reverse=True))


@pytest.mark.parametrize("name", ["actor_edit", "actor_confirm"])
def test_strangers_find_nothing(client, eva, name):
    actor = make_actor()

    assert client.post(reverse(name, args=[actor.slug]), typed(actor)).status_code == 404


def test_an_archived_profile_is_not_changed(client, eva):
    actor = make_actor(representatives=[eva], status=ActorStatus.ARCHIVED)

    assert client.post(reverse("actor_edit", args=[actor.slug]), typed(actor)).url == reverse("my_page")


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "ftp://example.org", "not an address"])
def test_a_website_that_is_none_is_told_once(client, eva, typed):
    actor = make_actor(status=ActorStatus.PUBLISHED, representatives=[eva])

    form = EditForm({"website": typed}, instance=actor)

    assert form.errors["website"] == ["Enter a valid URL."]
