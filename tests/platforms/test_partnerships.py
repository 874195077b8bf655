"""Partnerships in public: who sees which, the four legs, the steps, and opening a space."""

import json
import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from accounts.models import AuditEntry
from actors.models import ActorKind
from platforms import actions
from platforms.actions import STEPS
from platforms.helix import helix
from platforms.models import (
    Agreement,
    AgreementAcceptance,
    Partnership,
    PartnershipMember,
    PartnershipStatus,
    Space,
    SpaceMember,
)
from tests.actors.test_register_list import questions
from tests.factories import make_actor, make_area, make_curator, make_partnership, make_space, make_theme, make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db


def address(name, *args):
    with override("en"):
        return reverse(name, args=args)


def get(client, name, *args, **query):
    return client.get(address(name, *args), query)


def listed(client, **query):
    response = get(client, "partnership_list", **query)
    assert response.status_code == 200
    return [row["partnership"].name for row in response.context["rows"]]


def text_of(response):
    """The words of a page as one line; what stands within a sentence does not break it."""
    inline = re.sub(r"</?(?:a|b|span|strong)\b[^>]*>", "", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inline))


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_list_has_what_is_public_with_what_is_under_way_first_and_a_to_o(client):
    for name, fields in (
        ("Över", {"status": "closed"}),
        ("Zenit", {}),
        ("Ärla", {"status": "active"}),
        ("Ång", {}),
        ("Börjar", {"status": "forming"}),
        ("Hidden", {"is_published": False}),
    ):
        make_partnership(name, **fields)

    assert listed(client) == ["Zenit", "Ång", "Ärla", "Börjar", "Över"]


def test_facets_narrow_and_count_as_if_they_were_not_chosen(client):
    sea, top = make_theme("sea"), make_area("industry")
    part = make_area("marine", parent=top)
    make_partnership("A", themes=[sea], areas=[part])
    make_partnership("B", themes=[sea], areas=[top, part], status="closed")
    make_partnership("C")

    assert listed(client, theme="sea") == ["A", "B"]
    assert listed(client, area="industry") == ["A", "B"]
    assert listed(client, area="marine", status="closed") == ["B"]
    assert listed(client, status=["active", "closed"]) == ["A", "C", "B"]
    response = get(client, "partnership_list", status="closed")
    found = {
        group["name"]: {option["value"]: option["count"] for option in group["options"]}
        for group in response.context["groups"]
    }
    assert found == {
        "status": {"forming": 0, "active": 2, "paused": 0, "closed": 1},
        "theme": {"sea": 1},
        "area": {"industry": 1, "marine": 1},
    }


@pytest.mark.parametrize(
    "query", [{"nowhere": "1"}, {"theme": "nosuch"}, {"status": "over"}, {"page": "0"}, {"page": ["1", "2"]}]
)
def test_an_address_that_nobody_can_answer_is_refused_with_a_way_on(client, query):
    response = get(client, "partnership_list", **query)

    assert response.status_code == 400
    assert f'class="btn second" href="{address("partnership_list")}"' in response.content.decode()


def test_trackers_on_a_link_are_left_out(client):
    make_partnership("A")
    assert listed(client, utm_source="mail", status="") == ["A"]


ANY = st.one_of(st.text(max_size=20), st.sampled_from(["", "sea", "active", "1", "0", "\x00", "9" * 40, "-1"]))


