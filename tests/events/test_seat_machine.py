"""Seats in any order of acts, against a small model: nobody passes anybody in line, and no seat is given twice."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from events.actions import changes, seats
from events.models import Event, Registration
from notifications.models import Email
from tests.events.making import make_event

WHO = st.integers(0, 5)
HOUR = timedelta(hours=1)
FEWEST = 1


class Machine(RuleBasedStateMachine):
    """The model: who has a seat, who is offered one, and the line; whether the event stands; how many mails."""

    def __init__(self):
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()
        self.event = make_event(capacity=2)
        self.capacity, self.is_cancelled = 2, False
        self.seated, self.offered, self.line, self.left = set(), set(), [], set()
        self.mails = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    def row(self, who):
        return Registration.objects.get(event=self.event, email=f"p{who}@example.org")

    def refused(self, act):
        with pytest.raises(ValidationError), transaction.atomic():
            act()

    def fill(self):
        while self.line and len(self.seated | self.offered) < self.capacity and not self.is_cancelled:
            self.offered.add(self.line.pop(0))
            self.mails += 1

    def known(self, who):
        return who in self.seated | self.offered | self.left or who in self.line

    @rule(who=WHO)
    def sign_up(self, who):
        act = lambda: seats.sign_up(  # noqa: E731
            self.event, name=f"P{who}", email=f"p{who}@example.org", language="sv"
        )
        if who in self.seated | self.offered or who in self.line:
            assert act()[1] is False
            return
        if self.is_cancelled:
            self.refused(act)
            return
        act()
        self.mails += 1
        self.left.discard(who)
        if len(self.seated | self.offered) < self.capacity and not self.line:
            self.seated.add(who)
        else:
            self.line.append(who)

    @rule(who=WHO)
    def leave(self, who):
        if not self.known(who):
            return
        seats.leave(self.row(who))
        if who in self.left:
            return
        self.mails += 1
        self._goes(who)

    def _goes(self, who):
        had_seat = who in self.seated | self.offered
        self.seated.discard(who)
        self.offered.discard(who)
        self.line = [one for one in self.line if one != who]
        self.left.add(who)
        if had_seat:
            self.fill()

    @rule(who=WHO)
    def take(self, who):
        if not self.known(who):
            return
        act = lambda: seats.take_offer(self.row(who))  # noqa: E731
        if who in self.seated:
            act()
        elif who in self.offered and not self.is_cancelled:
            act()
            self.offered.remove(who)
            self.seated.add(who)
            self.mails += 1
        else:
            self.refused(act)

    @rule(who=WHO)
    def decline(self, who):
        if not self.known(who):
            return
        act = lambda: seats.decline_offer(self.row(who))  # noqa: E731
        if who in self.offered:
            act()
            self.mails += 1
            self._goes(who)
        elif who in self.left:
            act()
        else:
            self.refused(act)

    @rule(who=WHO)
    def an_offer_ends(self, who):
        if who not in self.offered:
            return
        Registration.objects.filter(pk=self.row(who).pk).update(offered_until=timezone.now() - HOUR)
        self.refused(lambda: seats.take_offer(self.row(who)))
        seats.expire_offers()
        self.mails += 1
        self._goes(who)

    @rule()
    def the_clock_ticks(self):
        seats.expire_offers()
        self.fill()

    @rule(seats_=st.integers(1, 5))
    def capacity_changes(self, seats_):
        self.capacity = max(seats_, len(self.seated | self.offered), FEWEST)
        Event.objects.filter(pk=self.event.pk).update(capacity=self.capacity)
        seats.fill(self.event)
        self.fill()

    def _changed(self, what, **fields):
        Event.objects.filter(pk=self.event.pk).update(sequence=self.event.sequence + 1, **fields)
        self.event.refresh_from_db()
        told = changes.tell_changed(self.event, what)
        assert told == len(self.seated | self.offered) + len(self.line)
        self.mails += told

    @rule(hours=st.integers(1, 400))
    def move(self, hours):
        if not self.is_cancelled:
            start = timezone.now() + hours * HOUR
            self._changed("moved", starts_at=start, ends_at=start + HOUR, moved_from=self.event.starts_at)

    @rule(really=st.integers(0, 4))
    def cancel(self, really):
        if really == 0 and not self.is_cancelled:
            self._changed("cancelled", state="cancelled", reason="Storm")
            self.is_cancelled = True

    @invariant()
    def everybody_stands_where_the_model_says(self):
        rows = {int(row.email[1]): row for row in self.event.registrations.all()}
        by_state = {
            state: {who for who, row in rows.items() if row.state == state}
            for state in ("confirmed", "offered", "left")
        }
        assert by_state == {"confirmed": self.seated, "offered": self.offered, "left": self.left}
        line = self.event.registrations.waiting().with_number()
        assert [(int(row.email[1]), row.number) for row in line] == [(who, n) for n, who in enumerate(self.line, 1)]
        assert len(self.seated | self.offered) <= self.capacity
        assert Email.objects.count() == self.mails
        assert all(row.offered_until <= self.event.starts_at for row in rows.values() if row.state == "offered")


@pytest.mark.django_db
def test_seats_are_what_the_model_says():
    effort = {"max_examples": 20, "stateful_step_count": 35, "deadline": None}
    run_state_machine_as_test(Machine, settings=settings(**effort, suppress_health_check=list(HealthCheck)))
