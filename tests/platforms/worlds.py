"""Partnerships and spaces with everything in them, for those who look at their pages."""

from datetime import timedelta

from django.utils import timezone

from actors.models import ActorKind
from platforms import actions
from platforms.actions import decisions, inspection, talk
from platforms.models import Answer, PartnershipMember
from tests.factories import (
    make_actor,
    make_area,
    make_decision,
    make_document,
    make_partnership,
    make_space,
    make_task,
    make_theme,
    make_user,
)
from tests.platforms.making import pdf
from tests.platforms.test_overview import make_post


def make_coast():
    """A partnership with everything on its page, Eva who speaks for one of its organisations, and two others."""
    eva = make_user("eva@example.org", name="Eva Ek")
    theme, top = make_theme("hav", name_sv="Hav", name_en="Sea"), make_area("smart", name_en="Smart industry")
    area = make_area("marine", name_en="Marine technology", parent=top)
    firm = make_actor("Firm", slug="firm", representatives=[eva])
    lead = make_actor("Municipality", kind=ActorKind.PUBLIC)
    together = make_partnership(
        "Frisk kust",
        slug="coast",
        name_en="Healthy coast",
        purpose_en="Half of the bays have living sea floors by 2032.",
        members=[firm, lead, make_actor("University", kind="academia"), make_actor("Park", kind="support")],
        themes=[theme],
        areas=[area],
        lead=lead,
        period="2026–2032",
        other_members="Everybody along the coast",
        source="https://example.org/a-long-address-of-a-source-that-has-to-be-broken",
        certainty="low",
        note="Read in November.",
        is_example=True,
    )
    PartnershipMember.objects.filter(partnership=together, actor=firm).update(is_new=True)
    boss = make_user("boss@example.org", is_staff=True, is_superuser=True)
    for text in ("# What we want\n\nTo share.", "# What we want\n\nTo share *openly*."):
        actions.add_agreement(together, by=boss, text_sv=text, dated_on=None)
    make_space("Living bays", partnership=together, access="ask", purpose="We plan the measurements.")
    make_partnership("Anden", slug="other", status="forming", members=[firm])
    make_partnership("Tredje", slug="third", status="closed")
    return eva, together, boss


def make_talk(space, eva, bo):
    """A discussion with everything in it; its first post."""
    first = talk.start(space, by=eva, title="Who owns the buoys?", body="After the project, **who**?")
    body = (
        "### Plan\n\n1. one\n2. two\n\n> quoted\n\n`code` and ```x```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        + "https://example.org/" + "x" * 200
    )  # fmt: skip
    talk.write(first.thread, by=bo, body=body)
    gone = talk.write(first.thread, by=bo, body="x")
    talk.remove(gone, by=eva)
    talk.edit(first, by=eva, body="Changed", version=1)
    first.refresh_from_db()
    return first


def fill_with_work(space, cora, mia):
    """Give the space everything in it that a person meets there."""
    post = make_post(space, cora)
    post.mentions.create(user=mia)
    make_document(space, "Survey of the inner bay 2025.pdf", pdf(2), note="With sources", by=mia)
    make_document(space, "Plan.txt", by=cora)
    inspection.look_at_due()
    day = timezone.localdate()
    opened = make_decision(space, "Choose five bays", answer_by=day + timedelta(days=3))
    made = make_decision(space, "The measuring begins in April", by=mia)
    decisions.answer(opened, by=cora, answer=Answer.NO, comment="Five are too few")
    decisions.record(made, by=cora, state="decided", outcome="From April.", decided_on=day, present=[mia.pk])
    make_task(space, "Ask the harbour", owner=mia, due_on=day - timedelta(days=2))
    make_task(space, "Order buoys", owner=cora, due_on=day + timedelta(days=6), decision=made)
    make_space("Quiet corner", coordinator=mia, active_at=timezone.now() - timedelta(days=300))