@given(st.dictionaries(st.one_of(st.sampled_from(["theme", "area", "status", "page"]), ANY), ANY, max_size=4))
@rules(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_address_is_answered_or_refused(client, query):
    assert client.get(address("partnership_list"), query).status_code in {200, 400, 404}


def test_an_empty_list_says_what_will_stand_there(client):
    assert "No partnership is public yet" in text_of(get(client, "partnership_list"))
    make_partnership()
    assert "No partnership fits" in text_of(get(client, "partnership_list", status="closed"))


def test_a_long_list_has_pages(client, monkeypatch):
    monkeypatch.setattr("platforms.views.partnerships.PAGE_SIZE", 2)
    for name in "ABC":
        make_partnership(name)

    assert listed(client) == ["A", "B"]
    assert listed(client, page="2") == ["C"]
    assert get(client, "partnership_list", page="3").status_code == 404


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_no_page_costs_more_for_many_rows(client, rows):
    theme, area = make_theme(), make_area(parent=make_area())
    actors = [make_actor(areas=[area]) for _ in range(rows)]
    together = make_partnership("A", members=actors, themes=[theme], areas=[area], lead=actors[0])
    agreement = Agreement.objects.create(partnership=together, version=1, text_sv="Vi lovar.")
    for member in together.members.all():
        AgreementAcceptance.objects.create(agreement=agreement, member=member)
        make_space(partnership=together, access="ask")
        make_partnership(members=[actors[0]], themes=[theme], areas=[area])

    costs = {
        name: questions(lambda name=name, args=args: get(client, name, *args))
        for name, args in (
            ("partnership_list", ()),
            ("partnership", (together.slug,)),
            ("partnership_agreement", (together.slug, 1)),
            ("actor_partnerships", (actors[0].slug,)),
        )
    }
    assert costs == {
        "partnership_list": 10,
        "partnership": 7,
        "partnership_agreement": 3,
        "actor_partnerships": 3,
    }


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_not_public_is_seen_by_those_who_may_change_it_only(client):
    hidden = make_partnership(is_published=False)

    assert get(client, "partnership", hidden.slug).status_code == 404
    curator = make_curator()
    sign_in(client, curator, second_factor=False)
    assert get(client, "partnership", hidden.slug).status_code == 404
    sign_in(client, curator)
    assert "Not public yet" in text_of(get(client, "partnership", hidden.slug))


def test_members_stand_by_role_and_sector_with_a_link_where_they_are_public(client):
    lead, firm, support = make_actor("Lead", kind="public"), make_actor("Firm"), make_actor("Help", kind="support")
    gone = make_actor("Archived", status="archived", published_at=timezone.now())
    together = make_partnership(members=[firm, support, lead], lead=lead)
    PartnershipMember.objects.create(partnership=together, actor=gone, role="associated")
    PartnershipMember.objects.create(partnership=together, actor=make_actor("Departed"), left_on=timezone.localdate())
    PartnershipMember.objects.create(partnership=together, actor=make_actor("Secret Draft", status="draft"))

    response = get(client, "partnership", together.slug)

    with override("en"):
        found = [
            (group["role"].value, [(str(s.name), [m.actor.name for m in s.members]) for s in group["sectors"]])
            for group in response.context["roles"]
        ]
        links = {actor.name: actor.get_absolute_url() in response.content.decode() for actor in (lead, firm, gone)}
    assert found == [
        ("lead", [("Public sector", ["Lead"])]),
        ("partner", [("Business", ["Firm"]), ("Support system", ["Help"])]),
        ("associated", [("Business", ["Archived"])]),
    ]
    assert links == {"Lead": True, "Firm": True, "Archived": False}
    assert "Secret Draft" not in response.content.decode()
    assert "Departed" not in response.content.decode()
    assert "1 organisation whose profile is not public yet" in text_of(response)


@pytest.mark.parametrize(
    ("kinds", "counts", "support"),
    [
        ([], [0, 0, 0, 0], 0),
        (["academia", "sme", "industry", "public", "civil", "support"], [1, 2, 1, 1], 1),
        (["support", "support"], [0, 0, 0, 0], 2),
    ],
)
def test_each_kind_of_actor_fills_its_leg_and_a_support_organisation_none(kinds, counts, support):
    made = helix((kind, None) for kind in kinds)

    assert [leg.count for leg in made.legs] == counts
    assert made.support == support
    assert (made.is_whole, made.new_share) == (0 not in counts, None)


def test_every_kind_of_actor_has_its_place_in_the_helix():
    made = helix((kind, None) for kind in ActorKind.values)

    assert sum(leg.count for leg in made.legs) + made.support == len(ActorKind)
    assert made.support == 1


def test_an_empty_leg_is_said_in_words_and_the_share_of_new_ones_counts_those_that_are_known(client):
    together = make_partnership(members=[make_actor(kind="academia"), make_actor(), make_actor(kind="public")])
    first, second, _third = together.members.all()
    PartnershipMember.objects.filter(pk=first.pk).update(is_new=True)
    PartnershipMember.objects.filter(pk=second.pk).update(is_new=False)

    response = get(client, "partnership", together.slug)

    assert "Missing: civil society. Suggest somebody" in text_of(response)
    assert f'href="{address("contact")}">Suggest somebody' in response.content.decode()
    assert "50 % are new to such cooperation: 1 of the 2 for which it is known." in text_of(response)
    PartnershipMember.objects.update(is_new=None)
    assert "How many are new to such cooperation is not known." in text_of(get(client, "partnership", together.slug))


def test_the_page_says_whether_it_is_a_result_an_example_or_unverified(client):
    words = {
        "result": "names this partnership a result",
        "no_result": "not presented as a result",
        "invented": "Invented example",
        "unsure": "Unverified",
    }

    def said(**fields):
        page = text_of(get(client, "partnership", make_partnership(**fields).slug))
        return {name for name, text in words.items() if text in page}

    assert said() == {"no_result"}
    assert said(is_result=True) == {"result"}
    assert said(is_example=True) == {"invented"}
    assert said(certainty="low") == {"no_result", "unsure"}


def test_an_invented_example_does_not_say_how_certain_it_is(client):
    def facts(**fields):
        page = text_of(get(client, "partnership", make_partnership(source="A report", **fields).slug))
        return [word in page for word in ("Certainty", "A report")]

    assert facts() == [True, True]
    assert facts(is_example=True) == [False, False]


def test_only_announced_living_spaces_are_told_of(client):
    together = make_partnership()
    for name, fields in (
        ("Open door", {"access": "ask"}),
        ("For all", {"access": "registered"}),
        ("Private room", {}),
        ("Paused room", {"access": "ask", "state": "paused"}),
        ("Silent room", {"access": "ask", "active_at": timezone.now() - timedelta(days=200)}),
    ):
        make_space(name, partnership=together, **fields)
    make_space("Elsewhere", access="ask")

    response = get(client, "partnership", together.slug)

    assert {space.name for space in response.context["spaces"]} == {"Open door", "For all"}
    for name in ("Private room", "Paused room", "Silent room", "Elsewhere"):
        assert name not in response.content.decode()


def test_machines_read_published_facts_and_no_script_gets_out(client):
    evil = "</script><script>alert(1)</script>"
    together = make_partnership("Coast", members=[make_actor("Firm"), make_actor("Draft Ltd", status="draft")])
    Partnership.objects.filter(pk=together.pk).update(purpose_sv=evil, kind="project")

    page = get(client, "partnership", together.slug).content.decode()

    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1]
    facts = json.loads(block)
    assert (facts["@type"], facts["name"], facts["description"]) == ("Project", "Coast", evil)
    assert [member["name"] for member in facts["member"]] == ["Firm"]
    assert "<script>alert" not in page
    assert '<link rel="canonical"' in page
    assert 'hreflang="sv"' in page


