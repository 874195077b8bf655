"""The people and rows of the access table, and how a request of theirs is told in one word."""

import base64
import re
from datetime import timedelta
from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import AuditEntry
from actors import actions
from actors.actions.freshness import MILLISECOND, PURPOSE
from actors.models import Actor, ActorStatus, Claim, Competence, Representative, RepresentativeRole
from events.actions import calendars, follow_up
from events.actions.door import ticket_of
from events.models import Meeting, Participant, Programme, StepDone
from insight.actions import CONFIRM, MANAGE
from missions.actions import learning, runs
from missions.models import Method
from notifications.actions import queue_email
from notifications.models import Email, Suppression
from notifications.tokens import SETTINGS, token
from platforms.actions import talk
from platforms.actions.talk_mail import FOR_STOP
from platforms.models import Agreement, JoinRequest, PartnershipMember, SpaceInvitation, SpaceLink, SpaceReport
from s3hub.management.commands.routes import routes
from tests.events.judging import make_assessment, make_round
from tests.events.making import make_event, make_matchmaking, make_meeter, make_registration
from tests.factories import (
    make_actor,
    make_area,
    make_decision,
    make_document,
    make_municipality,
    make_partnership,
    make_space,
    make_subscription,
    make_task,
    make_theme,
    make_user,
)
from tests.missions.filling import make_commitment, make_experiment, make_indicator, make_mission
from tests.missions.making import make_evidence, make_need, make_statement
from tests.missions.making import make_mission as make_errand
from tests.missions.method_making import make_method, make_version
from tests.missions.running import make_version as make_version_of_a_run
from tests.staff import sign_in

ANONYMOUS = "anonymous"
PERSONAS = (ANONYMOUS, "member", "owner", "editor", "other", "half_curator", "curator", "superuser")
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==")
BACKEND = "django.contrib.auth.backends.ModelBackend"


def _people():
    people = {name: make_user(f"{name}@example.org", name=f"The {name}") for name in PERSONAS[1:]}
    for name in ("half_curator", "curator"):
        people[name].is_staff = True
        people[name].save()
        people[name].groups.add(Group.objects.get(name="curators"))
    people["superuser"].is_staff = people["superuser"].is_superuser = True
    people["superuser"].save()
    return people


