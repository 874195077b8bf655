"""Whatever happens to news and mails, in whatever order, and wherever a sender dies: each thing is told once.

The model knows of each person and discussion what happened last and whether that still waits for a digest. It hears of
mails only from the mail server, and learns from the outbox only how they ended. `settle` lets everything come to rest.
"""

from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as configured
from hypothesis import HealthCheck
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from notifications import bell, digests, sending, telling
from notifications.forms import choose, end_digest
from notifications.models import DigestSetting, Email, EmailKind, EmailState, Mute, Notification, Suppression
from notifications.smtp import Courier
from platforms.actions import members, talk
from platforms.actions.told import FOLLOWED, place_of, thing_of
from platforms.models import Thread
from tests.clock import moved_clock
from tests.factories import make_space, make_user
from tests.notifications.conftest import mail_server

pytestmark = pytest.mark.django_db(transaction=True)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
PEOPLE, MOST_THREADS = 3, 5
WHO, THREAD = st.integers(0, PEOPLE - 1), st.integers(0, MOST_THREADS - 1)
# Where something can happen while a sender works: what follows is written down, or is not.
POINTS = ("claimed", "worded", "begun", "on the line", "taken", "written")
STARTS = [datetime(*day, 6, tzinfo=STOCKHOLM) for day in ((2027, 3, 26), (2027, 10, 29), (2027, 1, 4))]
ANSWERS = [
    ("", ""),
    *(("rcpt", answer) for answer in ("450 4.2.1 Busy", "421 4.3.2 Closing", "550 5.1.1 No such user")),
    *(("data", answer) for answer in ("451 4.3.0 Later", "554 5.7.1 Looks like spam", "drop", "take and drop")),
    ("away", ""),
]
UNTOLD = (EmailState.FAILED, EmailState.SUPPRESSED, EmailState.WITHDRAWN)
_number = count(1)


class Dead(BaseException):
    """The sender is gone; what it has not committed is gone with it."""


def die():
    raise Dead


@contextmanager
def hooked(passing, worded):
    """While senders work, `passing(point)` is called at each of POINTS, and `worded(emails)` when they are read."""

    def after(function, point, happened):
        def hook(*args, **kwargs):
            found = function(*args, **kwargs)
            if name := point if happened(found, *args) else "":
                passing(name)
            return found

        return hook

    def words_of(batch, real=sending._words_of):
        worded(batch)
        words = real(batch)
        passing("worded")
        return words

    def next_slice(sent, begun, real=sending._next_slice):
        ours = real(sent, begun)
        if sent:
            passing("written")
        if begun:
            passing("begun")
        return ours

    def send(courier, email, message, real=Courier.send):
        passing("on the line")
        answer = real(courier, email, message)
        passing("taken")
        return answer

    with ExitStack() as stack:
        claimed = after(sending._claimed, "claimed", lambda found, *_args: found)
        ended = after(sending._end, "written", lambda *_args: True)
        hooks = {"_claimed": claimed, "_words_of": words_of, "_next_slice": next_slice, "_end": ended}
        for name, hook in hooks.items():
            stack.enter_context(patch.object(sending, name, hook))
        stack.enter_context(patch.object(Courier, "send", send))
        yield


