"""The next version of a method: one draft, changes with reasons, nothing overwritten, and published for ever."""

from copy import deepcopy
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import override

from accounts.models import AuditEntry
from missions import content
from missions.actions import methods as actions
from missions.difference import Place
from missions.forms.methods import StageForm, TextsForm
from missions.models import Change, Method, MethodVersion, ProposalState
from missions.views.method_editor import half_changed
from platforms.actions import Outdated
from tests.factories import make_user
from tests.missions.method_making import (
    both,
    full_stage,
    make_method,
    make_mission,
    make_run,
    make_words,
    method_said,
    stage,
)
from tests.staff import sign_in
from web.kept import WHOSE, whose

pytestmark = pytest.mark.django_db
TEXT_FIELDS = ("name", "short", "purpose")


@pytest.fixture(autouse=True)
def in_swedish():
    with override("sv"):
        yield


@pytest.fixture
def eva():
    return make_user()


@pytest.fixture
def method(eva):
    return make_method("metod-a", owners=[eva])


@pytest.fixture
def draft(method, eva):
    return actions.begin_draft(method, by=eva)


def said(version):
    return content.read_version(MethodVersion.objects.get(pk=version.pk))


def first_stage(version):
    return content.read_stage(version.stages.get(position=1))


def reword(method, by, sv="Samla alla behov", why=None):
    """Change the first activity of the first stage."""
    now = first_stage(method.versions.drafts().get())
    new = [now["activities"][0] | {"sv": sv}, *now["activities"][1:]]
    actions.change_stage(method, now["slug"], by=by, seen=content.stamp(now), said=now | {"activities": new}, why=why)


def why(reason="Byn glömdes bort", run=None, proposal=None):
    return {"reason": reason, "run": run, "proposal": proposal}


def reasons(draft):
    return {(one.stage, one.part, one.key): one.reason for one in draft.changes.all()}


# ── One draft at a time ──────────────────────────────────────────────────────────────────────────────────────────────
def test_a_draft_begins_with_what_the_newest_version_says(method, eva):
    draft = actions.begin_draft(method, by=eva)
    assert (draft.number, draft.is_draft, draft.created_by) == (2, True, eva)
    assert said(draft) == said(method.versions.get(number=1))


def test_there_is_one_draft_at_a_time(method, eva, draft):
    reword(method, eva)
    assert actions.begin_draft(method, by=eva).pk == draft.pk
    assert method.versions.count() == 2


def test_a_draft_begins_from_the_version_that_stands_and_takes_the_next_number(method, eva, draft):
    reword(method, eva)
    second = actions.publish(method, by=eva, version=2, news_sv="Nytt")
    actions.retire(second, by=eva)
    third = actions.begin_draft(method, by=eva)
    assert third.number == 3
    assert said(third) == said(method.versions.get(number=1))


