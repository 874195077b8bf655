"""Every address that anybody may ask for: its headers, cookies, size, language, and what it does with odd requests."""

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from actors.actions.freshness import MILLISECOND, PURPOSE
from actors.models import Representative
from events.models import Programme
from insight.actions import CONFIRM, MANAGE
from insight.models import Subscription
from missions.models import Method, Run, RunStage
from notifications.tokens import SETTINGS, token
from platforms.actions.talk_mail import FOR_STOP
from platforms.models import Agreement, SpaceReport
from s3hub.management.commands.routes import ANYONE, routes
from tests.events.judging import close, make_assessment, make_framework, make_round
from tests.events.making import make_event
from tests.factories import (
    make_actor,
    make_area,
    make_municipality,
    make_partnership,
    make_space,
    make_subscription,
    make_theme,
    make_user,
)
from tests.missions.filling import make_commitment, make_experiment, make_mission
from tests.missions.making import make_mission as make_errand
from tests.missions.making import make_need, make_statement
from tests.missions.method_making import full_stage, make_method, make_version

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()"
    ),
}
LIMIT = 60 * 1024
# Addresses that lead on without a page of their own until a form has been sent.
NO_PAGE = {"registration_code", "registration_code_again", "registration_details", "registration_taken", "claim_code"}
# Addresses that are keys have headers of their own: tests/platforms/test_invitations.py and test_links.py.
NO_PAGE |= {"mail_report"}  # closed unless a provider is connected: tests/notifications/test_reports.py
NO_PAGE |= {"invitation", "invitation_decline", "invitation_pass_on", "meeting"}
NO_PAGE |= {"event_sign_up_code", "event_seat", "event_seat_ics"}  # tests/events/test_signing_up.py
# The same: tests/events/test_tickets.py and test_door.py.
NO_PAGE |= {"event_check_in", "event_ticket_by_link", "event_others_by_link", "event_certificate_by_link"}
NO_PAGE |= {"calendar_feed", "matching_guest", "matching_guest_ics", "meeting_follow_up"}  # tests/events
WITH_FORM = {"event_sign_up", "contact", "registration_start", "actor_claim", "news"}
MACHINES = {
    "health",
    "robots_txt",
    "security_txt",
    "sitemap",
    "sitemap_part",
    "actor_feed",
    "actor_export",
    "method_report_pdf",
    "event_export",
    "mission_export",
    "ability_export",
    "mission_feed",
    "method_export",
    "region_css",
    "event_ics",
    "events_ics",
    "events_atom",
}
SAFE = ("GET", "HEAD", "OPTIONS")
ODD_METHODS = ("OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW")
ODD_QUERIES = (
    "?nowhere=1",
    "?page=x",
    "?page=0",
    "?page=99999",
    "?q=%00",
    "?q=%FF",
    "?kind=&kind=x",
    "?%2e%2e=a",
    "?q=" + "å" * 500,
)


def public_routes():
    return [
        route
        for route in routes()
        if route["who"] == ANYONE and not route["name"].startswith(("account_", "mfa_", "admin:"))
    ]


def pages(actor):
    """(name, language, path) of every address that an anonymous reader gets a page or a file from."""
    together, errand = actor.partnerships.get().partnership.slug, actor.missions.get().slug
    slugs = {
        "event": actor.organised_events.earliest("pk").slug,
        "partnership": together,
        "mission": errand,
        "method": Method.objects.get().slug,
        "programme": "programme",
    }
    slugs |= dict.fromkeys(("run", "runs"), errand)
    values = {
        "slug": actor.slug,
        "format": "csv",
        "part": "pages",
        "version": 1,
        "code": "told",
        "kind": "talk_post",
        "number": 2,
        "first": 1,
        "second": 2,
        "stage": "steg-1",
    }
    reader = make_user()
    mine = token(SETTINGS, reader.pk)
    Representative.objects.create(actor=actor, user=reader)
    answer = token(PURPOSE, actor.pk, reader.pk, round(timezone.now().timestamp() * MILLISECOND))
    tokens = {"follow_stop": token(FOR_STOP, 1, 1), "digest_by_mail": mine, "mail_stop": mine}
    tokens |= {"still_right": answer, "still_right_left": answer}
    asked = Subscription.objects.create(email="asked@example.org", language="en")
    news = {"news_confirm": token(CONFIRM, asked.pk), "news_manage": token(MANAGE, make_subscription().pk)}
    tokens |= news
    for route in public_routes():
        if route["name"] not in NO_PAGE:
            values["token"] = tokens.get(route["name"], "")
            values["slug"] = slugs.get(route["name"].partition("_")[0], actor.slug)
            wanted = re.findall(r"<(?:\w+:)?(\w+)>", route["en"])
            for language in ("sv", "en"):
                with override(language):
                    yield (
                        route["name"],
                        language,
                        reverse(route["name"], kwargs={name: values[name] for name in wanted}),
                    )


