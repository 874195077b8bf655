"""Methods and runs for tests."""

from itertools import count

from django.utils import timezone

from missions import content
from missions.actions import runs
from missions.models import Method, MethodVersion

_number = count(1)


def words(text):
    return {"sv": text, "en": f"{text} (en)"}


def make_stage(order, slug, *, required=True):
    return {
        "order": order,
        "slug": slug,
        "short_sv": slug.title(),
        "short_en": "",
        "name": words(f"Steg {slug}"),
        "purpose": words(f"Varför {slug}"),
        "activities": [{"key": f"{slug}-act", **words(f"Gör {slug}")}],
        "outputs": [{"key": f"{slug}-out", **words(f"Resultat {slug}"), "evidence_kind": "document"}],
        "gate": [
            {"key": f"{slug}-must", **words(f"Är {slug} klart?"), "required": required},
            {"key": f"{slug}-may", **words(f"Är {slug} fint?"), "required": False},
        ],
        "duration_weeks": {"min": 1, "max": 3},
        "roles": [],
    }


def make_said(*stages, slug="metod", name="Metod"):
    return {
        "slug": slug,
        "name": words(name),
        "origin": {"text": words(""), "sources": []},
        "suits": words(""),
        "duration_weeks": {"min": 3, "max": 9},
        "stages": [make_stage(place, one) if isinstance(one, str) else one for place, one in enumerate(stages, 1)],
    }


def make_version(*stages, method=None, number=None):
    """A published version whose stages have these slugs; of a new method, or the next one of `method`."""
    method = method or Method.objects.create(slug=f"run-by-{next(_number)}")
    number = number or method.versions.count() + 1
    version = content.write(method, number, make_said(*(stages or ("ett", "tva", "tre"))))
    MethodVersion.objects.filter(pk=version.pk).update(published_at=timezone.now())
    version.refresh_from_db()
    return version


def go(stage, by, learning="We learnt"):
    """Answer the gate with yes, and go on."""
    answers = {item["key"]: ("yes", "") for item in stage.stage.gate}
    return runs.decide(stage, by=by, verdict="go", learning=learning, answers=answers)
