"""Every private word of every space is a word of its own, and nobody who may not read it meets it anywhere.

The world has a row in every private table, with a canary in each of its texts and files; what people do in spaces is
done for real, so that mails, log and history are there as well. Then each persona who is no member asks every address
there is. The members ask too, and must meet their words: a world without words would prove nothing.
"""

import re
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import connection, models
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import AuditEntry
from actors import actions as actor_actions
from missions.models import Statement
from notifications import live
from notifications.models import Email
from notifications.rendering import render
from platforms import actions
from platforms.actions import decisions, documents, invitations, links, members, pulse, requests, talk, tasks
from platforms.actions.addresses import Person
from platforms.actions.report import draft
from platforms.forms.ending import SettingsForm
from platforms.models import (
    Agreement,
    AgreementAcceptance,
    Document,
    DocumentVersion,
    JoinRequest,
    Partnership,
    PartnershipMember,
    Post,
    Space,
    SpaceInvitation,
    SpaceMember,
    SpaceReport,
    Thread,
)
from tests.access import ANONYMOUS, BACKEND, World, arguments, named_routes
from tests.factories import make_actor, make_document, make_space, make_user, verified
from tests.missions.making import make_evidence

pytestmark = pytest.mark.django_db

PUBLIC = (Partnership, PartnershipMember, Agreement, AgreementAcceptance)
NOT_TYPED = {"nonce", "token_hash", "sha256", "content_type", "file", "message_id", "code", "slug"}
TO_SPACE = {
    "space": "space",
    "thread": "thread__space",
    "post": "post__thread__space",
    "document": "document__space",
    "decision": "decision__space",
}
TAGS = ("room", "ask", "shut")
CANARY = re.compile(r"canary[a-z]+")
STAFF = ("curator", "superuser")
STRANGERS = (ANONYMOUS, "other", "removed", "neighbour", *STAFF)
NO_ROW = {"decision_log", "space_step"}  # the second part of these addresses names no row
REGISTRARS = {"registrar", "space_export"}  # a superuser has that right, too
TYPED = {  # what a hand-made form could send, for any form
    **dict.fromkeys(("title", "body", "proposal", "name", "line", "purpose", "learnings", "answer0", "words"), "Hej"),
    "email": "hand@example.org",
    "people": "hand@example.org",
    "way": "consent",
    "deciders": "members",
    "answer": "yes",
    "state": "decided",
    "decided_on": "2026-01-01",
    "version": "1",
    "role": "member",
    "cap": "3",
    "hours": "2",
    "why": "time",
    "access": "private",
    "number": "1",
}


# ── The words ────────────────────────────────────────────────────────────────────────────────────────────────────────
def private_models():
    found = apps.get_app_config("platforms").get_models()
    return [model for model in found if model not in PUBLIC and not model.__name__.endswith("Event")]


def texts(model):
    """The names of the fields of `model` that hold what somebody typed."""
    kinds = (models.CharField, models.TextField, models.JSONField)
    fields = [field for field in model._meta.concrete_fields if isinstance(field, kinds)]
    return [field.name for field in fields if not field.choices and field.name not in NOT_TYPED]


def rows_in(space, model):
    names = {field.name for field in model._meta.fields}
    path = "pk" if model is Space else next(path for name, path in TO_SPACE.items() if name in names)
    return model._base_manager.filter(**{path: space.pk})


def canary(tag, model, name):
    return f"canary{tag}{model._meta.model_name}{name.replace('_', '')}x"


def value(word, field, row):
    if isinstance(field, models.JSONField):
        return [{"question": word, "answer": word}]
    return f"{word}{row.pk}@example.org" if isinstance(field, models.EmailField) else word


def plant(space, tag):
    """Put a canary into every text and file of `space`, its address too; what was removed gets its own."""
    Space.objects.filter(pk=space.pk).update(slug=canary(tag, Space, "slug"))
    for model in private_models():
        for row in rows_in(space, model):
            own = f"gone{tag}" if getattr(row, "removed_at", None) else tag
            words = {name: value(canary(own, model, name), model._meta.get_field(name), row) for name in texts(model)}
            model._base_manager.filter(pk=row.pk).update(**words)
    for version in DocumentVersion.objects.filter(document__space=space):
        storage, body = version.file.storage, ContentFile(canary(tag, DocumentVersion, "body").encode())
        name = storage.save(f"canaries/{tag}", body)
        storage.save(f"{name}.1.webp", body)
        DocumentVersion.objects.filter(pk=version.pk).update(file=name, content_type="text/plain")
    space.refresh_from_db()


def words_of(tag, *, leave_out=()):
    left = {canary(tag, model, name) for model, name in leave_out}
    return {canary(tag, model, name) for model in private_models() for name in texts(model)} - left


