"""Whatever happens to memberships, in whatever order: what a person gets to see is what a small model says.

The model knows who is in which space as what, and where each discussion lies. After every step somebody looks: by page,
list, my spaces, file, export and search; and every mail that waits is asked what it would say now. Each text in a space
carries a word of its own, so that nothing can leak unnoticed.
"""

import hashlib
from contextlib import suppress
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from notifications import live
from notifications.models import Email
from notifications.rendering import render
from platforms.actions import NoEntry, invitations, members, pulse, requests, talk
from platforms.actions.addresses import Person
from platforms.actions.report import draft
from platforms.models import Access, Document, DocumentVersion, JoinRequest, SpaceInvitation, SpaceMember
from tests.factories import make_partnership, make_space, make_user

PEOPLE, SPACES = 5, 3
WHO, WHERE = st.integers(0, PEOPLE - 1), st.integers(0, SPACES - 1)
ROLES = st.sampled_from(["coordinator", "member", "observer"])
REFUSED = (NoEntry, PermissionDenied, ValidationError)
pytestmark = pytest.mark.django_db


def canary(space):
    return f"kanariefagel{space.pk}"


class Memberships(RuleBasedStateMachine):
    """`role` maps (space, person) to a role, `threads` a discussion to the space that it lies in."""

    @initialize()
    def begin(self):
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.people = [make_user(f"p{number}@example.org", name=f"Person {number}") for number in range(PEOPLE)]
        for person in self.people:
            EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        self.clients = [self._signed_in(person) for person in self.people]
        partnership = make_partnership()
        accesses = (Access.PRIVATE, Access.PRIVATE, Access.ASK)
        self.spaces = [
            make_space(f"Rum {number}", partnership=partnership, coordinator=self.people[number], access=access)
            for number, access in enumerate(accesses)
        ]
        self.role = {(number, number): "coordinator" for number in range(SPACES)}
        for number in range(SPACES):  # who leads one space is a member of the next
            SpaceMember.objects.create(space=self.spaces[number], user=self.people[(number + 1) % SPACES])
            self.role[number, (number + 1) % SPACES] = "member"
        self.closed, self.paused, self.threads, self.files = set(), set(), [], []
        for number in range(SPACES):
            self._fill(number)

    def _signed_in(self, person):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    def _fill(self, where):
        space, leader = self.spaces[where], self.people[where]
        post = talk.start(space, by=leader, title=f"Samtal {canary(space)}", body=f"Text {canary(space)}")
        self.threads.append([post.thread.pk, where, canary(space)])
        document = Document.objects.create(space=space, number=1, title=f"Plan {canary(space)}", by=leader, latest=1)
        words = canary(space).encode()
        version = DocumentVersion(document=document, number=1, name="plan.txt", content_type="text/plain", size=9)
        version.sha256, version.previews = hashlib.sha256(words).hexdigest(), 0
        version.file.save(f"machine/{space.pk}", ContentFile(words))
        self.files.append((where, document.number))

    def teardown(self):
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    # ── The model ────────────────────────────────────────────────────────────────────────────────────────────────────
    def leads(self, where, who):
        return self.role.get((where, who)) == "coordinator"

    def leaders(self, where):
        return [who for (space, who), role in self.role.items() if space == where and role == "coordinator"]

    def is_open(self, where):
        return where not in self.closed and where not in self.paused

    def try_to(self, act, *args, **kwargs):
        """Whether the action was let through; what it wrote when it was refused is taken back."""
        with suppress(*REFUSED), transaction.atomic():
            act(*args, **kwargs)
            return True
        return False

    # ── What people do ───────────────────────────────────────────────────────────────────────────────────────────────
    @rule(where=WHERE, by=WHO, whom=WHO, role=ROLES)
    def invite(self, where, by, whom, role):
        people = [Person(1, self.people[whom].email, "")]
        done = self.try_to(
            invitations.invite, self.spaces[where], by=self.people[by], people=people, role=role, language="sv"
        )
        assert done == (self.leads(where, by) and self.is_open(where))

    def _invitation(self, where, whom):
        found = SpaceInvitation.objects.filter(space=self.spaces[where], email=self.people[whom].email)
        return found.order_by("-pk").first()

    @rule(where=WHERE, whom=WHO, other=st.none() | WHO)
    def accept(self, where, whom, other):
        """Whoever was invited, or somebody else, opens the invitation that was sent to `whom`."""
        by = whom if other is None else other
        invitation = self._invitation(where, whom)
        if invitation is None:
            return
        inviter = self.people.index(invitation.by)
        alive = (
            invitation.state == "open"
            and invitation.expires_at > timezone.now()
            and self.is_open(where)
            and self.leads(where, inviter)
        )
        done = self.try_to(invitations.accept, invitation, by=self.people[by])
        if alive and whom == by:
            assert done
            order = ["observer", "member", "coordinator"]
            now = self.role.get((where, by), "observer")
            self.role[where, by] = max(now, invitation.role, key=order.index)
            self._nothing_waits(where, by)
        elif (where, by) not in self.role:
            assert not done

    @rule(where=WHERE, whom=WHO)
    def ask_and_be_invited(self, where, whom):
        """Two ways in at once: what is left of the other when one is taken."""
        self.ask_to_join(whom, where)
        self.invite(where, self.leaders(where)[0], whom, "member")
        self.accept(where, whom, None)

    @rule(where=WHERE, whom=WHO)
    def decline(self, where, whom):
        invitation = self._invitation(where, whom)
        if invitation is not None:
            self.try_to(invitations.decline, invitation, reason="")

    @rule(where=WHERE, whom=WHO, by=WHO)
    def revoke(self, where, whom, by):
        invitation = self._invitation(where, whom)
        if invitation is not None:
            done = self.try_to(invitations.revoke, self.spaces[where], invitation.pk, by=self.people[by])
            assert not done or self.leads(where, by)

    @rule(where=WHERE, whom=WHO, by=WHO)
    def resend(self, where, whom, by):
        invitation = self._invitation(where, whom)
        if invitation is not None:
            done = self.try_to(invitations.resend, self.spaces[where], invitation.pk, by=self.people[by])
            assert not done or self.leads(where, by)

    @rule(where=WHERE, whom=WHO)
    def expire(self, where, whom):
        invitation = self._invitation(where, whom)
        if invitation is not None:
            SpaceInvitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    @rule(where=WHERE, by=WHO, whom=WHO)
    def remove(self, where, by, whom):
        found = SpaceMember.objects.filter(space=self.spaces[where], user=self.people[whom]).first()
        done = self.try_to(members.remove, self.spaces[where], found.pk if found else 0, by=self.people[by])
        last = self.leaders(where) == [whom]
        assert done == (self.leads(where, by) and (where, whom) in self.role and not last)
        if done:
            del self.role[where, whom]

    @rule(where=WHERE, by=WHO)
    def leave(self, where, by):
        others = [who for (space, who) in self.role if space == where and who != by]
        done = self.try_to(members.leave, self.spaces[where], by=self.people[by])
        assert done == ((where, by) in self.role and bool(others) and self.leaders(where) != [by])
        if done:
            del self.role[where, by]

    @rule(where=WHERE, by=WHO, whom=WHO, role=ROLES)
    def change_role(self, where, by, whom, role):
        found = SpaceMember.objects.filter(space=self.spaces[where], user=self.people[whom]).first()
        wanted = {"role": role, "on_behalf_of": None}
        done = self.try_to(
            members.change_member, self.spaces[where], found.pk if found else 0, by=self.people[by], **wanted
        )
        last = role != "coordinator" and self.leaders(where) == [whom]
        assert done == (self.leads(where, by) and (where, whom) in self.role and not last)
        if done:
            self.role[where, whom] = role

    @rule(whom=WHO, number=st.integers(0, 9))
    def change_address(self, whom, number):
        """Somebody changes the address of the account: memberships stay, old invitations are for the old address."""
        person = self.people[whom]
        person.email = f"p{whom}-{number}@example.org"
        person.save(update_fields=["email"])
        EmailAddress.objects.filter(user=person).update(email=person.email)

    @rule(by=WHO, what=st.integers(0, SPACES - 1), to=WHERE)
    def move_thread(self, by, what, to):
        pk, where, _word = self.threads[what]
        thread = talk.Thread.objects.select_related("space").get(pk=pk)
        done = self.try_to(talk.move, thread, by=self.people[by], to=self.spaces[to])
        may = self.leads(where, by) and self.leads(to, by) and where != to and self.is_open(where) and self.is_open(to)
        assert done == may
        if done:
            self.threads[what][1] = to

    @rule(by=WHO, what=st.integers(0, SPACES - 1), whom=WHO)
    def speak_to(self, by, what, whom):
        """A post that names somebody: the mail waits, and is asked for its words later."""
        pk, where, word = self.threads[what]
        thread = talk.Thread.objects.select_related("space").get(pk=pk)
        done = self.try_to(talk.write, thread, by=self.people[by], body=f"@Person {whom} {word}")
        assert done == (self.role.get((where, by)) in ("coordinator", "member") and self.is_open(where))

    @rule(where=WHERE, by=WHO)
    def pause(self, where, by):
        done = self.try_to(pulse.pause, self.spaces[where], by=self.people[by])
        assert done == (self.leads(where, by) and self.is_open(where))
        if done:
            self.paused.add(where)

    @rule(where=WHERE, by=WHO)
    def revive(self, where, by):
        done = self.try_to(pulse.revive, self.spaces[where], by=self.people[by])
        assert done == (self.leads(where, by) and where not in self.closed)
        if done:
            self.paused.discard(where)

    @rule(where=WHERE, by=WHO)
    @precondition(lambda self: len(self.closed) == 0)
    def close(self, where, by):
        report = draft(self.spaces[where])
        report.learnings = "Lärdom"
        done = self.try_to(pulse.close, self.spaces[where], by=self.people[by], report=report)
        assert done == (self.leads(where, by) and where not in self.closed)
        if done:
            self.closed.add(where)
            self.paused.discard(where)

    @rule(by=WHO, where=WHERE)
    def ask_to_join(self, by, where):
        self.try_to(requests.ask_to_join, self.spaces[where], by=self.people[by])

    @rule(where=WHERE, by=WHO, role=st.sampled_from(["member", "observer", None]))
    def decide_on_request(self, where, by, role):
        waiting = JoinRequest.objects.filter(space=self.spaces[where], state="open").first()
        if waiting is None:
            return
        done = self.try_to(requests.decide, self.spaces[where], waiting.pk, by=self.people[by], role=role)
        assert done == (self.leads(where, by) and self.is_open(where))
        if done and role:
            who, order = self.people.index(waiting.user), ["observer", "member", "coordinator"]
            self.role[where, who] = max(self.role.get((where, who), "observer"), role, key=order.index)
            self._nothing_waits(where, who)

    def _nothing_waits(self, where, who):
        """Somebody has just been let in: what else was open between the person and the space is answered by that."""
        space, person = self.spaces[where], self.people[who]
        assert not JoinRequest.objects.filter(space=space, user=person, state="open").exists()
        assert not SpaceInvitation.objects.open().filter(space=space, email=person.email).exists()

    # ── What must always hold ────────────────────────────────────────────────────────────────────────────────────────
    @rule(who=WHO)
    def look_around(self, who):
        """One person looks everywhere."""
        mine = {where for where in range(SPACES) if (where, who) in self.role}
        for pk, where, word in self.threads:
            self._looks(who, where in mine, word, self._thread_pages(pk, where))
        for where, number in self.files:
            self._looks(who, where in mine, canary(self.spaces[where]), self._file_pages(where, number))
        for path in (reverse("my_spaces"), reverse("start"), reverse("my_page"), reverse("actor_list") + "?q=kanarie"):
            text = self._text(who, path)
            strangers = {w for pk, where, w in self.threads if where not in mine and w not in self._known(mine)}
            assert [word for word in strangers if word in text] == [], path

    def _known(self, mine):
        """The words that the person may meet somewhere: of discussions and documents in their spaces."""
        return {w for _pk, where, w in self.threads if where in mine} | {canary(self.spaces[where]) for where in mine}

    def _thread_pages(self, pk, where):
        thread = talk.Thread.objects.get(pk=pk)
        slug = self.spaces[where].slug
        yield reverse("thread", args=[slug, thread.number])
        yield reverse("threads", args=[slug])

    def _file_pages(self, where, number):
        slug = self.spaces[where].slug
        yield reverse("document_file", args=[slug, number, 1])
        yield reverse("documents", args=[slug])

    def _looks(self, who, may, word, paths):
        for path in paths:
            text = self._text(who, path)
            assert (word in text) == may, (path, who, may)

    def _text(self, who, path):
        answer = self.clients[who].get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code in (200, 404), (path, answer.status_code)
        return body.decode(errors="replace") if answer.status_code == 200 else ""

    @invariant()
    def the_rows_are_what_the_model_says(self):
        if not hasattr(self, "role"):
            return
        rows = SpaceMember.objects.values_list("space", "user", "role")
        spaces, people = [space.pk for space in self.spaces], [person.pk for person in self.people]
        assert {(spaces.index(s), people.index(u)): role for s, u, role in rows} == self.role
        assert all(self.leaders(where) for where in range(SPACES))

    @rule()
    def every_mail_that_waits_says_nothing_to_strangers(self):
        for email in Email.objects.exclude(live="").filter(state="queued"):
            try:
                words = live.read(email)
            except live.NoLonger:
                continue
            rendered = render(email, live=words)
            told = {
                word
                for _pk, _where, word in self.threads
                if word in f"{rendered.subject}{rendered.text}{rendered.html}"
            }
            if told:
                who = [person.pk for person in self.people].index(email.user_id)
                mine = {where for where in range(SPACES) if (where, who) in self.role}
                assert told <= self._known(mine)


def test_what_a_person_sees_is_what_the_model_says(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    effort = {"max_examples": 20, "stateful_step_count": 30, "deadline": None}
    run_state_machine_as_test(
        Memberships, settings=hypothesis_settings(**effort, suppress_health_check=list(HealthCheck))
    )
