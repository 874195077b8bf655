"""The history of an actor knows its links too: which came, which went, when, and by whom."""

import pghistory
import pytest
from django.urls import reverse
from django.utils import translation

from accounts.actions import close_account
from actors import actions
from actors.admin.history import history
from actors.mine import ActorPart
from actors.models import ActorStatus, Competence, Representative, RepresentativeRole
from actors.models.history import LINKS
from tests.factories import make_actor, make_area, make_curator, make_theme, make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
OWNER, EDITOR = RepresentativeRole.OWNER, RepresentativeRole.EDITOR


@pytest.fixture
def curator(client):
    user = make_curator(name="Cilla")
    sign_in(client, user)
    return user


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def act(by=None):
    """What is written inside belongs together, as in a request; the test itself is one transaction."""
    return pghistory.context(user=by and by.pk)


def told(actor):
    """The sentences of each act; all in a test happens at one time, so that their order says nothing."""
    return [step["links"] for step in history(actor, 50) if step["links"]]


def save(client, actor, **changes):
    url = reverse("admin:actors_actor_change", args=[actor.pk])
    drawn = client.get(url).context["adminform"].form
    typed = {name: "" if (value := drawn[name].value()) is None else value for name in drawn.fields}
    inlines = {
        f"{prefix}-{count}_FORMS": 0 for prefix in ("representatives", "claims") for count in ("TOTAL", "INITIAL")
    }
    answer = client.post(url, typed | inlines | {"confirmed_at_0": "", "confirmed_at_1": ""} | changes)
    assert answer.status_code == 302, answer.context["errors"]


def test_the_page_says_which_tags_came_and_went_when_and_by_whom(client, curator):
    old, new, theme = make_area(name_en="Sea"), make_area(name_en="Land"), make_theme(name_en="Cold <b>")
    skill = Competence.objects.create(slug="weld", name_sv="Svetsning", name_en="Welding")
    actor = make_actor(areas=[old])

    save(client, actor, areas=[new.pk], themes=[theme.pk], competences=[skill.pk])

    page = client.get(reverse("admin:actors_actor_history", args=[actor.pk]))
    step = next(step for step in page.context["saves"] if step["by"] == curator)
    assert step["links"] == [
        "The specialisation area “Sea” was removed.",
        "The specialisation area “Land” was added.",
        "The competence “Welding” was added.",
        "The theme “Cold <b>” was added.",
    ]
    assert "The theme “Cold &lt;b&gt;” was added." in page.content.decode()


def test_representatives_come_change_and_go_whoever_writes():
    actor, eva = make_actor(), make_user(name="Eva Ek")
    steps = (
        lambda: Representative.objects.bulk_create([Representative(actor=actor, user=eva, role=EDITOR)]),
        lambda: Representative.objects.filter(user=eva).update(role=OWNER),
        lambda: Representative.objects.filter(user=eva).delete(),
    )
    for step in steps:
        with act():
            step()

    assert sorted(told(actor)) == sorted(
        [
            ["Eva Ek became editor of the profile."],
            ["Eva Ek is no longer editor of the profile.", "Eva Ek became owner of the profile."],
            ["Eva Ek is no longer owner of the profile."],
        ]
    )


def test_what_goes_and_comes_again_in_one_act_is_no_news():
    area, eva = make_area(name_en="Sea"), make_user(name="Eva Ek")
    actor = make_actor()
    with act():
        actor.areas.add(area)
        Representative.objects.create(actor=actor, user=eva, role=OWNER)
    before = told(actor)

    with act():  # as loading a region does, and as a merge that is undone
        actor.areas.clear()
        actor.areas.add(area)
        Representative.objects.all().delete()
        Representative.objects.create(actor=actor, user=eva, role=OWNER)

    assert (
        told(actor) == before == [["The specialisation area “Sea” was added.", "Eva Ek became owner of the profile."]]
    )


def test_a_merge_is_told_on_both_sides_and_by_the_one_who_did_it():
    curator, eva = make_curator(), make_user(name="Eva Ek")
    winner, loser = make_actor(), make_actor(areas=[make_area(name_en="Sea")], representatives=[eva])

    with act(curator):
        actions.merge(winner, loser, by=curator)

    (moved,) = (step for step in history(winner, 50) if step["by"] == curator and step["links"])
    assert moved["links"] == ["The specialisation area “Sea” was added.", "Eva Ek became owner of the profile."]
    assert ["Eva Ek is no longer owner of the profile."] in told(loser)


def test_a_deleted_tag_and_a_closed_account_stay_in_the_history_without_their_names():
    area, eva = make_area(name_en="Sea"), make_user(name="Eva Ek")
    actor = make_actor(areas=[area], representatives=[eva, make_user()])
    number = area.pk
    with act():
        area.delete()
    with act():
        close_account(by=eva)

    sentences = [sentence for step in told(actor) for sentence in step]
    assert f"The specialisation area “number {number}, since deleted” was removed." in sentences
    assert f"Closed account {eva.pk} is no longer owner of the profile." in sentences
    assert "Eva" not in str(sentences)


def test_a_purged_draft_takes_its_history_along():
    def kept():
        return {link: link.pgh_event_model.objects.count() for link in LINKS}

    tags = {
        "areas": [make_area()],
        "themes": [make_theme()],
        "competences": [Competence.objects.create(slug="weld", name_sv="Svetsning")],
    }
    make_actor(**tags, representatives=[make_user()])
    before, eva = kept(), make_user()
    make_actor(status=ActorStatus.DRAFT, **tags, representatives=[eva])
    assert [count - before[link] for link, count in kept().items()] == [1, 1, 1, 1]

    ActorPart().close(eva)

    assert kept() == before


def test_my_data_tells_what_i_was_and_am_and_nothing_of_others():
    eva = make_user()
    actor = make_actor("Mast AB", representatives=[eva, make_user()])
    with act():
        Representative.objects.filter(user=eva).delete()

    mine = ActorPart().data(eva)["came_and_went"]

    assert [(one["organisation"], one["role"], one["change"]) for one in mine] == [
        (actor.name, "owner", "added"),
        (actor.name, "owner", "removed"),
    ]


def test_the_page_costs_the_same_for_many_links_as_for_few(client, curator, django_assert_max_num_queries):
    actor = make_actor()
    url = reverse("admin:actors_actor_history", args=[actor.pk])

    def link():
        with act(make_user()):
            actor.areas.add(make_area())
            actor.themes.add(make_theme())
            actor.competences.create(slug=f"c{actor.competences.count()}", name_sv="K")
            Representative.objects.create(actor=actor, user=make_user())

    link()
    client.get(url)
    with django_assert_max_num_queries(30) as few:
        client.get(url)
    link()
    link()
    with django_assert_max_num_queries(30) as many:
        client.get(url)

    assert len(many) == len(few)


def test_of_a_long_history_only_whole_acts_are_told(monkeypatch):
    monkeypatch.setattr("actors.admin.history.MOST_LINKS", 3)
    actor, first, last = make_actor(), [make_area(), make_area()], make_area(name_en="Last")
    with act():
        actor.areas.set(first)
    with act():
        actor.areas.set([*first, last])
    with act():
        actor.areas.remove(last)

    assert sorted(told(actor)) == [
        ["The specialisation area “Last” was added."],
        ["The specialisation area “Last” was removed."],
    ]