# ── The world ────────────────────────────────────────────────────────────────────────────────────────────────────────
class Aviary(World):
    """The world of the access table, with more people around its private room, and words in everything."""

    def __init__(self):
        super().__init__()
        for user in list(self.people.values()):
            verified(user)
        more = ("removed", "neighbour", "guest", "asker")
        self.people |= {name: verified(make_user(f"{name}@example.org", name=f"The {name}")) for name in more}
        for name in more:
            self.clients[name] = Client()
            self.clients[name].force_login(self.people[name], backend=BACKEND)
        self.request.delete()  # what somebody has asked is theirs to read
        together = self.space.partnership
        self.own = make_space("Next Door", partnership=together, coordinator=self.people["neighbour"])
        self.door = make_space("Ask Here", partnership=together, access="ask", coordinator=self.people["owner"])
        self.shut = Space.objects.get(report__code=self.codes["closed"])
        talk.edit(self.thread.posts.get(), by=self.people["editor"], body="Secret Words, better", version=1)
        spaces = {"room": self.space, "ask": self.door, "shut": self.shut}
        for tag, space in spaces.items():
            self.fill(space)
            plant(space, tag)
        statement = Statement.objects.get(mission__slug=self.slugs["open_errand"])
        make_evidence(statement, document=self.space.documents.first())
        make_evidence(statement, decision=self.space.decisions.first())
        self.live_a_little()
        for tag, space in spaces.items():
            plant(space, tag)
        self.slugs |= {"room": self.space.slug, "ask": self.door.slug, "shut": self.shut.slug, "own": self.own.slug}

    def fill(self, space):
        """At least one row of every private table."""
        owner, state = self.people["owner"], space.state
        Space.objects.filter(pk=space.pk).update(state="open", closed_at=None)
        first = talk.start(space, by=owner, title="T", body="One")
        talk.write(first.thread, by=owner, body="Two")
        talk.remove(talk.write(first.thread, by=owner, body="Three"), by=owner)
        talk.edit(first, by=owner, body="One, better", version=1)
        talk.follow(first.thread, by=owner, wanted=True)
        decided = decisions.propose(space, by=owner, title="D", proposal="P")
        decisions.propose(space, by=owner, title="D", proposal="P")
        decisions.answer(decided, by=owner, answer="yes", comment="C")
        today, present = timezone.localdate(), [owner.pk]
        decisions.record(decided, by=owner, state="decided", outcome="O", decided_on=today, present=present)
        tasks.assign(space, by=owner, title="T", owner=owner, due_on=today)
        make_document(space, "Plan.txt", b"A plan", by=owner)
        documents.remove(make_document(space, "Gone.txt", b"No plan", by=owner), by=owner)
        for state_of, number in (("open", 1), ("declined", 2), ("revoked", 3)):
            email = f"i{number}-{space.pk}@example.org"
            SpaceInvitation.objects.create(space=space, by=owner, email=email, state=state_of)
        until = timezone.now() + timedelta(days=1)
        links.make_link(space, by=owner, role="member", cap=3, expires_at=until)
        asked = requests.ask_to_join(space, by=self.people["asker"], answers=[("Why?", "So")])
        requests.decide(space, asked.pk, by=owner, reason="Full")
        self.pks["space_request"] = JoinRequest.objects.filter(space=self.space).values_list("pk", flat=True).first()
        Space.objects.filter(pk=space.pk).update(state=state, closed_at=timezone.now() if state == "closed" else None)

    def live_a_little(self):
        """What people do, so that it leaves its traces: mails, log, history, merges."""
        room, owner, editor, gone = self.space, self.people["owner"], self.people["editor"], self.people["removed"]
        twin, other = make_actor("Twin One"), make_actor("Twin Two")
        mine = {"on_behalf_of": twin, "role": "member"}
        SpaceMember.objects.create(space=room, user=gone, **mine)
        SpaceMember.objects.create(space=room, user=self.people["guest"], **mine)
        thread = room.threads.first()
        post = talk.write(thread, by=editor, body="@The removed @The owner look")
        talk.follow(thread, by=gone, wanted=True)
        talk.edit(post, by=editor, body="@The removed look here", version=1)
        tasks.assign(room, by=owner, title="Errand", owner=gone, due_on=timezone.localdate())
        self.tokens |= {"meeting": self.dead_link(room, owner)}
        people = [Person(1, "new@example.org", "New"), Person(2, "newer@example.org", "Newer")]
        invitations.invite(room, by=owner, people=people, role="member", language="en", line="Come")
        new, newer = SpaceInvitation.objects.filter(space=room, line="Come").order_by("email")
        talk.write(thread, by=editor, body="@The owner look")
        plant(room, "room")
        invitations.resend(room, new.pk, by=owner)
        invitations.show_link(room, new.pk, by=owner)
        invitations.decline(new, reason="No time")
        invitations.revoke(room, newer.pk, by=owner)
        self.tokens |= dict.fromkeys(("invitation", "invitation_decline", "invitation_pass_on"), newer.token)
        talk.remove(post, by=owner)
        members.change_member(room, room.members.get(user=gone).pk, by=owner, role="observer", on_behalf_of=None)
        members.change_self(room, by=self.people["guest"], on_behalf_of=None, introduction="Me")
        members.change_self(room, by=self.people["guest"], on_behalf_of=twin, introduction="Me")
        self.merge = actor_actions.merge(other, twin, by=self.people["superuser"])
        members.remove(room, room.members.get(user=gone).pk, by=owner)
        members.leave(room, by=self.people["guest"], tasks_to=None)
        form = SettingsForm({"name": room.name, "access": "private", "version": room.version}, instance=room)
        assert form.is_valid()
        actions.change_space(form, by=owner)
        pulse.pause(room, by=owner)
        pulse.revive(room, by=owner)
        ending = make_space("canaryendedspacenamex", partnership=room.partnership, coordinator=owner, members=[editor])
        report = draft(ending)
        report.learnings = "canaryendedreportlearningsx"
        pulse.close(ending, by=owner, report=report)

    def dead_link(self, room, owner):
        """The token of a link for a meeting that was withdrawn."""
        until = timezone.now() + timedelta(days=1)
        link = links.make_link(room, by=owner, role="member", cap=3, expires_at=until)
        links.revoke_link(room, link.pk, by=owner)
        return link.token

    def crawl(self, persona, *, methods=("GET", "POST")):
        """(path, answer) of every address that may hold something for `persona`, for rows that are there; GET in
        Swedish, POST in English."""
        for route in named_routes():
            if not concerns(route, persona):
                continue
            for method in set(methods) & {"ANY": {"GET", "POST"}}.get(route["methods"][0], set(route["methods"])):
                for target in targets(route, persona):
                    with translation.override("sv" if method == "GET" else "en"):
                        path = reverse(route["name"], kwargs=arguments(self, route, target))
                    yield path, self.ask(persona, method, path, urlencode(TYPED) if method == "POST" else None)