def test_only_those_who_keep_a_method_change_it(method, draft):
    stranger, stamp = make_user(), content.stamp(first_stage(draft))
    for attempt in (
        lambda: actions.begin_draft(method, by=stranger),
        lambda: actions.discard(method, by=stranger),
        lambda: actions.publish(method, by=stranger, version=1, news_sv="x"),
        lambda: actions.change_stage(method, "tema", by=stranger, seen=stamp, said=stage()),
        lambda: actions.add_stage(method, by=stranger, said=stage()),
        lambda: actions.move_stage(method, "tema", by=stranger, up=False),
        lambda: actions.remove_stage(method, "tema", by=stranger),
        lambda: actions.say_why(method, Place("tema", "purpose"), by=stranger, why=why()),
        lambda: actions.retire(method.versions.get(number=1), by=stranger),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


def test_what_is_not_a_draft_is_never_changed_by_its_pages(method, eva):
    before = said(method.versions.get())
    for attempt in (
        lambda: actions.change_stage(method, "tema", by=eva, seen="", said=stage()),
        lambda: actions.remove_stage(method, "tema", by=eva),
        lambda: actions.publish(method, by=eva, version=1, news_sv="x"),
        lambda: actions.discard(method, by=eva),
    ):
        with pytest.raises(actions.NoDraft):
            attempt()
    assert said(method.versions.get()) == before


# ── Keys, places and reasons ─────────────────────────────────────────────────────────────────────────────────────────
def test_an_item_keeps_its_key_when_its_words_change_and_a_new_one_gets_its_own():
    form = form_of(full_stage("tema"))
    data = form | {"activities-sv": ["Något helt annat", "Samla behov"], "activities-en": ["", "Collect needs"]}
    items = valid(StageForm, data | {"activities-key": ["collect", ""]}).said["activities"]
    assert [one["key"] for one in items] == ["collect", "collect-needs"]


def test_a_key_that_is_none_or_stands_twice_is_made_anew():
    data = form_of(full_stage("tema")) | {"activities-key": ["collect", "collect", "<b>"]}
    data |= {"activities-sv": ["Samla", "Samla mer", "Välj"], "activities-en": ["", "", ""]}
    items = valid(StageForm, data).said["activities"]
    assert [one["key"] for one in items] == ["collect", "samla-mer", "valj"]


def form_of(said):
    """What a browser sends for a stage that nobody touched."""
    values = StageForm.values(said)
    sent = {name: value for name, value in values.items() if isinstance(value, str | int)}
    for name in ("activities", "outputs", "gate"):
        for column in ("key", "sv", "en", *({"outputs": ["evidence_kind"], "gate": ["required"]}.get(name, []))):
            found = [item[column] for item in values[name]]
            sent[f"{name}-{column}"] = ["yes" if one is True else "no" if one is False else one for one in found]
    return sent | {"roles": values["roles"]}


def valid(form_class, data, **more):
    form = bound(form_class, data, **more)
    assert form.is_valid(), form.errors
    return form


def bound(form_class, data, **more):
    method = more.pop("method", None) or make_method()
    sent = MultiValueDict({name: one if isinstance(one, list) else [one] for name, one in data.items()})
    return form_class(sent, method=method, user=make_user(), **more)


def test_a_form_that_nobody_touched_says_what_the_stage_says():
    full = full_stage("tema", roles=["voice", "leader"])
    form = valid(StageForm, form_of(full), initial=StageForm.values(full))
    assert form.said | {"order": 1, "slug": "tema"} == full
    method = make_method(origin={"text": both("a", "b"), "sources": ["https://example.org/"]}, suits=both("c"))
    whole = said(method.versions.get())
    values = {name: "" if value is None else value for name, value in TextsForm.values(whole).items()}
    assert valid(TextsForm, values).said == content.texts_of(whole)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name_sv": ""}, "name_sv", "Det här måste du fylla i."),
        ({"activities-sv": [""], "activities-en": ["Only English"]}, "activities", "Rad 1 saknar svensk text."),
        ({"activities-sv": ["x" * 301]}, "activities", "Rad 1 är längre än 300 tecken."),
        ({"outputs-evidence_kind": ["nothing"]}, "outputs", "Välj i rad 1."),
        ({"gate-required": ["", "yes"]}, "gate", "Välj i rad 1."),
        ({"weeks_min": "9"}, "weeks_max", "Det mesta är mindre än det minsta."),
        ({"roles": ["nobody"]}, "roles", ""),
        ({"activities-sv": ["x"] * 31}, "activities", "Högst 30 rader."),
    ],
)
def test_what_is_wrong_in_a_stage_is_told_at_its_field(change, field, words):
    form = bound(StageForm, form_of(full_stage("tema")) | change)
    assert list(form.errors) == [field]
    assert words.casefold() in str(form.errors[field]).casefold()


def test_a_reason_stands_at_each_place_that_the_save_changed(method, eva, draft):
    run = make_run(method.versions.get(number=1))
    reword(method, eva, why=why(run=run))
    assert reasons(draft) == {("tema", "activities", "collect"): "Byn glömdes bort"}
    assert draft.changes.get().run == run


def test_a_save_without_a_reason_keeps_the_reasons_that_there_are(method, eva, draft):
    reword(method, eva, why=why())
    reword(method, eva, sv="Samla ännu fler")
    assert reasons(draft) == {("tema", "activities", "collect"): "Byn glömdes bort"}


def test_a_reason_goes_when_its_change_is_undone(method, eva, draft):
    reword(method, eva, why=why())
    reword(method, eva, sv="Samla behov")
    assert reasons(draft) == {}


