"""The demo's rounds, trainings and programme: a rise that the page tells, and something to answer."""

import pytest

from actors.region import load, read_folder
from events.ability import ability_now
from events.between import evidence_of
from events.models import Programme, Round
from s3hub import demo, demo_ability, demo_space
from tests.actors.test_load_region import FIRST_REGION

pytestmark = pytest.mark.django_db


def test_the_demo_has_two_closed_rounds_an_open_one_and_a_programme_made_once():
    load(read_folder(FIRST_REGION))
    demo.make_people()
    demo_space.make()
    for _start in range(2):
        demo_ability.make()

    found = ability_now()
    assert (Round.objects.count(), len(found.rounds), found.open.kind) == (3, 2, "after")
    assert found.is_invented and found.is_told and found.risen["up"] >= 4
    assert found.open.assessments.filter(sent_at=None).count() == 2
    assert [len(gap.trainings) for gap in evidence_of(found)] == [2, 0]
    programme = Programme.objects.get()
    assert (programme.is_example, programme.steps.count(), str(programme.dimension)) == (
        True,
        3,
        "Kompetens och resurser",
    )