class Digests(RuleBasedStateMachine):
    """`state` says of (person, discussion) whether it "waits", was "told" or "read"; `happened` counts."""

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start):
        self.stack = ExitStack()
        self.clock = self.stack.enter_context(moved_clock(start.astimezone(UTC)))
        SINK.rcpt, SINK.data = {}, {}
        SINK.taken.clear()
        number = next(_number)
        self.people = [
            make_user(f"m{number}.{who}@example.org", name=f"Person {who}", language=("sv", "en")[who % 2])
            for who in range(PEOPLE)
        ]
        self.leader = make_user(f"m{number}@example.org", name="Leader")
        self.space = make_space(coordinator=self.leader, members=self.people)
        DigestSetting.objects.create(user=self.leader, days=0, next_at=None)
        self.threads, self.members = [], set(range(PEOPLE))
        self.state, self.happened, self.news = {}, {}, {}
        self.muted, self.followed = {who: set() for who in range(PEOPLE)}, set()
        self.schedule = {who: SimpleNamespace(days=2, hour=8, most=2) for who in range(PEOPLE)}
        self.unwanted = set()
        self.own, self.ended, self.read, self.moments = {}, {}, {}, {}
        self.judged, self.doubled = 0, set()
        self.post(None, 0)

    def teardown(self):
        if hasattr(self, "stack"):
            self.stack.close()
        for model in (Notification, Email, DigestSetting, Mute, Suppression):
            model.objects.all().delete()
        configured.EMAIL_PORT = SINK.port

    # ── The model ────────────────────────────────────────────────────────────────────────────────────────────────────
    def targets(self, thread, news):
        kind = set() if news.by_name else {f"kind:{news.kind}"}
        return {"everything", place_of(self.space.pk), thing_of(self.threads[thread]), *kind}

    def is_muted(self, who, thread, news):
        return bool(self.muted[who] & self.targets(thread, news))

    def happens(self, thread, by, kind, named, mailed):
        """What a post does to everybody else."""
        for who in self.members - {by}:
            one = (who, thread)
            near = who in named or one in self.followed
            news = SimpleNamespace(kind="posted" if near else kind, by_name=who in named)
            if not news.by_name and self.is_muted(who, thread, news):
                continue
            if self.state.get(one) != "waits" or news.by_name or not self.news[one].by_name:
                self.news[one] = news
            self.happened[one] = self.happened.get(one, 0) + 1
            self.state[one] = "told" if who in mailed else "waits"
            if who in mailed:
                self.own[mailed[who].pk] = (one, self.happened[one])

    def waiting(self, who):
        """{discussion: number of what happened} that a digest of this person would tell now."""
        return {
            thread: self.happened[one, thread]
            for (one, thread), state in self.state.items()
            if one == who and state == "waits" and not self.is_muted(who, thread, self.news[one, thread])
        }

    # ── What happens ─────────────────────────────────────────────────────────────────────────────────────────────────
    def post(self, by, thread, named=()):
        writer = self.leader if by is None else self.people[by]
        body = " ".join(["Hello", *(f"@Person {who}" for who in sorted(named))])
        is_new = thread >= len(self.threads)
        if is_new:
            thread = len(self.threads)
            made = talk.start(self.space, by=writer, title=f"Ärende-{thread:02}", body=body)
            self.threads.append(Thread.objects.select_related("space").get(pk=made.thread_id))
        else:
            made = talk.write(self.threads[thread], by=writer, body=body)
        mails = {mail.user_id: mail for mail in Email.objects.filter(template=FOLLOWED, context__post_id=made.pk)}
        mailed = {who: mails[one.pk] for who, one in enumerate(self.people) if one.pk in mails}
        by_name = SimpleNamespace(by_name=True)
        held_back = {who for who in named if self.is_muted(who, thread, by_name)}
        assert set(named) - {by} - held_back <= set(mailed)
        assert not held_back & set(mailed)
        self.happens(thread, by, "started" if is_new else "posted", set(named) - {by}, mailed)
        for who, mail in mailed.items():
            if mail.kind == EmailKind.REMINDER:
                self.is_within_budget(who, mail)

    def is_within_budget(self, who, mail):
        """Whoever wrote nothing to the person had room for one more in the seven days before."""
        week = Email.objects.filter(kind=EmailKind.REMINDER, user=self.people[who]).exclude(state__in=UNTOLD)
        went = [one.sent_at or one.due_at for one in week]
        chosen = self.schedule[who]
        assert who not in self.unwanted and "everything" not in self.muted[who]
        assert sum(at > mail.due_at - timedelta(days=7) for at in went) <= chosen.most - chosen.days.bit_count()

    @rule(by=st.none() | WHO, thread=THREAD)
    def something_happens(self, by, thread):
        if by is None or by in self.members:
            self.post(by, thread)

    @rule(by=st.none() | WHO, thread=THREAD, whom=WHO)
    def somebody_is_spoken_to(self, by, thread, whom):
        if (by is None or by in self.members) and whom in self.members:
            self.post(by, thread, {whom})

    @rule(who=WHO, thread=THREAD, wanted=st.booleans())
    def follow(self, who, thread, wanted):
        if thread < len(self.threads) and who in self.members:
            talk.follow(self.threads[thread], by=self.people[who], wanted=wanted)
            (self.followed.add if wanted else self.followed.discard)((who, thread))

    @rule(who=WHO, thread=THREAD)
    def look(self, who, thread):
        """Somebody opens a discussion on the site."""
        if thread < len(self.threads) and who in self.members:
            talk.mark_seen(self.threads[thread], self.people[who])
            if (who, thread) in self.state:
                self.state[who, thread] = "read"

    @rule(who=WHO, what=st.sampled_from(["everything", "place", "kind:posted", 0, 1]), muted=st.booleans())
    def mute(self, who, what, muted):
        if what in (0, 1) and what >= len(self.threads):
            return
        target = place_of(self.space.pk) if what == "place" else what
        target = thing_of(self.threads[what]) if what in (0, 1) else target
        telling.set_muted(self.people[who], target, muted=muted)
        (self.muted[who].add if muted else self.muted[who].discard)(target)

    @rule(
        who=WHO,
        days=st.sampled_from([127, 2, 17, 0]),
        hour=st.sampled_from([2, 8, 23]),
        most=st.sampled_from([1, 2, 5]),
        kinds=st.sampled_from([[FOLLOWED], []]),
    )
    def choose_days(self, who, days, hour, most, kinds):
        self.schedule[who] = SimpleNamespace(days=days, hour=hour, most=most)
        setting, _is_new = DigestSetting.objects.get_or_create(user=self.people[who])
        choose(setting, self.clock.now(), days=days, hour=hour, most=most, kinds=kinds)
        (self.unwanted.discard if kinds else self.unwanted.add)(who)

    def end(self, who):
        """One click in a mail."""
        setting, _is_new = DigestSetting.objects.get_or_create(user=self.people[who])
        end_digest(setting)
        self.schedule[who] = SimpleNamespace(days=0, hour=setting.hour, most=setting.most)

    @rule(who=WHO, there=st.booleans())
    def comes_and_goes(self, who, there):
        if there:
            self.comes_back(who)
        else:
            self.is_taken_out(who)

    def is_taken_out(self, who):
        if who in self.members:
            membership = self.space.members.get(user=self.people[who])
            members.remove(self.space, membership.pk, by=self.leader)
            self.members.discard(who)
            self.state = {one: state for one, state in self.state.items() if one[0] != who}
            self.followed = {one for one in self.followed if one[0] != who}
            self.muted[who].discard(place_of(self.space.pk))

    def comes_back(self, who):
        if who not in self.members:
            members.let_in(self.space, self.people[who], role="member")
            self.members.add(who)

    # ── Scheduler, mail server, time ─────────────────────────────────────────────────────────────────────────────────
    @rule(times=st.integers(1, 2))
    def schedule_runs(self, times):
        for _time in range(times):
            digests.queue_due()
        assert not DigestSetting.objects.filter(next_at__lte=self.clock.at).exists()
        for mail in Email.objects.filter(kind=EmailKind.DIGEST).exclude(pk__in=self.moments):
            self.is_chosen(mail)

    @rule(thread=st.none() | THREAD)
    def the_hour_comes(self, thread):
        """The next moment of somebody, mostly with something to tell."""
        if thread is not None:
            self.post(None, thread)
        if due := DigestSetting.objects.exclude(next_at=None).order_by("next_at").first():
            self.clock.at = max(self.clock.at, due.next_at)
        self.schedule_runs(1)

    def is_chosen(self, mail):
        """A digest is for a moment that its person has chosen, has come, and is later than that of the one before."""
        who = [one.pk for one in self.people].index(mail.user_id)
        moment = datetime.strptime(mail.key.split(":")[2], "%Y-%m-%dT%H").replace(tzinfo=UTC)
        there, chosen = moment.astimezone(STOCKHOLM), self.schedule[who]
        skipped = chosen.hour == 2 and there.hour == 3
        assert chosen.days >> there.weekday() & 1 and (there.hour == chosen.hour or skipped)
        earlier = [at for one, at in self.moments.values() if one == who]
        assert moment <= self.clock.at and all(at < moment for at in earlier)
        self.moments[mail.pk] = (who, moment)

    @rule(who=WHO, answer=st.sampled_from(ANSWERS))
    def server_answers(self, who, answer):
        where, text = answer
        address = self.people[who].email
        for told in (SINK.rcpt, SINK.data):
            told.pop(address, None)
        Suppression.objects.filter(address=address).delete()
        if text:
            getattr(SINK, where)[address] = text
        configured.EMAIL_PORT = 1 if where == "away" else SINK.port

    @rule(how=st.sampled_from([{"minutes": 1}, {"minutes": 3}, {"hours": 1}, {"hours": 9}, {"days": 1}, {"days": 6}]))
    def time_passes(self, how):
        self.clock.move(**how)

    # ── Senders ──────────────────────────────────────────────────────────────────────────────────────────────────────
    @rule()
    def send(self):
        self.send_while("", 0, None)

    @rule(point=st.sampled_from(POINTS), nth=st.integers(1, 3))
    def a_sender_dies(self, point, nth):
        self.send_while(point, nth, die)

    @rule(
        point=st.sampled_from(POINTS),
        nth=st.integers(1, 2),
        what=st.sampled_from(["sender", "scheduler", "post", "mention", "look", "mute", "out", "never"]),
        who=WHO,
        thread=THREAD,
    )
    @precondition(lambda self: self.threads)
    def meanwhile(self, point, nth, what, who, thread):
        """Something happens while a sender works."""
        acts = {
            "sender": sending.send_due,
            "scheduler": lambda: self.schedule_runs(1),
            "post": lambda: self.something_happens(None, thread),
            "mention": lambda: self.somebody_is_spoken_to(None, thread, who),
            "look": lambda: self.look(who, thread),
            "mute": lambda: self.mute(who, "everything", True),
            "out": lambda: self.is_taken_out(who),
            "never": lambda: self.end(who),
        }
        self.send_while(point, nth, acts[what])

    def send_while(self, point, nth, act):
        passed = Counter()

        def passing(name):
            passed[name] += 1
            if name == point and passed[name] == nth:
                act()

        with hooked(passing, self.is_worded), suppress(Dead):
            sending.send_due()
        self.judge()

    def is_worded(self, batch):
        """What each digest may tell, as of now."""
        people = [one.pk for one in self.people]
        for mail in batch:
            if mail.kind == EmailKind.DIGEST:
                self.read[mail.pk] = self.waiting(people.index(mail.user_id))

    def judge(self):
        """Look at what the mail server took, and at how mails ended."""
        mails = {mail.message_id: mail for mail in Email.objects.all()}
        for taken in SINK.taken[self.judged :]:
            mail = mails[taken.message["Message-ID"]]
            if mail.state == EmailState.SENDING or SINK.data.get(mail.to) == "take and drop":
                self.doubled.add(mail.pk)
            if mail.kind == EmailKind.DIGEST:
                self.digest_is_right(mail, taken)
        self.judged = len(SINK.taken)
        for ident, times in SINK.ids().items():
            mail = mails[ident]
            assert times == 1 or (mail.kind != EmailKind.DIGEST and mail.pk in self.doubled)
        for mail in mails.values():
            if mail.pk in self.own and mail.state in UNTOLD and mail.pk not in self.ended:
                one, number = self.own[mail.pk]
                if self.state.get(one) == "told" and self.happened[one] == number:
                    self.state[one] = "waits"
                self.ended[mail.pk] = mail.state

    def digest_is_right(self, mail, taken):
        text = taken.message.get_body(("plain",)).get_content()
        told = {number for number, thread in enumerate(self.threads) if thread.title in text}
        who = [one.pk for one in self.people].index(mail.user_id)
        may = self.read[mail.pk]
        assert told, "an empty digest"
        assert told <= set(may), "told again, or what nobody may tell"
        if mail.state == EmailState.SENT:
            for thread in told:
                if self.state.get((who, thread)) == "waits" and self.happened[who, thread] == may[thread]:
                    self.state[who, thread] = "told"

    @rule()
    def settle(self):
        """Everybody who wants digests is here again, the mail server is well, and all that waits is told."""
        SINK.rcpt, SINK.data, configured.EMAIL_PORT = {}, {}, SINK.port
        Suppression.objects.all().delete()
        for days in (36, 8):  # whoever stayed away was to get one a month
            DigestSetting.objects.update(silent=0)
            self.clock.move(days=days)
            self.schedule_runs(1)
            self.send()
        wanting = [who for who in range(PEOPLE) if self.schedule[who].days]
        assert {who: self.waiting(who) for who in wanting if self.waiting(who)} == {}

    # ── What must always hold ────────────────────────────────────────────────────────────────────────────────────────
    @invariant()
    def what_waits_is_what_the_model_says(self):
        if not hasattr(self, "state"):
            return
        people = [one.pk for one in self.people]
        things = [thing_of(thread) for thread in self.threads]
        rows = Notification.objects.pending().filter(user__in=people).values_list("user", "thing")
        waits = {one for one, state in self.state.items() if state == "waits"}
        assert {(people.index(user), things.index(thing)) for user, thing in rows} == waits


SINK = None


@pytest.fixture
def real_server(settings, monkeypatch):
    """One mail server for the whole run; few digests at once, so that several slices are in play."""
    global SINK
    monkeypatch.setattr(sending, "DIGESTS", 2)
    monkeypatch.setattr(sending, "SLICE", 1)
    monkeypatch.setattr(bell, "ring", lambda: True)
    with mail_server() as SINK:
        settings.EMAIL_DELIVERY, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", SINK.port
        yield


def test_every_thing_is_told_once_whatever_happens(real_server):
    how = {"max_examples": 20, "stateful_step_count": 40, "deadline": None, "suppress_health_check": list(HealthCheck)}
    run_state_machine_as_test(Digests, settings=effort(**how))
