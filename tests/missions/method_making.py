"""Real rows of methods for tests, and what they say as plain data."""

from itertools import count

from django.utils import timezone

from missions import content
from missions.models import EvidenceKind, Method, MethodRole, Mission, Run

_number = count(1)


def both(sv, en=""):
    return {"sv": sv, "en": en}


def stage(slug="tema", **said):
    """A stage in the fixed form; its name is its slug unless told otherwise."""
    values = {
        "order": 1,
        "slug": slug,
        "short_sv": slug.title(),
        "short_en": "",
        "name": both(slug.title()),
        "purpose": both("Komma i gång."),
        "activities": [],
        "outputs": [],
        "gate": [],
        "duration_weeks": {"min": None, "max": None},
        "roles": [],
    }
    return values | said


def method_said(slug="metod", *stages, **said):
    """What a method says in the fixed form; without stages it has one."""
    values = {
        "slug": slug,
        "name": both("Vår metod", "Our method"),
        "origin": {"text": both(""), "sources": []},
        "suits": both(""),
        "duration_weeks": {"min": None, "max": None},
        "stages": [one | {"order": place} for place, one in enumerate(stages or [stage()], 1)],
    }
    return values | said


def make_words():
    """The roles and kinds of evidence that the tests' methods name."""
    for slug, sv, en in (("leader", "Ledare", "Leader"), ("voice", "Röst", "Voice")):
        MethodRole.objects.get_or_create(slug=slug, defaults={"name_sv": sv, "name_en": en})
    for slug, sv, en in (("document", "Dokument", "Document"), ("decision", "Beslut", "Decision")):
        EvidenceKind.objects.get_or_create(slug=slug, defaults={"name_sv": sv, "name_en": en})


def full_stage(slug="tema", **said):
    """A stage with something of each kind."""
    values = {
        "purpose": both("Välj tema och behov.", "Choose theme and need."),
        "activities": [{"key": "collect", **both("Samla behov", "Collect needs")}],
        "outputs": [{"key": "need", **both("Behovsbeskrivning", "Description of need"), "evidence_kind": "document"}],
        "gate": [
            {"key": "one-theme", **both("Är ett tema valt?", "Is one theme chosen?"), "required": True},
            {"key": "liked", **both("Är alla nöjda?", "Is everybody pleased?"), "required": False},
        ],
        "duration_weeks": {"min": 3, "max": 6},
        "roles": ["leader"],
    }
    return stage(slug, **{**values, **said})


def make_method(slug=None, *stages, owners=(), versions=1, **said):
    """A method with published versions that say the same; without stages it has two."""
    slug = slug or f"metod-{next(_number)}"
    make_words()
    method = Method.objects.create(slug=slug)
    method.owners.set(owners)
    for number in range(1, versions + 1):
        make_version(method, number, *stages, **said)
    return method


def make_version(method, number, *stages, published=True, **said):
    version = content.write(method, number, method_said(method.slug, *(stages or two_stages()), **said))
    if published:
        version.published_at = timezone.now()
        version.save()
    return version


def two_stages():
    return full_stage("tema"), full_stage("mal", name=both("Mål", "Goal"))


def make_mission(name="Levande vikar", **fields):
    number = next(_number)
    values = {
        "slug": f"kept-{number}",
        "name_sv": name,
        "goal_sv": "Fem vikar före 2028.",
        "is_published": True,
    }
    return Mission.objects.create(**{**values, **fields})


def make_run(version, mission=None, **fields):
    mission = mission or make_mission()
    return Run.objects.create(mission=mission, number=mission.runs.count() + 1, method_version=version, **fields)
