"""The framework of self-assessment in a region's folder: `capability_assessment` in `methods.json`.

A statement that organisations have judged is not overwritten: what they said was said of its words. The difference is
reported as kept.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from actors.region import Kind, Table
from actors.region.files import Faults, Row
from events.models import HIGHEST, AbilityStatement, Dimension, Framework, Judgement
from missions import content
from missions.region import METHODS_FILE, parsed

NAME = {"sv": "Förmåga att arbeta med missioner", "en": "Ability to work with missions"}
SLUG = "capability-assessment"


@dataclass(frozen=True)
class Assessing(Table):
    """What `capability_assessment` says: one framework, its dimensions, or their statements. A region may have none."""

    @property
    def file(self):
        return METHODS_FILE

    def read(self, path, faults):
        is_first = self.name == "frameworks"  # faults are told once
        said = parsed(path, content.Checker(METHODS_FILE, Faults())).get("capability_assessment")
        if said is None:
            return []
        check = content.Checker(METHODS_FILE, faults if is_first else Faults())
        if not isinstance(said, dict):
            check.fault("capability_assessment", _("Must be an object."))
            return []
        return [Row(None, row) for row in READERS[self.name](said, check)]


def _framework(said, check):
    """The framework, with what is wrong anywhere in it."""
    list(_statements(said, check))
    levels = list(check.objects(said.get("levels"), "capability_assessment.levels", HIGHEST + 1))
    values = [one.get("value") for _at, one in levels]
    if values != list(range(HIGHEST + 1)):
        check.fault(
            "capability_assessment.levels", _("Must be the levels 0 to %(highest)s, in order.") % {"highest": HIGHEST}
        )
    name = check.both(said.get("label"), "capability_assessment.label", 200) if said.get("label") else NAME
    return [
        {
            "slug": SLUG,
            "name_sv": name["sv"],
            "name_en": name["en"],
            "levels": [
                {"value": one.get("value"), **check.both(one.get("label"), f"{at}.label", 60, required=True)}
                for at, one in levels
            ],
            "sources": content.sources(said.get("inspiration"), "capability_assessment.inspiration", check),
        }
    ]


def _dimensions(said, check):
    found = []
    for at, one in check.objects(said.get("dimensions"), "capability_assessment.dimensions", 20):
        name = check.both(one.get("label"), f"{at}.label", 120, required=True)
        slug = check.slug(one.get("key"), f"{at}.key", 80)
        found.append({"slug": slug, "number": len(found) + 1, "name_sv": name["sv"], "name_en": name["en"]})
    content.once([one["slug"] for one in found], "capability_assessment.dimensions", check)
    return found


def _statements(said, check):
    found = []
    dimensions = _dimensions(said, check)
    for (at, one), dimension in zip(
        check.objects(said.get("dimensions"), "capability_assessment.dimensions", 20), dimensions, strict=True
    ):
        for number, (place, each) in enumerate(check.objects(one.get("statements"), f"{at}.statements", 10), 1):
            text = check.both(each, place, 300, required=True)
            row = {"slug": check.slug(each.get("key"), f"{place}.key", 80), "number": number}
            found.append(row | {"dimension": dimension["slug"], "text_sv": text["sv"], "text_en": text["en"]})
    content.once([one["slug"] for one in found], "capability_assessment.statements", check)
    return found


READERS = {"frameworks": _framework, "dimensions": _dimensions, "ability_statements": _statements}


@dataclass(frozen=True)
class Dimensions(Kind):
    def made(self):
        return {"framework": Framework.objects.get(slug=SLUG)}


@dataclass(frozen=True)
class Statements(Kind):
    def fixed(self, standing):
        """Those that somebody has judged."""
        keys = {one.pk: key for key, one in standing.items()}
        judged = Judgement.objects.filter(statement__in=keys).values_list("statement", flat=True).distinct()
        return {keys[pk] for pk in judged}


TABLES = tuple(Assessing(name, {}, ()) for name in READERS)
KINDS = (
    Kind("framework", "frameworks", Framework, "slug", ("name_sv", "name_en", "levels", "sources")),
    Dimensions("dimension", "dimensions", Dimension, "slug", ("number", "name_sv", "name_en")),
    Statements(
        "ability_statement",
        "ability_statements",
        AbilityStatement,
        "slug",
        ("number", "text_sv", "text_en"),
        {"dimension": ("dimension_id", Dimension, "slug")},
    ),
)