def test_a_reason_is_given_changed_and_taken_away_where_something_differs_only(method, eva, draft):
    reword(method, eva)
    place = Place("tema", "activities", "collect")
    actions.say_why(method, place, by=eva, why=why("Ett"))
    actions.say_why(method, place, by=eva, why=why("Två"))
    assert reasons(draft) == {tuple(place): "Två"}
    actions.say_why(method, place, by=eva, why=why(""))
    assert reasons(draft) == {}
    with pytest.raises(ValidationError):
        actions.say_why(method, Place("tema", "purpose"), by=eva, why=why())


def test_what_was_changed_in_swedish_only_is_counted_until_its_english_says_something_else_too():
    before = method_said("metod", full_stage("tema"), full_stage("mal", name=both("Mål", "")))
    said = deepcopy(before)
    assert half_changed(before, said) == 0
    said["name"]["sv"] = said["stages"][0]["purpose"]["sv"] = said["stages"][0]["gate"][0]["sv"] = "Nytt"
    said["stages"][1]["name"]["sv"] = "Utan engelska, så det räknas på annat håll"
    said["stages"].append(full_stage("ny"))
    assert half_changed(before, said) == 3
    said["stages"].reverse()
    assert half_changed(before, said) == 3
    said["name"]["en"] = "New"
    assert half_changed(before, said) == 2


def test_the_draft_asks_whether_the_english_still_holds(client, method, eva, draft):
    reword(method, eva, why=why())
    sign_in(client, eva)
    page = unescape(client.get(reverse("method_draft", args=[method.slug])).content.decode())
    assert "1 text ändrades bara på svenska: stämmer engelskan?" in page
    assert "Den kan publiceras" not in page


def test_only_runs_that_one_may_see_can_be_named_as_the_reason(method, eva):
    version = method.versions.get()
    seen, hidden = make_run(version), make_run(version, make_mission(is_published=False))
    other = make_run(make_method("metod-b").versions.get())
    form = bound(StageForm, {}, method=method)
    assert set(form.choices) == {f"run-{seen.pk}"}
    for run in (hidden, other):
        assert "because" in bound(StageForm, {"because": f"run-{run.pk}"}, method=method).errors


# ── Stages ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def order(version):
    return [(one.position, one.slug) for one in version.stages.order_by("position")]


def test_stages_are_added_moved_and_removed_with_places_in_a_row(method, eva, draft):
    new = {name: value for name, value in full_stage().items() if name not in ("slug", "order")}
    actions.add_stage(method, by=eva, said=new | {"name": both("Växla upp")})
    actions.add_stage(method, by=eva, said=new | {"name": both("Växla upp")})
    assert order(draft) == [(1, "tema"), (2, "mal"), (3, "vaxla-upp"), (4, "vaxla-upp-2")]
    actions.move_stage(method, "vaxla-upp", by=eva, up=True)
    actions.move_stage(method, "tema", by=eva, up=True)
    actions.move_stage(method, "vaxla-upp-2", by=eva, up=False)
    actions.remove_stage(method, "tema", by=eva, why=why())
    assert order(draft) == [(1, "vaxla-upp"), (2, "mal"), (3, "vaxla-upp-2")]
    assert reasons(draft) == {("tema", "stage", ""): "Byn glömdes bort"}


def test_a_method_keeps_at_least_one_stage_and_has_at_most_twenty(method, eva, draft):
    actions.remove_stage(method, "tema", by=eva)
    with pytest.raises(ValidationError):
        actions.remove_stage(method, "mal", by=eva)
    for _number in range(19):
        actions.add_stage(method, by=eva, said=stage())
    with pytest.raises(ValidationError):
        actions.add_stage(method, by=eva, said=stage())
    assert draft.stages.count() == 20


# ── Two at once ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_nobody_overwrites_what_somebody_else_saved_in_the_same_stage(method, eva, draft):
    seen = content.stamp(first_stage(draft))
    reword(method, eva)
    mine = first_stage(draft) | {"purpose": both("Mitt")}
    with pytest.raises(Outdated):
        actions.change_stage(method, "tema", by=eva, seen=seen, said=mine)
    assert first_stage(draft)["purpose"] != mine["purpose"]


def test_two_people_may_work_in_a_stage_each(method, eva, draft):
    other = content.read_stage(draft.stages.get(slug="mal"))
    reword(method, eva)
    actions.change_stage(method, "mal", by=eva, seen=content.stamp(other), said=other | {"purpose": both("Mitt")})
    assert content.read_stage(draft.stages.get(slug="mal"))["purpose"] == both("Mitt")


