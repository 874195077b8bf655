"""A space with people in it who talk, for the tests of discussions."""

import pytest
from django.urls import reverse
from django.utils import translation

from platforms.actions import talk
from tests.factories import make_actor, make_space, make_user, verified


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def eva():
    return verified(make_user("eva@example.org", name="Eva Ek", language="en"))


@pytest.fixture
def bo():
    return verified(make_user("bo@example.org", name="Bo Berg", language="en"))


@pytest.fixture
def room(eva, bo):
    """Eva coordinates for Bay Works, Bo is a member."""
    space = make_space("Living Bays", coordinator=eva, members=[bo])
    space.members.filter(user=eva).update(on_behalf_of=make_actor("Bay Works"))
    return space


@pytest.fixture
def first(room, eva):
    """The first post of a discussion."""
    return talk.start(room, by=eva, title="Who owns the buoys?", body="After the project, **who**?")


def url(name, thread, *args):
    return reverse(name, args=[thread.space.slug, thread.number, *args])
