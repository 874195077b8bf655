"""The tour through meetings of two and calendars: a participant, a guest, the organiser, what came of it."""

from datetime import timedelta

import pytest

from actors.models import Competence
from events.actions import follow_up
from events.actions import matching as acts
from events.models import FollowUp, Meeting
from notifications.tokens import token
from tests.events.making import make_event, make_matchmaking, make_meeter, make_registration
from tests.events.test_follow_up import make_meeting
from tests.factories import make_space, make_user, verified

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_walk_matching(walk):
    eva, cora = verified(make_user("eva@example.org", name="Eva Ek")), verified(make_user("cora@example.org"))
    space = make_space(coordinator=cora, members=[eva])
    event = make_event("Matchning: mätning till havs", kind="matchmaking", space=space, slug="matchning")
    Competence.objects.create(slug="sensors", name_sv="Givare", name_en="Sensors")
    walk.enter(cora)
    walk.see("matching_keep", "matchning")
    walk.fill(minutes="500")
    walk.press("[value=times]", shows=".summary")
    walk.fill(minutes="20")
    walk.press("[value=times]", shows=".figures")

    walk.enter(eva)
    walk.see("event_matching", "matchning")
    mine = make_registration(event, eva)
    walk.see("event_matching", "matchning")
    walk.press("[value=profile]", shows=".summary")
    walk.fill(wishes="Givare till bojar")
    walk.press("[value=profile]", shows="#suggestions")
    bo, per, ann = (
        make_meeter(event, email=f"{name}@example.org", offers="Givare", wishes="bojar", organisation="Sjömätt")
        for name in ("bo", "per", "ann")
    )
    acts.ask(bo, mine, line="Er boj och vår givare.")
    acts.decline(acts.ask(mine, per), registration=per)
    acts.ask(mine, ann)
    make_meeter(event, email="li@example.org", offers="Givare")
    walk.see("event_matching", "matchning")
    walk.press(".asked [value=accept]", shows=".course")
    walk.see("matching_guest", bo.token)
    walk.enter(cora)
    walk.see("matching_keep", "matchning")
    walk.press("[value=fill]", shows=".whole")

    walk.leave()
    past = make_matchmaking(make_event("Förra", days=-31)).event
    one, two = make_meeter(past, email="one@example.org"), make_meeter(past, email="two@example.org")
    make_meeting(past, one, two)
    follow_up.ask_due()
    key = token(follow_up.PURPOSE, one.pk)
    walk.see("meeting_follow_up", key)
    walk.press("[value=together]", shows=".outcome")
    FollowUp.objects.update(asked_at=past.starts_at - timedelta(days=60))
    walk.see("meeting_follow_up", key)
    assert Meeting.objects.filter(event=event, state="booked").count() >= 2

    walk.enter(eva)
    walk.see("my_calendar")
    walk.press("[value=make]", shows="#link")