def test_the_texts_are_not_overwritten_either(method, eva, draft):
    seen = content.stamp(content.texts_of(said(draft)))
    actions.change_texts(method, by=eva, seen=seen, said=said(draft) | {"name": both("Först")})
    with pytest.raises(Outdated):
        actions.change_texts(method, by=eva, seen=seen, said=said(draft) | {"name": both("Sedan")})
    assert said(draft)["name"] == both("Först")


def test_a_draft_that_was_changed_since_it_was_read_is_not_published(method, eva, draft):
    reword(method, eva)
    reword(method, eva, sv="Något som ingen läst")
    with pytest.raises(Outdated):
        actions.publish(method, by=eva, version=2, news_sv="Nytt")
    assert method.versions.drafts().exists()


# ── Publishing, discarding, retiring ─────────────────────────────────────────────────────────────────────────────────
def log():
    return list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))


def test_a_published_version_says_what_is_new_and_by_whom_and_takes_up_its_proposals(method, eva, draft):
    run = make_run(method.versions.get(number=1))
    taken, left = (run.proposals.create(number=number, text="Fler", learning="Vi såg") for number in (1, 2))
    reword(method, eva, why=why(proposal=taken, run=run))
    version = actions.publish(method, by=eva, version=2, news_sv="Alla behov", news_en="All needs")
    assert (version.is_current, version.published_by, version.news_sv, version.news_en) == (
        True,
        eva,
        "Alla behov",
        "All needs",
    )
    states = [type(one).objects.get(pk=one.pk).state for one in (taken, left)]
    assert states == [ProposalState.TAKEN, ProposalState.OPEN]
    assert log() == ["method.draft", "method.publish"]


def test_a_draft_that_says_the_same_is_not_published(method, eva, draft):
    with pytest.raises(ValidationError, match="samma sak"):
        actions.publish(method, by=eva, version=1, news_sv="Nytt")


def test_a_discarded_draft_is_gone_with_its_reasons_and_its_number_is_used_again(method, eva, draft):
    reword(method, eva, why=why())
    actions.discard(method, by=eva)
    assert not Change.objects.exists()
    assert actions.begin_draft(method, by=eva).number == 2
    assert log() == ["method.draft", "method.discard", "method.draft"]


def test_a_version_is_retired_once_and_a_draft_never(method, eva, draft):
    first = method.versions.get(number=1)
    actions.retire(first, by=eva)
    for version in (first, draft):
        with pytest.raises(ValidationError):
            actions.retire(version, by=eva)
    assert log() == ["method.draft", "method.retire"]


def test_a_retired_version_is_taken_up_again_once_and_by_its_keepers_alone(method, eva):
    first = method.versions.get(number=1)
    with pytest.raises(ValidationError):
        actions.take_up_again(first, by=eva)
    actions.retire(first, by=eva)
    with pytest.raises(PermissionDenied):
        actions.take_up_again(first, by=make_user())
    assert not MethodVersion.objects.current().exists()
    actions.take_up_again(first, by=eva)
    assert list(MethodVersion.objects.current()) == [first]
    assert log() == ["method.retire", "method.take_up_again"]


def test_staff_who_keep_methods_begin_one_and_own_it(method, eva):
    with pytest.raises(PermissionDenied):
        actions.begin_method(by=eva, name_sv="Ny väg")
    keeper = make_user(is_superuser=True)
    made, twin = (actions.begin_method(by=keeper, name_sv="Ny väg") for _ in range(2))
    assert made.slug == "ny-vag"
    assert twin.slug.startswith("ny-vag-")
    assert list(made.owners.all()) == [keeper]
    assert [one.slug for one in Method.objects.visible_to(eva)] == ["metod-a"], "nobody else sees it"


def test_a_new_method_is_published_with_a_stage_and_not_before(eva):
    made = actions.begin_method(by=make_user(is_superuser=True), name_sv="Ny väg")
    made.owners.add(eva)
    with pytest.raises(ValidationError, match="Lägg först till ett steg"):
        actions.publish(made, by=eva, version=1, news_sv="Den första")
    actions.add_stage(made, by=eva, said=stage("tema"))
    actions.publish(made, by=eva, version=2, news_sv="Den första")
    assert [one.slug for one in Method.objects.published()] == ["ny-vag"]