@pytest.fixture
def actor(db):
    municipality, area, theme = make_municipality(), make_area(), make_theme()
    actors = [
        make_actor(f"Actor {n}", areas=[area], themes=[theme], municipality=municipality, description_sv="ord " * 80)
        for n in range(30)
    ]
    together = make_partnership(members=actors[:1], themes=[theme], areas=[area], purpose_sv="ord " * 80)
    Agreement.objects.create(partnership=together, version=1, text_sv="Vi lovar. " * 200)
    make_event(text_sv="ord " * 80, organisers=actors[:1], areas=[area], themes=[theme], municipality=municipality)
    ended = make_space(partnership=together, state="closed", closed_at=timezone.now())
    told = {"title": "Slut", "purpose": "ord " * 200, "learnings": "ord " * 200, "is_public": True}
    SpaceReport.objects.create(space=ended, code="told", **told)
    errand = make_errand(actors=actors, themes=[theme], areas=[area], partnership=together)
    for _ in range(30):
        make_statement(errand, "ord " * 20, "ord " * 20)
    for _ in range(30):
        make_partnership(members=actors[1:], themes=[theme], areas=[area], purpose_sv="ord " * 80)
    for number in range(30):
        make_mission(themes=[theme], areas=[area], goal_sv="ord " * 80)
        make_commitment(errand, "ord " * 40, actor=actors[number])
        make_experiment(errand, hypothesis="ord " * 40)
        make_need(errand, "ord " * 40)
    said = {"text_sv": "ord " * 400, "place": "Salen", "municipality": municipality, "mission": errand}
    for _ in range(31):
        make_event("Ord " * 20, organisers=actors[:3], themes=[theme], areas=[area], **said)
    long = [{"key": f"item-{n}", "sv": "ord " * 20, "en": "word " * 20} for n in range(4)]
    stages = [
        full_stage(f"steg-{n}", activities=long, gate=[one | {"required": True} for one in long]) for n in range(8)
    ]
    make_version(make_method("metod", *stages), 2, *stages[1:])
    make_ability(actors)
    run = Run.objects.create(mission=errand, number=2, method_version=Method.objects.get().versions.get(number=2))
    run.stages.bulk_create(
        RunStage(run=run, stage=stage, position=stage.position) for stage in run.method_version.stages.all()
    )
    return actors[0]


def make_ability(actors):
    """Three rounds of seven dimensions that all have answered, and a programme of ten steps."""
    framework = make_framework(dimensions=7, statements=3)
    for kind in ("before", "during", "after"):
        round_ = make_round(framework, kind)
        for actor in actors[:3]:
            make_assessment(round_, actor, level=2)
        close(round_)
    programme = Programme.objects.create(slug="programme", title_sv="ord " * 20, ability_sv="ord", is_published=True)
    for number in range(1, 11):
        programme.steps.create(number=number, kind="study", title_sv="ord " * 20, text_sv="ord " * 80)


def is_html(answer):
    return answer["Content-Type"].startswith("text/html")


def body_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def foreign_addresses(html):
    """Whatever a browser would fetch by itself from somewhere else."""
    fetched = re.findall(r'<(?:script|img|iframe|source|video|audio|embed)[^>]+src="([^"]+)"', html)
    fetched += re.findall(r'<link[^>]+rel="(?:stylesheet|preload|icon|manifest)[^>]*href="([^"]+)"', html)
    own = urlsplit(settings.SITE_URL).netloc
    return [url for url in fetched if urlsplit(url).netloc not in ("", own, "testserver")]


def directives(policy):
    return sorted(part.strip() for part in policy.split(";"))


def test_every_public_answer_carries_the_headers(actor):
    wrong = []
    for name, language, path in pages(actor):
        answer = Client().get(path)
        assert answer.status_code == 200, path
        found = {header: answer.headers.get(header) for header in HEADERS}
        if found != HEADERS or directives(answer.headers.get("Content-Security-Policy", "")) != directives(CSP):
            wrong.append((name, language, found, answer.headers.get("Content-Security-Policy")))
    assert wrong == []


def test_a_reader_gets_no_cookie_and_nothing_from_elsewhere(actor):
    for name, _language, path in pages(actor):
        answer = Client().get(path)
        html = body_of(answer).decode(errors="replace")
        if name not in WITH_FORM:
            assert answer.cookies == {}, path
        if is_html(answer):
            assert foreign_addresses(html) == [], path
            assert re.findall(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", html) == [], path


def test_pages_are_small_and_say_their_language(actor):
    for name, language, path in pages(actor):
        answer = Client().get(path)
        html = body_of(answer).decode(errors="replace")
        assert is_html(answer) is (name not in MACHINES), path
        if is_html(answer):
            assert len(html.encode()) <= LIMIT, path
            assert f'<html lang="{language}"' in html, path
            other = "en" if language == "sv" else "sv"
            assert re.search(rf'hreflang="{other}"', html), path


def test_head_answers_as_get_without_a_body(actor):
    for _name, _language, path in pages(actor):
        answer = Client().head(path)
        assert (answer.status_code, answer.content if not answer.streaming else b"") == (200, b""), path


def test_methods_that_mean_nothing_here_change_nothing_and_break_nothing(actor):
    for route_name, language, path in pages(actor):
        if language == "en":
            for method in ODD_METHODS:
                answer = Client().generic(method, path)
                assert answer.status_code in (200, 405, 403), (route_name, method)
                assert answer.status_code != 200 or method == "OPTIONS", (route_name, method)


def test_odd_parameters_are_refused_or_ignored_never_an_error(actor):
    for route_name, language, path in pages(actor):
        if language == "en":
            for query in ODD_QUERIES:
                answer = Client().get(path + query)
                assert answer.status_code in (200, 400, 404), (route_name, query)
                assert "Content-Security-Policy" in answer.headers


def test_a_parameter_that_the_register_does_not_know_is_refused(actor):
    for name in ("actor_list", "actor_chart", "partnership_list"):
        assert Client().get(reverse(name), {"nowhere": "1"}).status_code == 400
    assert Client().get(reverse("actor_export", args=["csv"]), {"nowhere": "1"}).status_code == 400


@pytest.mark.django_db
def test_errors_carry_the_headers_too():
    client = Client(raise_request_exception=False)
    for path in ("/nowhere/", "/en/nowhere/", "/admin", "/static/../x", "/actors/%00/", "/aktorer//"):
        answer = client.get(path)
        assert answer.status_code in (301, 302, 400, 404), path
        assert answer.headers.get("X-Content-Type-Options") == "nosniff", path