def concerns(route, persona):
    """Not the doors that are shut whatever lies behind them: `tests.test_access` holds those. Signing in is the same
    for everybody, so one person tries it."""
    if route["name"].startswith(("account_", "mfa_", "registration_")):
        return persona == "removed"
    if persona == "superuser" and route["name"] in REGISTRARS:
        return False
    if route["name"].startswith("admin:"):
        return persona in STAFF
    return route["who"] == "anyone" or persona != ANONYMOUS


def targets(route, persona):
    """Every space for some; the rest meet the one in which most has happened."""
    path = route["en"]
    if "/spaces/<" in path or "/registrar/<" in path:
        return {"neighbour": ("room", "own"), "removed": TAGS, "owner": TAGS}.get(persona, ("room",))
    if "/partnerships/<" in path:
        return ("together",)
    if "/missions/<" in path:
        return ("errand", "open_errand")
    return ("closed",) if "<str:code>" in path else ("public",)


def told(path, answer):
    """Every canary in an answer, its head included, but those that stood in the question."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = f"{answer.headers}{answer.cookies}{body.decode(errors='replace')}"
    return set(CANARY.findall(text)) - set(CANARY.findall(path))


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return Aviary()


ASKABLE = {canary("ask", Space, name) for name in ("name", "purpose", "slug")}  # what everybody may know of it
AT_THE_DOOR = ASKABLE | {canary("ask", Space, "questions")}
IN_THE_LEDGER = {canary(tag, SpaceInvitation, "email") for tag in TAGS}  # the address that a mail went to


def known_to(persona):
    if persona in STAFF:
        return AT_THE_DOOR | IN_THE_LEDGER
    return ASKABLE if persona == ANONYMOUS else AT_THE_DOOR


# ── Outside ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_whoever_is_no_member_meets_no_word_of_a_space_at_any_address(world):
    found = {
        (persona, path, word)
        for persona in STRANGERS
        for path, answer in world.crawl(persona)
        for word in told(path, answer) - known_to(persona)
    }
    assert found == set()


def test_nothing_that_people_do_in_a_space_copies_its_words_elsewhere(world):
    """Tables of other apps: mails, log, history, sessions, merges, tallies. A mail knows its address, and no more."""
    found = set()
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if not name.startswith("platforms_")]
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t WHERE t::text LIKE %s', ["%canary%"])
            found |= {(table, word) for (row,) in cursor.fetchall() for word in CANARY.findall(row)}
    assert found <= {("notifications_email", word) for word in IN_THE_LEDGER}
    assert AuditEntry.objects.filter(verb__startswith="space.").count() > 10


def test_mails_that_wait_tell_nothing_to_who_is_no_member(world):
    inside = set(SpaceMember.objects.filter(space=world.space).values_list("user_id", flat=True))
    met = {True: set(), False: set()}
    for mail in Email.objects.exclude(live=""):
        with suppress(live.NoLonger):
            rendered = render(mail, live=live.read(mail))
            met[mail.user_id in inside] |= set(CANARY.findall(f"{rendered.subject}{rendered.text}{rendered.html}"))
    assert canary("room", Thread, "title") in met[True]
    theirs = {canary(tag, JoinRequest, "reason") for tag in TAGS}  # the answer to what they have asked
    assert met[False] <= ASKABLE | theirs


def test_the_ledger_shows_staff_no_word_of_a_space(world):
    first = Email.objects.exclude(live="").order_by("template", "pk").distinct("template")
    assert len(first) > 5
    for mail in first:
        for name in ("notifications_email_change", "notifications_email_html"):
            path = reverse(f"admin:{name}", args=[mail.pk])
            assert told(path, world.ask("superuser", "GET", path)) <= IN_THE_LEDGER


def test_staff_who_search_find_no_word_of_a_space(world):
    lists = [route["name"] for route in named_routes() if route["name"].endswith("_changelist")]
    for name in lists:
        for word in ("canaryroom", "canaryended"):
            answer = world.ask("superuser", "GET", f"{reverse(name)}?q={word}")
            assert told("", answer) - {word} <= IN_THE_LEDGER


def test_whoever_asks_for_json_gets_the_same_silence(world):
    for name in ("space", "threads", "documents", "decisions", "tasks", "space_members", "talk_names"):
        path = reverse(name, args=[world.space.slug])
        there = world.clients["other"].get(path, headers={"accept": "application/json"})
        nowhere = world.clients["other"].get(
            path.replace(world.space.slug, "x"), headers={"accept": "application/json"}
        )
        assert there.content == nowhere.content
        assert there.status_code == nowhere.status_code == 404


def test_rows_of_one_space_do_not_exist_in_another(world):
    """The neighbour leads a space of the same partnership, and asks there for what lies in the private one."""
    wrong = []
    for route in named_routes():
        if "/spaces/<slug:slug>/" not in route["en"] or route["en"].count("<") < 2 or route["name"] in NO_ROW:
            continue
        path = reverse(route["name"], kwargs=arguments(world, route, "own"))
        got = [world.ask("neighbour", method, path, urlencode(TYPED)).status_code for method in ("GET", "POST")]
        if not set(got) <= {404, 405}:
            wrong.append((route["name"], got))
    assert wrong == []


def test_whoever_holds_a_living_link_reads_what_the_invitation_says_and_no_more(world):
    row = SpaceInvitation.objects.alive().filter(space=world.space).first()
    says = {canary("room", Space, "name"), canary("room", Space, "purpose"), canary("room", SpaceInvitation, "line")}
    fills_in = {canary("room", SpaceInvitation, "name")}
    met = set()
    for name in ("invitation", "invitation_decline", "invitation_pass_on"):
        for persona in (ANONYMOUS, "other", "removed"):
            for method in ("GET", "POST"):
                met |= told("", world.ask(persona, method, reverse(name, args=[row.token]), urlencode(TYPED)))
    assert says <= met <= says | fills_in


# ── Inside ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def words_met(world, persona):
    """What `persona` reads, apart from what they typed themselves: my data has that."""
    pages = dict(world.crawl(persona, methods=["GET"]))
    pages.pop(str(reverse("my_data")))
    return {word for answer in pages.values() for word in told("", answer)}


def test_members_meet_every_word_that_is_theirs(world):
    met = words_met(world, "owner")
    place = {SpaceReport: "shut"}  # a space in use has no report
    theirs = {canary(place.get(model, "room"), model, name) for model in private_models() for name in texts(model)}
    theirs |= {canary(tag, *what) for tag in TAGS for what in ((DocumentVersion, "body"), (Space, "slug"))}
    assert theirs - met == set()
    assert {word for word in met if word.startswith("canarygone")} <= {canary("goneroom", Document, "title")}


def test_an_observer_meets_what_is_said_and_not_who_is_invited_or_asks(world):
    met = words_met(world, "member")
    for_coordinators = {
        canary("room", model, name) for model in (SpaceInvitation, JoinRequest, SpaceReport) for name in texts(model)
    } | {canary("room", Space, "questions")}
    assert {canary("room", Post, "html"), canary("room", DocumentVersion, "body")} <= met
    assert met & for_coordinators == set()
    assert {word for word in met if word.startswith(("canaryshut", "canaryask"))} <= AT_THE_DOOR