def test_a_method_of_which_nothing_was_published_goes_with_its_draft(method, eva, draft):
    made = actions.begin_method(by=make_user(is_superuser=True), name_sv="Ny väg")
    made.owners.add(eva)
    assert actions.discard(made, by=eva) is None
    assert actions.discard(method, by=eva) == method
    assert list(Method.objects.all()) == [method]


# ── The pages ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def keeper(client, eva):
    client.force_login(eva)
    return client


def at(name, *args):
    return reverse(name, args=["metod-a", *args])


def test_the_way_from_a_new_draft_to_a_published_version(keeper, method):
    assert "Börja ett utkast" in keeper.get(at("method_draft")).content.decode()
    assert keeper.post(at("method_draft_begin"))["Location"] == at("method_draft")
    draft = method.versions.drafts().get()
    data = form_of(first_stage(draft)) | {"activities-sv": ["Samla alla behov"], "reason": "Byn glömdes bort"}
    assert keeper.post(at("method_stage", "tema"), data)["Location"] == at("method_draft")
    desk = keeper.get(at("method_draft")).content.decode()
    for words in ("Det som skiljer från version 1", "Byn glömdes bort", "alla "):
        assert words in desk
    assert "utan skäl" not in desk
    answer = keeper.post(at("method_publish"), {"news_sv": "Alla behov", "version": "2"})
    assert answer["Location"] == at("method_version", 2)
    assert "Alla behov" in keeper.get(at("method_version", 2)).content.decode()