class World:
    """Real rows that could leak: a published and a draft actor of one company, another company's, an open claim; and a
    private space with the owner as coordinator, the editor as member, `member` as observer, an invitation to somebody
    else, a link for a meeting, and a request by `other`; its partnership, and one that is not public yet; a mission of
    the space that is not public, one that is, and one that staff keep."""

    def __init__(self):
        self.people = people = _people()
        company = [people["owner"]]
        self.public = make_actor("Public Works", representatives=company)
        self.draft = make_actor("Secret Draft", representatives=company, status=ActorStatus.DRAFT)
        self.waiting = make_actor("Waiting Room", representatives=company, status=ActorStatus.SUBMITTED)
        self.foreign = make_actor("Other Company", representatives=[people["other"]])
        for actor in (self.public, self.draft, self.waiting):
            Representative.objects.create(actor=actor, user=people["editor"], role=RepresentativeRole.EDITOR)
        self.claim = Claim.objects.create(actor=self.public, user=people["member"], message="Please")
        context = {"name": "Eva", "actor": "Public Works", "slug": self.public.slug, "text": ""}
        self.mail = queue_email(to="x@example.org", template="claim_approved", context=context, language="sv", key="k")
        self.space = make_space(
            "Secret Room",
            partnership=make_partnership("Fresh Coast", members=[self.public]),
            coordinator=people["owner"],
            members=[people["editor"]],
            observers=[people["member"]],
        )
        self.codes = {name: self._closed(name, is_public=name == "told") for name in ("closed", "told")}
        together = self.space.partnership
        self.member_of = PartnershipMember.objects.get(partnership=together)
        self.unpublished = make_partnership("Secret Plan", members=[self.draft], is_published=False)
        for one in (together, self.unpublished):
            Agreement.objects.create(partnership=one, version=1, text_sv="Vi lovar.")
        self.slugs = {"room": self.space.slug, "together": together.slug, "secret_plan": self.unpublished.slug}
        self.evidence = self._missions()
        self.forms = {"agreement_accept": f"member={self.member_of.pk}"}  # what a hand-made request would send
        self.slugs |= self._methods(owner=people["owner"])
        owner, until = people["owner"], timezone.now() + timedelta(days=1)
        self.invitation = SpaceInvitation.objects.create(space=self.space, by=owner, email="invited@example.org")
        self.link = SpaceLink.objects.create(space=self.space, by=owner, expires_at=until)
        self.request = JoinRequest.objects.create(space=self.space, user=people["other"])
        self.tokens = {"meeting": self.link.token}
        document = make_document(self.space, "Secret Plan.png", PIXEL)
        document.versions.update(previews=1)
        version = document.versions.get()
        version.file.storage.save(version.preview_name(1), version.file.open())
        make_decision(self.space, "Secret Proposal")
        make_task(self.space, "Secret Errand", owner=people["editor"])
        self.thread = talk.start(self.space, by=people["editor"], title="Secret Talk", body="Secret Words").thread
        self.news = make_subscription("news@example.org")
        self.tokens |= self._tokens(people["editor"])
        self._meetings()
        mission = self._mission()
        evidence, ran = self._run(mission)
        self._events()
        self.slugs |= {"mission": mission.slug, "ran": ran.slug}
        self._seats()
        self.came = self._gathering()
        self.rows = self._admin_rows()
        self.content_type = ContentType.objects.get_for_model(Actor)
        self.pks = {
            "claim_decide": self.claim.pk,
            "admin:actors_actor_review": self.waiting.pk,
            "admin:platforms_partnership_move": together.pk,
            "admin:actors_actor_merge": self.public.pk,
            "admin:notifications_email_html": self.mail.pk,
            "space_member": self.space.members.get(user=owner).pk,
            "space_member_remove": self.space.members.get(user=people["editor"]).pk,
            "space_request": self.request.pk,
            "invitation_one": self.invitation.pk,
            "space_link": self.link.pk,
            "stage_evidence_remove": evidence.pk,
            "measurement_edit": mission.indicators.get().measurements.get().pk,
            "evidence_remove": self.evidence.pk,
            "experiment_evidence_remove": mission.evidence.get().pk,
            **dict.fromkeys(("event_certificate_of", "event_check_in"), self.came.pk),
        }
        self._ability(people["owner"])
        self.numbers |= {"offer": 2, "offer_withdraw": 2, "offer_answer": 2}  # within the mission; else the first

    def _ability(self, owner):
        """An open round that asks the company and another organisation; a programme that the owner has completed, with
        a task handed in, and one that is not public."""
        round_ = make_round()
        asked = make_assessment(round_, self.public)
        make_assessment(round_, self.foreign)
        self.pks |= {name: round_.pk for name in ("ability_answer", "ability_in_role", "ability_round")}
        steps = ("edit", "ask", "take_away", "remind", "close")
        self.pks |= {f"ability_round_{step}": round_.pk for step in steps}
        self.numbers = dict.fromkeys(("ability_answer", "ability_in_role"), asked.pk)
        made = [
            Programme.objects.create(slug=slug, title_sv=slug, ability_sv="A", is_published=slug == "course")
            for slug in ("course", "secret-course")
        ]
        self.slugs |= {"course": "course", "secret_course": "secret-course"}
        _study, task, _last = (
            made[0].steps.create(number=number, kind=kind, title_sv=kind)
            for number, kind in enumerate(("study", "task", "study"), 1)
        )
        facts = {"user": owner, "actor": self.public, "completed_at": timezone.now()}
        participant = Participant.objects.create(programme=made[0], **facts)
        handed_in = StepDone.objects.create(participant=participant, step=task, words="Secret Plan")
        self.pks["programme_task"] = handed_in.pk
        self.forms["programme_step_move"] = "way=down"

    def _tokens(self, editor):
        """What the links of mails carry."""
        asked = round(timezone.now().timestamp() * MILLISECOND)
        answer = token(PURPOSE, self.public.pk, editor.pk, asked)
        return {
            **dict.fromkeys(("digest_by_mail", "mail_stop"), token(SETTINGS, editor.pk)),
            "news_confirm": token(CONFIRM, self.news.pk),
            "news_manage": token(MANAGE, self.news.pk),
            "follow_stop": token(FOR_STOP, self.thread.pk, editor.pk),
            **dict.fromkeys(("still_right", "still_right_left"), answer),
        }

    def _meetings(self):
        """A public matchmaking of the space, to which the editor comes, and a guest; the owner's calendar."""
        event = make_matchmaking(make_event("Public Matching", space=self.space)).event
        editor = make_meeter(event, self.people["editor"], offers="Secret Offer")
        guest = make_meeter(event, email="guest@example.org", wishes="Secret Wish")
        self.meeting = Meeting.objects.create(event=event, asker=editor, asked=guest, state="declined")
        self.slugs["matching"] = event.slug
        self.tokens |= dict.fromkeys(("matching_guest", "matching_guest_ics"), guest.token)
        self.tokens["meeting_follow_up"] = token(follow_up.PURPOSE, guest.pk)
        self.tokens["calendar_feed"] = calendars.make_feed(by=self.people["owner"]).token

    def _mission(self):
        """The public mission of the private space, with a promise, and an offer of the other company's."""
        mission = make_mission("Living Bays", space=self.space)
        make_commitment(mission, "Public Promise", actor=self.public, user=self.people["editor"])
        offer = {"actor": self.foreign, "offered_by": self.people["other"], "state": "offered"}
        make_commitment(mission, "Secret Offer", **offer)
        make_evidence(make_experiment(mission, "Public Trial"))
        make_need(mission, "Public Need")
        make_indicator(mission, "Public Count", values=[(timezone.localdate(), 12)])
        return mission

    def _events(self):
        """A public event, and of the private space a draft and one for its people; by what the table calls them."""
        secret = {"space": self.space, "place": "Secret Place"}
        made = {
            "meeting": make_event("Public Meeting", organisers=[self.public]),
            "secret_draft": make_event("Secret Draft Meeting", state="draft", **secret),
            "inside": make_event("Secret Meeting", audience="partnership", **secret),
        }
        self.slugs |= {name: event.slug for name, event in made.items()}
        self.event = made["meeting"]

    def _missions(self):
        """Evidence in a mission of the space; missions by what they are called in the table."""
        errand = make_errand("Secret Errand", space=self.space, is_published=False)
        open_errand = make_errand("Open Errand", space=self.space)
        self.slugs |= {"errand": errand.slug, "open_errand": open_errand.slug}
        make_statement(open_errand)
        return make_evidence(make_statement(errand, "secret if"))

    def _run(self, mission):
        """Evidence in the open stage of a run of it with a proposal, and the run's method."""
        owner = self.people["owner"]
        run = runs.start_run(mission, by=owner, version=make_version_of_a_run("tema", "tva"))
        stage = run.stages.select_related("stage").get(position=1)
        stage.run = run
        learning.propose(run, by=owner, stage="", part="stage", text="Secret Change", learning="Secret Lesson")
        thing = {"url": "https://example.org/"}
        return runs.attach(stage, "tema-out", by=owner, thing=thing), run.method_version.method

    def _seats(self):
        """An event for everybody, one of the space's people only, and a guest's seat."""
        public, closed = (
            make_event("Public Event"),
            make_event("Secret Event", audience="partnership", space=self.space),
        )
        self.slugs |= {"seating": public.slug, "closed_seating": closed.slug}
        seat = make_registration(public, email="guest@example.org")
        self.tokens |= dict.fromkeys(("event_seat", "event_seat_ics"), seat.token)

    def _gathering(self):
        """The registration of `member`, who came to an event of the space that is over."""
        event = make_event("Open Gathering", space=self.space, days=-2)
        came = make_registration(event, self.people["member"], came=True)
        guest = make_registration(event, email="guest@example.org", name="Secret Guest", came=True)
        self.slugs["gathering"], self.forms["event_tick"] = event.slug, f"came={came.pk}"
        names = ("event_ticket_by_link", "event_others_by_link", "event_certificate_by_link")
        self.tokens |= dict.fromkeys(names, guest.token)
        return came

    def _closed(self, name, **fields):
        """The code of the report of a closed space of the owner's."""
        space = make_space(f"Secret {name}", coordinator=self.people["owner"], state="closed", closed_at=timezone.now())
        report = SpaceReport.objects.create(space=space, title=name, purpose="P", learnings="L", **fields)
        return report.code

    def _methods(self, owner):
        """The slugs of a method with two versions and a draft that differs, and of one that has only a draft."""
        library = make_method(versions=2, owners=[owner], name={"sv": "Public Method", "en": ""})
        make_version(library, 3, published=False, name={"sv": "Secret Method", "en": ""})
        plan = Method.objects.create(slug="secret-method")
        plan.owners.add(owner)
        make_version(plan, 1, published=False, name={"sv": "Secret Method", "en": ""})
        self.method, self.forms["method_stage_move"] = library, "way=down"
        return {"library": library.slug, "secret_method": plan.slug}

    def _admin_rows(self):
        """One row of every model that the admin shows, by `app_model`."""
        owner = self.people["owner"]
        made = {
            "actors_actor": self.public,
            "actors_area": make_area(),
            "actors_theme": make_theme(),
            "actors_municipality": make_municipality(),
            "actors_competence": Competence.objects.create(slug="c", name_sv="C"),
            "actors_claim": self.claim,
            "actors_representative": Representative.objects.first(),
            "actors_merge": actions.merge(make_actor(), make_actor(), by=self.people["curator"]),
            "accounts_user": owner,
            "accounts_auditentry": AuditEntry.objects.record(by=owner, verb="x.y", target=self.public),
            "notifications_email": Email.objects.first(),
            "notifications_suppression": Suppression.objects.create(address="gone@example.org"),
            "platforms_partnership": self.space.partnership,
            "missions_mission": make_mission("Kept by staff"),
            "missions_method": self.method,
            "events_event": self.event,
            "events_registration": self.meeting.asker,
            "events_profile": self.meeting.asker.profile,
            "events_meeting": self.meeting,
            "insight_subscription": self.news,
            "auth_group": Group.objects.get(name="curators"),
        }
        return {name: row.pk for name, row in made.items()}

    @cached_property
    def clients(self):
        return {name: self._client(name) for name in PERSONAS}

    def _client(self, name):
        client = Client()
        if name in {"curator", "superuser"}:
            sign_in(client, self.people[name])
        elif name != ANONYMOUS:
            client.force_login(self.people[name], backend=BACKEND)
        return client

    def ask(self, persona, method, path, data=None):
        """The answer to a request whose traces are rolled back, so that every cell of the table starts alike."""
        cache.clear()
        client = self.clients[persona]
        jar = client.cookies.copy()
        with transaction.atomic():
            answer = client.generic(method, path, **(form(data) if method == "POST" else {}))
            transaction.set_rollback(True)
        client.cookies = jar
        return answer


