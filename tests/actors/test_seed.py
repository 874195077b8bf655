import pytest
from django.core.management import CommandError, call_command
from stdnum.se import orgnr

from actors import seed
from actors.models import Actor
from actors.models.history import LINKS
from tests.factories import make_actor, make_area, make_municipality, make_theme, make_user

pytestmark = pytest.mark.django_db


def events_kept():
    return [model.pgh_event_model.objects.count() for model in (Actor, *LINKS)]


def rows():
    fields = "name", "slug", "organisation_number", "status", "description_sv", "latitude", "published_at"
    return list(Actor.objects.filter(source__startswith=seed.MARK).order_by("id").values_list(*fields))


def test_the_same_seed_makes_the_same_register_and_another_seed_another():
    make_municipality(population=100)
    seed.seed(50, 1)
    first = rows()
    seed.seed(50, 1)
    again = rows()
    seed.seed(50, 2)

    assert len(first) == 50
    assert again == first
    assert rows() != first


def test_every_number_is_a_valid_organisations_and_used_once():
    seed.seed(400, 3)

    numbers = list(Actor.objects.exclude(organisation_number="").values_list("organisation_number", flat=True))
    assert len(numbers) > 300
    assert all(orgnr.is_valid(number) and int(number[2]) >= 2 for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_planted_words_stand_in_exactly_their_share_of_ten_thousand_actors():
    writer = seed.Writer(4, municipalities=None)
    texts = [set(writer.description(index).lower().rstrip(".").split()) for index in range(10_000)]

    assert {word: sum(word in text for text in texts) for word in seed.PLANTED} == seed.PLANTED


def test_actors_are_tagged_and_can_be_found_by_their_tags():
    areas, theme, place = [make_area(), make_area()], make_theme(), make_municipality()
    seed.seed(60, 5)

    assert all(area.actors.exists() for area in areas)
    assert theme.actors.exists()
    assert place.actors.exists()
    linked = set(theme.actors.values_list("pk", flat=True))
    assert set(Actor.objects.filter(facets__contains=[f"t:{theme.pk}"]).values_list("pk", flat=True)) == linked


def test_clearing_removes_the_synthetic_actors_only_and_writes_no_history():
    area = make_area()
    real = make_actor(areas=[area])
    seed.seed(30, 6)
    synthetic = Actor.objects.exclude(pk=real.pk).first()
    synthetic.representatives.create(user=make_user())
    events = events_kept()
    assert events == [1, 1, 0, 0, 1], "the real actor's, and the representative that somebody added"

    assert seed.clear() == 30
    assert list(Actor.objects.all()) == [real]
    assert list(area.actors.all()) == [real]
    assert events_kept() == events


def test_a_real_site_is_not_filled_by_mistake(settings):
    settings.SECURE = True

    with pytest.raises(CommandError, match="--force"):
        call_command("seed_registry", actors=3)
    call_command("seed_registry", actors=3, force=True, verbosity=0)

    assert Actor.objects.count() == 3