def test_a_save_over_somebody_elses_shows_both_and_nothing_is_lost(keeper, method, eva, draft):
    mine = form_of(first_stage(draft)) | {"purpose_sv": "Mitt syfte", "reason": "Därför att"}
    reword(method, eva, sv="Samla deras behov")
    answer = keeper.post(at("method_stage", "tema"), mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Mitt syfte" in page
    assert "deras" in page
    hidden = hidden_of(answer)
    assert keeper.post(at("method_stage", "tema"), hidden).status_code == 302
    stands = first_stage(draft)
    assert (stands["purpose"]["sv"], stands["activities"][0]["sv"]) == ("Mitt syfte", "Samla behov")
    assert Change.objects.filter(reason="Därför att").exists()


def hidden_of(answer):
    """What the form of a page sends when its button is pressed."""
    from html.parser import HTMLParser

    found = {}

    class Inputs(HTMLParser):
        def handle_starttag(self, tag, attrs):
            attrs = dict(attrs)
            if tag == "input" and attrs.get("type") == "hidden":
                found.setdefault(attrs["name"], []).append(attrs.get("value", ""))

    Inputs().feed(answer.content.decode().split('<form class="form"')[1])
    return found


def test_texts_over_somebody_elses_show_both(keeper, method, eva, draft):
    mine = {name: "" if value is None else value for name, value in TextsForm.values(said(draft)).items()}
    seen = mine["seen"]
    actions.change_texts(method, by=eva, seen=seen, said=said(draft) | {"name": both("Deras namn")})
    answer = keeper.post(at("method_texts"), mine | {"suits_sv": "Mitt passar"})
    assert answer.status_code == 409
    assert keeper.post(at("method_texts"), hidden_of(answer)).status_code == 302
    assert said(draft)["suits"]["sv"] == "Mitt passar"


def test_what_was_typed_for_a_stage_that_has_gone_can_become_a_new_one(keeper, method, eva, draft):
    mine = form_of(first_stage(draft)) | {"purpose_sv": "Mitt syfte"}
    actions.remove_stage(method, "tema", by=eva)
    answer = keeper.post(at("method_stage", "tema"), mine)
    assert answer.status_code == 409
    assert "Mitt syfte" in answer.content.decode()
    assert f'action="{at("method_stage_new")}"' in answer.content.decode()
    assert keeper.get(at("method_stage", "tema")).status_code == 404


def test_buttons_of_the_rows_arrange_what_is_typed_and_save_nothing(keeper, draft):
    before, mine = said(draft), form_of(first_stage(draft))
    mine |= {"gate-sv": ["Ett?", "Två?"]}

    def rows(do):
        answer = keeper.post(at("method_stage", "tema"), mine | {"do": do})
        return [row["sv"] for row in answer.context["form"]["gate"].value()]

    assert rows("gate.up.2") == rows("gate.down.1") == ["Två?", "Ett?"]
    assert rows("gate.remove.1") == ["Två?"]
    assert rows("gate.add.3") == ["Ett?", "Två?", ""]
    assert rows("gate.up.1") == rows("gate.up.9") == ["Ett?", "Två?"]
    assert said(draft) == before
    assert keeper.post(at("method_stage", "tema"), mine | {"do": "gate.burn.1"}).status_code == 400


def test_publishing_shows_the_difference_and_asks_for_a_line(keeper, method, eva, draft):
    reword(method, eva)
    assert "alla " in keeper.get(at("method_publish")).content.decode()
    answer = keeper.post(at("method_publish"), {"news_sv": "", "version": "2"})
    assert (answer.status_code, "news_sv" in answer.context["form"].errors) == (200, True)
    reword(method, eva, sv="Samla behov igen")
    answer = keeper.post(at("method_publish"), {"news_sv": "Nytt", "version": "2"})
    assert answer.status_code == 409
    assert 'value="Nytt"' in answer.content.decode()
    assert keeper.post(at("method_publish"), {"news_sv": "Nytt", "version": "3"}).status_code == 302


def test_a_draft_that_has_gone_is_told_of(keeper, method, eva, draft):
    actions.discard(method, by=eva)
    for name, args in (("method_texts", ()), ("method_publish", ()), ("method_discard", ()), ("method_stage_new", ())):
        assert keeper.post(at(name, *args), follow=True).redirect_chain[-1][0] == at("method_draft")


def test_missing_english_is_a_thing_to_do_and_no_obstacle(keeper, method, eva, draft):
    reword(method, eva, why=why())
    desk = " ".join(keeper.get(at("method_draft")).content.decode().split())
    assert "2 texter utan engelska: Tema" in desk
    assert keeper.post(at("method_publish"), {"news_sv": "Nytt", "version": "2"}).status_code == 302


def test_why_is_asked_for_one_place_that_differs(keeper, method, eva, draft):
    reword(method, eva)
    address = at("method_why") + "?stage=tema&part=activities&key=collect"
    assert "alla " in keeper.get(address).content.decode()
    assert keeper.post(address, {"reason": "Byn glömdes bort"}).status_code == 302
    assert reasons(draft) == {("tema", "activities", "collect"): "Byn glömdes bort"}
    for query in ("", "?stage=tema&part=purpose", "?part=nothing"):
        assert keeper.get(at("method_why") + query).status_code == 404


def test_staff_begin_a_method_on_a_page_and_write_its_first_stage(client):
    sign_in(client, make_user(is_superuser=True, is_staff=True))
    assert reverse("method_new") in client.get(reverse("method_list")).content.decode()
    answer = client.post(reverse("method_new"), {"name_sv": "Ny väg"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("method_draft", args=["ny-vag"])
    assert "Lägg till ett steg" in answer.content.decode()
    for name in ("method_texts", "method_publish", "method_discard", "method_stage_new"):
        assert client.get(reverse(name, args=["ny-vag"])).status_code == 200
    assert client.post(reverse("method_discard", args=["ny-vag"]), follow=True).status_code == 200


def test_a_second_press_does_not_undo_the_first(keeper, method):
    page = at("method_retire", 1)
    for _ in range(2):
        keeper.post(page)
    assert method.versions.get().retired_at is not None
    assert 'name="again"' in keeper.get(page).content.decode()
    for _ in range(2):
        keeper.post(page, {"again": "1"})
    assert method.versions.get().is_current


def test_the_pages_of_a_draft_exist_for_keepers_only(client, method, draft):
    client.force_login(make_user())
    names = ["draft", "texts", "stage_new", "publish", "discard"]
    pages = [at(f"method_{name}") for name in names] + [at("method_stage", "tema"), at("method_stage_remove", "tema")]
    assert {client.get(page).status_code for page in [*pages, at("method_retire", 1)]} == {404}


def test_what_was_typed_for_a_stage_outlives_the_session(keeper, eva, draft):
    mine = form_of(first_stage(draft)) | {"purpose_sv": "Mitt syfte", "gate-sv": ["Ett?", "Två?"], "roles": ["voice"]}
    keeper.logout()
    assert keeper.post(at("method_stage", "tema"), mine | {WHOSE: whose(eva)}).status_code == 302
    keeper.force_login(eva)
    form = keeper.get(at("method_stage", "tema")).context["form"]
    assert form["purpose_sv"].value() == "Mitt syfte"
    assert [row["sv"] for row in form["gate"].value()] == ["Ett?", "Två?"]
    assert form["roles"].value() == ["voice"]


def test_a_stage_is_shown_in_the_form_as_it_stands(keeper, draft):
    form = keeper.get(at("method_stage", "tema")).context["form"]
    assert form["roles"].value() == ["leader"]
    assert [row["required"] for row in form["gate"].value()] == ["yes", "no"]
    assert [row["evidence_kind"] for row in form["outputs"].value()] == ["document"]


def test_nothing_that_was_typed_is_markup(keeper, method, eva, draft):
    typed = "</textarea><i hurt='\">&"
    said = {name: value for name, value in full_stage().items() if name not in ("slug", "order")}
    items = [{"key": "x", "sv": typed, "en": typed, "evidence_kind": "document", "required": True}]
    said |= {"purpose": both(typed, typed), "short_sv": typed, "activities": items, "outputs": items, "gate": items}
    new = actions.add_stage(method, by=eva, said=said | {"name": both(typed, typed)}, why=why(typed))
    seen = content.stamp(content.texts_of(content.read_version(draft)))
    texts = {name: both(typed, typed) for name in ("name", "suits")} | {"duration_weeks": {"min": 1, "max": 2}}
    texts["origin"] = {"text": both(typed, typed), "sources": ["https://example.org/?'\"><i hurt"]}
    actions.change_texts(method, by=eva, seen=seen, said=texts, why=why(typed))
    pages = [at("method_draft"), at("method_texts"), at("method_stage", new.slug), at("method_publish")]
    pages += [at("method_version", 2), at("method_difference", 1, 2), at("method_discard"), reverse("method_list")]
    pages += [at("method_stage_remove", new.slug), at("method_why") + f"?stage={new.slug}&part=stage&key="]
    version = draft.version + 2
    for page in (*pages, at("method_publish")):
        body = keeper.get(page).content.decode()
        assert "<i hurt" not in body, page
        assert "&lt;i hurt" in body or page in (reverse("method_list"), at("method_stage_remove", new.slug)), page
    keeper.post(at("method_publish"), {"news_sv": typed, "version": version})
    for page in (
        at("method_version", 2),
        at("method_difference", 1, 2),
        at("method_retire", 2),
        reverse("method_list"),
    ):
        body = keeper.get(page).content.decode()
        assert ("<i hurt" in body, "&lt;i hurt" in body) == (False, True), page


def test_every_change_locks_the_method_first(method, eva, draft):
    for change in (
        lambda: actions.begin_draft(method, by=eva),
        lambda: actions.move_stage(method, "tema", by=eva, up=False),
        lambda: actions.retire(method.versions.get(number=1), by=eva),
        lambda: actions.discard(method, by=eva),
    ):
        with CaptureQueriesContext(connection) as asked:
            change()
        locks = [number for number, one in enumerate(asked) if 'missions_method"."slug' in one["sql"]]
        assert "FOR UPDATE" in asked[locks[0]]["sql"]
        assert not any(one["sql"].startswith(("UPDATE", "INSERT", "DELETE")) for one in asked[: locks[0]])


@pytest.mark.parametrize("stages", [1, 3])
def test_the_desk_asks_the_database_as_often_for_one_stage_as_for_three(keeper, eva, django_assert_num_queries, stages):
    method = make_method("metod-b", *[full_stage(f"steg-{number}") for number in range(stages)], owners=[eva])
    actions.begin_draft(method, by=eva)
    for number in range(stages):
        now = content.read_stage(method.versions.drafts().get().stages.get(slug=f"steg-{number}"))
        new = now | {"purpose": both("Nytt")}
        actions.change_stage(method, f"steg-{number}", by=eva, seen=content.stamp(now), said=new, why=why())
    address = reverse("method_draft", args=["metod-b"])
    keeper.get(address)
    with django_assert_num_queries(13):
        keeper.get(address)


def test_a_stage_that_is_opened_in_the_draft_keeps_its_roles(client, eva):
    make_words()
    method = make_method("roles", full_stage("tema", roles=["voice", "leader"]), owners=[eva])
    draft = actions.begin_draft(method, by=eva)
    client.force_login(eva, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("method_stage", args=[method.slug, "tema"]))
    assert page.context["form"]["roles"].value() == draft.stages.get().roles == ["voice", "leader"]