def test_the_actor_page_asks_for_its_partnerships_and_the_answer_has_public_ones_only(client):
    actor = make_actor()
    make_partnership("Shown", members=[actor])
    make_partnership("Led", lead=actor)
    make_partnership("Hidden", members=[actor], is_published=False)
    left = make_partnership("Left behind", members=[actor])
    left.members.update(left_on=timezone.localdate())

    fragment = address("actor_partnerships", actor.slug)
    page = get(client, "actor", actor.slug).content.decode()
    response = client.get(fragment)

    assert f'hx-get="{fragment}"' in page
    assert f'<a href="{fragment}">' in page
    assert [row["partnership"].name for row in response.context["rows"]] == ["Led", "Shown"]
    assert b'id="partnerships-of-actor"' in response.content
    assert b'id="partnerships-of-actor"' not in get(client, "actor_partnerships", make_actor().slug).content


def test_the_sitemap_has_public_partnerships_and_no_invented_one(client):
    shown = make_partnership("Shown")
    make_partnership("Hidden", is_published=False, slug="not-public")
    make_partnership("Example", is_example=True, slug="invented")

    part = f"sitemap-partnerships-{shown.pk // 2000 * 2000}.xml"
    assert part in client.get("/sitemap.xml").content.decode()
    page = client.get(f"/{part}").content.decode()

    assert shown.slug in page
    assert "not-public" not in page
    assert "invented" not in page
    assert client.get("/sitemap-partnerships-x.xml").status_code == 404


# ── The steps ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("status", PartnershipStatus.values)
@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_from_its_states_only_and_logged(status, step):
    curator, together = make_curator(), make_partnership(status=status)

    assert (step in actions.open_steps(together, curator)) == (status in STEPS[step].sources)
    if status in STEPS[step].sources:
        assert actions.move(together, step, by=curator).status == STEPS[step].target
        assert AuditEntry.objects.get().verb == f"partnership.{step}"
    else:
        with pytest.raises(ValidationError):
            actions.move(together, step, by=curator)
        assert not AuditEntry.objects.exists()


def test_only_those_who_may_change_partnerships_take_steps():
    together, stranger = make_partnership(), make_user()

    with pytest.raises(PermissionDenied):
        actions.move(together, "close", by=stranger)
    assert actions.open_steps(together, stranger) == []


# ── Opening a space ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_staff_open_a_space_and_lead_it(client):
    curator, together = make_curator(), make_partnership()
    sign_in(client, curator)
    assert "Open a space" in text_of(get(client, "partnership", together.slug))

    response = client.post(
        address("space_open", together.slug), {"name": "  Living  bays ", "purpose": "To meet.", "access": "ask"}
    )

    space, member = Space.objects.get(), SpaceMember.objects.get()
    with override("en"):
        assert response["Location"] == space.get_absolute_url()
    assert (space.name, space.purpose, space.access, space.partnership) == ("Living bays", "To meet.", "ask", together)
    assert (member.user, member.role) == (curator, "coordinator")
    assert client.get(response["Location"]).status_code == 200
    entry = AuditEntry.objects.get(verb="space.open")
    assert "Living bays" not in f"{entry.target_label} {entry.reason}"


def test_a_space_without_a_name_is_not_opened_and_what_was_typed_is_kept(client):
    together = make_partnership()
    sign_in(client, make_curator())

    response = client.post(
        address("space_open", together.slug), {"name": "\u200f x", "purpose": "To meet.", "access": "ask"}
    )

    assert response.status_code == 200
    assert "Something needs to be changed" in text_of(response)
    assert "To meet." in response.content.decode()
    assert not Space.objects.exists()


def test_others_are_not_told_that_spaces_can_be_opened(client):
    together = make_partnership()
    assert "Open a space" not in text_of(get(client, "partnership", together.slug))
    client.force_login(make_user())
    assert client.post(address("space_open", together.slug), {"name": "Mine", "access": "ask"}).status_code == 404
    assert not Space.objects.exists()
