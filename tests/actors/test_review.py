"""The review page: what it shows, what it decides, and what it refuses."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from actors import actions
from actors.models import Actor, Representative, Reviewing
from notifications.models import Email
from notifications.rendering import render
from tests.factories import make_actor, make_curator, make_municipality, make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(client):
    user = make_curator(name="Cilla")
    sign_in(client, user)
    return user


def submitted(name="Mast AB", *, hours=1, representatives=None, **fields):
    people = [make_user(language="en")] if representatives is None else representatives
    sent = timezone.now() - timedelta(hours=hours)
    return make_actor(name, status="submitted", submitted_at=sent, representatives=people, **fields)


def path(actor):
    return f"/en/admin/actors/actor/{actor.pk}/review/"


def decide(client, actor, step, version=None, **data):
    data = {"step": step, "version": version or actor.version, **data}
    return client.post(path(actor), data)


def test_a_clean_case_is_one_click_and_leads_to_the_next(client, curator):
    first, second = submitted("First", hours=3), submitted("Second", hours=2)

    page = client.get(path(first)).content.decode()
    response = decide(client, first, "publish")

    assert 'name="step" value="publish"' in page
    assert (response.status_code, response.url) == (302, path(second))
    assert Actor.objects.get(pk=first.pk).status == "published"
    told = client.get(response.url).content.decode()
    assert "“First” is published. The mail to" in told


def test_after_the_last_one_the_work_lists_open(client, curator):
    assert decide(client, submitted(), "publish").url == "/en/admin/"


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("publish", ""),
        ("publish", "So glad!"),
        ("return_for_changes", "Say what you offer."),
        ("archive", "Closed down."),
    ],
)
def test_the_mail_that_is_shown_is_the_mail_that_is_sent(client, curator, step, text):
    actor = submitted()

    shown = decide(client, actor, step, text=text, preview="1")
    assert not Email.objects.exists()
    decide(client, actor, step, text=text)

    sent = render(Email.objects.get())
    mails = {choice["name"]: choice["mails"] for choice in shown.context["choices"]}[step]
    assert [(mail["mail"], mail["to"]) for mail in mails] == [(sent, [Email.objects.get().to])]
    assert text in sent.text


def test_a_ready_reason_is_in_the_readers_language(client, curator):
    actor = submitted()

    decide(client, actor, "return_for_changes", ready="thin", text="Thanks!")

    reason = "Please describe what you do and what you offer, so that others can find you.\n\nThanks!"
    assert Actor.objects.get().status_reason == reason


def test_a_missing_reason_is_said_and_nothing_happens(client, curator):
    actor = submitted()

    response = decide(client, actor, "return_for_changes", text=" ")

    assert response.status_code == 200
    assert "Write a reason" in response.content.decode()
    assert (Actor.objects.get().status, Email.objects.count()) == ("submitted", 0)


def test_a_decision_on_an_older_version_shows_what_changed(client, curator):
    actor = submitted("Old name")
    seen = actor.version
    Actor.objects.filter(pk=actor.pk).update(name="New name")

    response = decide(client, actor, "return_for_changes", version=seen, text="My words")

    page = response.content.decode()
    assert response.status_code == 409
    assert [row[1:] for row in response.context["news"]] == [("Old name", "New name")]
    assert "My words" in page
    assert (Actor.objects.get().status, Email.objects.count()) == ("submitted", 0)


def test_publishing_what_the_applicant_withdrew_says_so(client, curator):
    eva = make_user()
    actor = submitted("Mast AB", representatives=[eva])
    seen = actor.version
    actions.withdraw(actor, by=eva)

    response = client.post(path(actor), {"step": "publish", "version": seen}, follow=True)

    assert "“Mast AB” was withdrawn by the applicant." in response.content.decode()
    assert not Email.objects.exists()


def test_the_second_curator_sees_who_is_looking(client, curator):
    actor, anna = submitted(), make_curator(name="Anna")
    Reviewing.objects.look(actor, by=anna)
    Reviewing.objects.update(since=timezone.now() - timedelta(minutes=2))

    page = client.get(path(actor)).content.decode()

    assert "Anna is looking at this since 2\xa0minutes." in page
    assert Reviewing.objects.get().by == anna


def test_nobody_looks_for_ever(client, curator):
    actor, anna = submitted(), make_curator(name="Anna")
    Reviewing.objects.look(actor, by=anna)
    Reviewing.objects.update(until=timezone.now() - timedelta(seconds=1))

    assert "is looking" not in client.get(path(actor)).content.decode()
    assert Reviewing.objects.get().by == curator


def test_the_queue_hands_out_what_no_colleague_has_open(client, curator):
    first, second = submitted("First", hours=3), submitted("Second", hours=2)
    Reviewing.objects.look(first, by=make_curator())
    other = submitted("Third", hours=1)

    assert decide(client, other, "publish").url.endswith(f"/{second.pk}/review/")


def test_twins_stand_beside_with_reasons_and_differences(client, curator):
    place = make_municipality()
    twin = make_actor("Mast Aktiebolag", municipality=place, website="https://www.mast.example/om")
    make_actor("Something else", municipality=place)
    actor = submitted("Mast AB", municipality=place, website="https://mast.example")

    response = client.get(path(actor))

    assert [(found.actor, found.reasons) for found in response.context["twins"]] == [
        (twin, ["name 100 % like and same municipality", "same web domain"])
    ]
    rows = {row["label"]: row["theirs"] for row in response.context["rows"]}
    assert rows["Municipality"] == [(place, False)]
    assert rows["Website"] == [("https://www.mast.example/om", True)]


def test_not_the_same_is_remembered_for_both(client, curator):
    twin, actor = make_actor("Mast AB"), submitted("Mast AB")

    client.post(path(actor), {"apart": twin.pk})

    assert client.get(path(actor)).context["twins"] == []
    assert actions.twins_of(twin) == []
    assert AuditEntry.objects.get().verb == "actor.not_the_same"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"step": "nonsense", "version": "1"},
        {"step": "publish"},
        {"step": "publish", "version": "9" * 40},
        {"step": "publish", "version": "x"},
        {"step": "publish", "version": "1", "text": "x" * 2000},
        {"apart": "x"},
        {"apart": "²"},
        {"apart": "9" * 40},
    ],
)
def test_a_hand_made_request_changes_nothing(client, curator, data):
    actor = submitted()

    assert client.post(path(actor), data).status_code in {200, 404}
    assert (Actor.objects.get().status, Email.objects.count()) == ("submitted", 0)


def test_staff_without_the_right_cannot_decide(client):
    actor = submitted()
    sign_in(client, make_user(is_staff=True))

    for url in (path(actor), reverse("admin:actors_actor_queue"), reverse("admin:actors_actor_bulk")):
        assert client.get(url).status_code in {403, 405}
        assert client.post(
            url, {"step": "publish", "version": actor.version, "ids": [actor.pk], "done": 1}
        ).status_code in {403, 405}
    assert Actor.objects.get().status == "submitted"


def bulk(client, step, *actors, **data):
    versions = {f"version-{actor.pk}": actor.version for actor in actors}
    data = {"step": step, "ids": [actor.pk for actor in actors], "done": "1", **versions, **data}
    return client.post("/en/admin/actors/actor/bulk/", data)


def test_many_at_once_give_a_line_each_and_a_bad_one_stops_nobody(client, curator):
    good, changed, withdrawn, last = (submitted(name, hours=9 - i) for i, name in enumerate("ABCD"))
    old = changed.version
    Actor.objects.filter(pk=changed.pk).update(name="B2")
    Actor.objects.filter(pk=withdrawn.pk).update(status="draft")

    response = bulk(client, "publish", good, changed, withdrawn, last, **{f"version-{changed.pk}": old})

    lines = [(actor.pk, is_done) for actor, is_done, line in response.context["outcome"]]
    assert lines == [(good.pk, True), (changed.pk, False), (withdrawn.pk, False), (last.pk, True)]
    assert Email.objects.count() == 2
    assert set(Actor.objects.filter(status="published")) == {good, last}


def test_many_at_once_are_decided_only_as_they_were_seen(client, curator):
    actor = submitted()

    for version in ("", "x", actor.version + 1):
        outcome = bulk(client, "publish", actor, **{f"version-{actor.pk}": version}).context["outcome"]
        assert [is_done for _actor, is_done, _line in outcome] == [False]
    assert Actor.objects.get().status == "submitted"


def test_who_may_only_look_is_offered_no_decisions(client):
    reader, actor = make_user(is_staff=True), submitted()
    reader.user_permissions.add(Permission.objects.get(codename="view_actor"))
    sign_in(client, reader)

    page = client.get("/en/admin/actors/actor/")
    answer = client.post("/en/admin/actors/actor/", {"action": "publish_selected", "_selected_action": [actor.pk]})

    assert actor.name in page.content.decode()
    assert "publish_selected" not in page.content.decode()
    assert "rows" not in (answer.context or {})
    assert Actor.objects.get().status == "submitted"


def test_many_at_once_are_first_shown_and_a_reason_is_asked_for(client, curator):
    actor = submitted()

    asked = bulk(client, "return_for_changes", actor, done="")
    assert (asked.status_code, asked.context["mails"]) == (200, 1)
    assert "Write a reason" in bulk(client, "return_for_changes", actor).content.decode()
    assert Actor.objects.get().status == "submitted"

    bulk(client, "return_for_changes", actor, text="More, please.")
    assert Actor.objects.get().status_reason == "More, please."


@pytest.mark.parametrize(
    "data", [{}, {"step": "publish"}, {"step": "x", "ids": "1"}, {"step": "publish", "ids": ["x", "²", "-1", "9" * 30]}]
)
def test_nothing_chosen_is_said(client, curator, data):
    response = client.post("/en/admin/actors/actor/bulk/", {**data, "done": "1"})

    assert response.status_code == 200
    assert "Choose one or more actors" in response.content.decode()


def test_the_change_list_offers_the_same(client, curator):
    actor = submitted()

    response = client.post("/en/admin/actors/actor/", {"action": "publish_selected", "_selected_action": [actor.pk]})

    assert [row for row, possible in response.context["rows"] if possible] == [actor]


def test_the_page_costs_no_more_for_many(client, curator, django_assert_max_num_queries):
    place = make_municipality()
    actor = submitted("Mast AB", municipality=place)
    make_actor("Mast AB", municipality=place)
    client.get(path(actor))
    with django_assert_max_num_queries(30) as one:
        client.get(path(actor))
    for _ in range(2):
        make_actor("Mast AB", municipality=place)
        Representative.objects.create(actor=actor, user=make_user(language="en"))
        submitted("Another")
    with django_assert_max_num_queries(30) as three:
        response = client.get(path(actor))

    assert len(response.context["twins"]) == 3
    assert len(three) == len(one)


@pytest.mark.parametrize("language", ["", "/en"])
def test_keys_and_versions_above_a_thousand_are_written_without_grouping(client, curator, language):
    make_actor(pk=1_234_567)
    actor = submitted(pk=7_654_321, version=4321)
    base = f"{language}/admin/actors/actor"

    queue = client.get(f"{base}/queue/").content.decode()
    review = client.get(f"{base}/{actor.pk}/review/").content.decode()
    chosen = bulk(client, "return_for_changes", actor).content.decode()

    assert 'name="ids" value="7654321"' in queue
    assert 'name="version" value="4321"' in review
    assert 'name="ids" value="7654321"' in chosen
    assert 'name="version-7654321" value="4321"' in chosen