def form(data):
    return {"data": data or "", "content_type": "application/x-www-form-urlencoded"}


def starts_with(location, name):
    try:
        return location.startswith(reverse(name))
    except NoReverseMatch:
        return False


def word(answer):
    """`200`, `404` …; a redirect is `login`, `factor` (set up or show the second one), or `302`."""
    if answer.status_code != 302:
        return str(answer.status_code)
    if any(starts_with(answer["Location"], name) for name in (settings.LOGIN_URL, "admin:login")):
        return "login"
    return "factor" if starts_with(answer["Location"], "mfa_index") else "302"


def named_routes():
    return [route for route in routes() if "(" not in route["name"]]


def arguments(world, route, target):
    """Values for the parts of the path: those of the target row, and of the row that the admin shows."""
    actors = {"public": world.public, "draft": world.draft, "foreign": world.foreign}
    model = route["name"].removeprefix("admin:").rsplit("_", 1)[0]
    values = {
        "slug": actors[target].slug if target in actors else world.slugs.get(target, ""),
        "step": {"mission_step": "start", "event_step": "cancel"}.get(route["name"], "pause"),
        "kind": "experiment" if route["name"].startswith("portfolio_") else "talk_post",
        "template": "digest",
        "case": "full",
        "language": "sv",
        "look": "dark",
        "code": world.codes.get(target, ""),
        "format": "csv",
        "number": world.numbers.get(route["name"], 1),
        "first": 1,
        "second": 2,
        "version": 1,
        "page": 1,
        "stage": "tema",
        "key": "tema-out",
        "proposal": 1,
        "what": "events",
        "ticket": ticket_of(world.came),
        "part": "pages",
        "app_label": "actors",
        "content_type_id": world.content_type.pk,
        "object_id": world.public.pk if route["name"] == "admin:view_on_site" else world.rows.get(model, 987654),
        "pk": world.pks.get(route["name"]) or world.rows.get(model, 1),
    }
    values["other"] = world.foreign.pk
    values["actor"] = world.foreign.pk
    values["token"] = world.tokens.get(route["name"], world.invitation.token)
    values["post"] = 1
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", route["en"])
    return {name: values[name] for name in wanted}
