"""The tour through events: every page of them, for readers, members, coordinators and staff."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.actions import seat_mails
from events.models import Event, EventSeries, Question
from tests.events.making import make_event, make_event_keeper, make_meeter, make_registration
from tests.events.test_follow_up import make_meeting
from tests.factories import make_actor, make_municipality, make_partnership, make_space, make_theme, make_user
from tests.missions.making import make_mission

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUTTON = "main form.form .actions .btn"
ERRORS = ".summary"


def test_walk_meeting(walk):
    eva, mia = make_user("eva@example.org", name="Eva"), make_user("mia@example.org", name="Mia")
    space = make_space("Living bays", partnership=make_partnership("Coast"), coordinator=eva, members=[mia])
    event = make_many(space)
    read(walk, event)
    walk.enter(mia)
    walk.see("space_events", space.slug)
    walk.enter(eva)
    lead(walk, space)
    walk.enter(make_event_keeper("keeper@example.org"))
    keep(walk, event)


def make_many(space):
    """One event with everything, and one in every state that a reader can come past."""
    firm, town, sea = make_actor("Firm"), make_municipality(), make_theme("sea")
    mission = make_mission("Bays", partnership=space.partnership)
    now, series = timezone.now(), EventSeries.objects.create(rule="FREQ=WEEKLY")
    event = make_event(
        "Clear water", organisers=[firm, make_actor()], organiser_note="Friends", themes=[sea], municipality=town,
        place="Dock", address="Quay 1", access_sv="Ramp", text_sv="Alla är välkomna.", capacity=9, space=space,
        mission=mission, video_link="https://video.example/", series=series, closes_at=now + timedelta(days=9),
    )  # fmt: skip
    make_event("Clear water again", series=series, days=21, moved_from=now, reason="Snow", place="Dock")
    make_event("Off", state="cancelled", reason="Ice", days=3, is_example=True)
    make_registration(make_event("Full", capacity=1))
    make_event("Closed", capacity=1, has_waiting_list=False, audience="registered", confidence="low")
    make_event("Early", opens_at=now + timedelta(days=2))
    make_event("Late", closes_at=now - timedelta(days=2))
    make_event(
        "Told", state="held", days=-90, takes_registrations=False, source="https://example.org/", confidence="low"
    )
    make_event("Bays", mission=mission, organisers=[firm], partnership=space.partnership, state="held", days=-9)
    return event


def read(walk, event):
    for name in ("event_list", "event_archive", "event_chart"):
        walk.see(name)
    walk.see("event_list", query="?month=2031-01")
    for one in Event.objects.exclude(audience="registered"):
        walk.see("event", one.slug)
    for name, slug in (
        ("actor", event.organisers.get(name="Firm").slug),
        ("partnership", event.partnership.slug),
        ("mission", event.mission.slug),
    ):
        walk.see(name, slug)
        walk.see(f"{name}_events", slug)
    walk.see("actor_events", make_actor().slug)
    walk.see("mission_events", make_mission().slug)


def lead(walk, space):
    """What a coordinator does: an event of the space, from its first words to a series."""
    walk.see("space_events", space.slug)
    walk.see("space_event_new", space.slug)
    walk.press(BUTTON, shows=ERRORS)
    walk.page.locator("#questions-add").click()
    walk.page.locator("#questions-row-1").wait_for()
    walk.judge("a fresh question")
    day = timezone.localdate() + timedelta(days=30)
    walk.fill(title_sv="Kväll", starts_at=f"{day}T18:00", ends_at=f"{day}T20:00", place="Bryggan")
    walk.press(BUTTON, shows=".messages")
    slug = Event.objects.latest("pk").slug
    for step in ("publish", "move", "cancel"):
        walk.see("event", slug)
        if step == "cancel":
            repeat(walk, slug)
        walk.see("event_step", slug, step)
        if step == "publish":
            walk.press(BUTTON, shows=".messages")
            continue
        walk.press(BUTTON, shows=ERRORS)
        walk.fill(reason="Snö", **({"place": "Salen"} if step == "move" else {}))
        walk.press(BUTTON, shows=".messages")
    walk.see("space_events", make_space("Empty room", coordinator=space.members.coordinators().get().user).slug)


def repeat(walk, slug):
    walk.see("event_series", slug)
    walk.press(BUTTON, shows=ERRORS)
    walk.fill(times="3")
    walk.press(BUTTON, shows=".messages")
    walk.see("event_edit", slug)
    walk.see("event_copy", slug)
    walk.press(BUTTON, shows=ERRORS)


def keep(walk, event):
    """What staff do: an event without a space, somebody who was faster, and the administration."""
    walk.see("event_list")
    walk.see("event_new")
    walk.press(BUTTON, shows=ERRORS)
    Question.objects.create(event=event, number=1, text_sv="Mat?", kind="care")
    walk.see("event", event.slug)
    walk.see("event_edit", event.slug)
    Event.objects.filter(pk=event.pk).update(version=7, title_sv="Faster")
    walk.press(BUTTON, shows="table", status=409)
    walk.press(BUTTON, shows=".messages")
    over = Event.objects.get(title_sv="Bays")
    Event.objects.filter(pk=over.pk).update(state="published")
    walk.see("event", over.slug)
    walk.see("event_step", over.slug, "hold")
    walk.press(BUTTON, shows=".messages")
    walk.see("admin:events_event_changelist")
    walk.see("admin:events_event_change", event.pk)
    Event.objects.get(pk=event.pk).save()
    walk.press("#content input[name=_save]", shows=".errornote", status=409)
    walk.press("#content input[name=_save]", shows=".messagelist")
    walk.see("admin:events_event_history", event.pk)
    meeting = make_meeting(event, make_meeter(event), make_meeter(event, email="guest@example.org", offers="Givare"))
    seat_mails.queue([meeting.asked], "confirmed", 1)
    for name, row in (("registration", meeting.asked), ("profile", meeting.asked.profile), ("meeting", meeting)):
        walk.see(f"admin:events_{name}_changelist")
        walk.see(f"admin:events_{name}_change", row.pk)
