"""What a version of a method says, as plain data: the form of `methods.json`, of an export and of a comparison.

`read_method` checks a template from a file and gives it in one fixed form; `write` makes rows of it, `read_version`
gives the same form back, so that load → export → load is identical.
"""

import hashlib
import json

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from missions.models import MethodVersion, Stage
from web.region_reader import SLUG, is_http_url
from web.text import clean_line, clean_text

MOST_STAGES, MOST_ITEMS = 20, 30
LONGEST_KEY = 60


class Checker:
    """Reads values that may be of any form; faults are noted with the path of the value, and reading goes on."""

    def __init__(self, file, faults):
        self.file, self.faults = file, faults

    def fault(self, path, what):
        self.faults.add(self.file, what, column=path)

    def text(self, value, path, limit, *, required=False, lines=False):
        if not isinstance(value, str | None):
            self.fault(path, _("Must be a text."))
            return ""
        cleaned = clean_text(value) if lines else clean_line(value)
        if required and not cleaned:
            self.fault(path, _("Must be filled in."))
        if len(cleaned) > limit:
            self.fault(path, _("Longer than %(limit)s characters.") % {"limit": limit})
        return cleaned

    def both(self, value, path, limit, *, required=False, lines=False):
        """A text in both languages; English may be missing."""
        if not isinstance(value, dict | None):
            self.fault(path, _("Must be an object with the texts “sv” and “en”."))
            value = None
        value = value or {}
        return {
            "sv": self.text(value.get("sv"), f"{path}.sv", limit, required=required, lines=lines),
            "en": self.text(value.get("en"), f"{path}.en", limit, lines=lines),
        }

    def slug(self, value, path, limit=LONGEST_KEY):
        if isinstance(value, str) and SLUG.fullmatch(value) and len(value) <= limit:
            return value
        self.fault(path, _("Must be small letters a–z, figures and single hyphens."))
        return ""

    def objects(self, value, path, most):
        """(path, object) of each object in a list that may be missing."""
        if not isinstance(value, list | None) or len(value or ()) > most:
            self.fault(path, _("Must be a list of at most %(most)s.") % {"most": most})
            return
        for place, one in enumerate(value or ()):
            if isinstance(one, dict):
                yield f"{path}[{place}]", one
            else:
                self.fault(f"{path}[{place}]", _("Must be an object."))

    def known(self, value, path, words):
        if value not in words:
            self.fault(path, _("There is no “%(name)s”.") % {"name": value})
        return value

    def weeks(self, value, path):
        value = value if isinstance(value, dict) else {}
        low, high = (self._whole(value.get(name), f"{path}.{name}") for name in ("min", "max"))
        if low is not None and high is not None and high < low:
            self.fault(path, _("The least is more than the most."))
        return {"min": low, "max": high}

    def _whole(self, value, path):
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1000):
            return value
        self.fault(path, _("Must be a whole number from %(low)s to %(high)s.") % {"low": 0, "high": 1000})
        return None


# ── From a file ──────────────────────────────────────────────────────────────────────────────────────────────────────
def read_method(given, path, check, roles, kinds):
    """A template in the fixed form. `roles` and `kinds` are the slugs that it may name; faults go to `check`."""
    origin = given.get("origin") if isinstance(given.get("origin"), dict) else {}
    return {
        "slug": check.slug(given.get("slug"), f"{path}.slug", 80),
        "name": check.both(given.get("name"), f"{path}.name", 120, required=True),
        "origin": {
            "text": check.both(origin.get("text"), f"{path}.origin.text", 2000, lines=True),
            "sources": sources(origin.get("sources"), f"{path}.origin.sources", check),
        },
        "suits": check.both(given.get("suits"), f"{path}.suits", 1000, lines=True),
        "duration_weeks": check.weeks(given.get("duration_weeks"), f"{path}.duration_weeks"),
        "stages": _stages(given.get("stages"), f"{path}.stages", check, roles, kinds),
    }


def sources(given, path, check):
    found = []
    for place, one in enumerate(given if isinstance(given, list) else ()):
        try:
            is_http_url(one if isinstance(one, str) else "")
        except ValidationError:
            check.fault(f"{path}[{place}]", _("Must be an address that begins with http:// or https://."))
        else:
            found.append(one)
    return found


def _stages(given, path, check, roles, kinds):
    stages = [_stage(one, at, check, roles, kinds) for at, one in check.objects(given, path, MOST_STAGES)]
    if not stages:
        check.fault(path, _("A method has at least one stage."))
    stages.sort(key=lambda stage: stage["order"])
    once([stage["slug"] for stage in stages], path, check)
    return [stage | {"order": place} for place, stage in enumerate(stages, 1)]


def _stage(given, path, check, roles, kinds):
    order = given.get("order")
    return {
        "order": order if isinstance(order, int) else 0,
        "slug": check.slug(given.get("slug"), f"{path}.slug", 40),
        "short_sv": check.text(given.get("short_sv"), f"{path}.short_sv", 30, required=True),
        "short_en": check.text(given.get("short_en"), f"{path}.short_en", 30),
        "name": check.both(given.get("name"), f"{path}.name", 120, required=True),
        "purpose": check.both(given.get("purpose"), f"{path}.purpose", 1000, required=True, lines=True),
        "activities": _items(given, "activities", path, check),
        "outputs": _items(given, "outputs", path, check, kinds=kinds),
        "gate": _items(given, "gate", path, check, is_gate=True),
        "duration_weeks": check.weeks(given.get("duration_weeks"), f"{path}.duration_weeks"),
        "roles": [check.known(one, f"{path}.roles", roles) for one in given.get("roles") or () if isinstance(one, str)],
    }


def _items(given, name, path, check, *, kinds=None, is_gate=False):
    """Activities, outputs or questions; one without a key gets it from its words."""
    items = []
    for at, one in check.objects(given.get(name), f"{path}.{name}", MOST_ITEMS):
        words = check.both(one, at, 300, required=True)
        key = one.get("key") or key_of(words, {item["key"] for item in items})
        item = {"key": check.slug(key, f"{at}.key"), **words}
        if kinds is not None:
            item["evidence_kind"] = check.known(one.get("evidence_kind"), f"{at}.evidence_kind", kinds)
        if is_gate:
            item["required"] = one.get("required", True) is not False
        items.append(item)
    once([item["key"] for item in items], f"{path}.{name}", check)
    return items


def key_of(words, taken, longest=LONGEST_KEY):
    """A key for an item from its words (English when there are some) that is not among `taken`."""
    base = slugify(words.get("en") or words.get("sv") or "")[: longest - 4].strip("-") or "item"
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key


def once(keys, path, check):
    for key in sorted({key for key in keys if key and keys.count(key) > 1}):
        check.fault(path, _("“%(name)s” stands there twice.") % {"name": key})


# ── To rows and back ─────────────────────────────────────────────────────────────────────────────────────────────────
def write(method, number, said, **values):
    """Make the draft `number` of `method` that says `said` (the fixed form); returns the MethodVersion."""
    version = MethodVersion.objects.create(
        method=method,
        number=number,
        **text_columns(said),
        **values,
    )
    Stage.objects.bulk_create(
        Stage(version=version, position=stage["order"], **columns(stage)) for stage in said["stages"]
    )
    return version


def columns(stage):
    """A stage in the fixed form as columns of Stage, all but its position."""
    same = ("slug", "short_sv", "short_en", "activities", "outputs", "gate", "roles")
    return {
        **{name: stage[name] for name in same},
        **_both("name", stage["name"]),
        **_both("purpose", stage["purpose"]),
        **_weeks(stage),
    }


def _both(name, words):
    return {f"{name}_sv": words["sv"], f"{name}_en": words["en"]}


def _weeks(said):
    return {"weeks_min": said["duration_weeks"]["min"], "weeks_max": said["duration_weeks"]["max"]}


def read_version(version):
    """What a version says, in the fixed form; its stages may have been prefetched."""
    return {
        "slug": version.method.slug,
        "name": _words(version, "name"),
        "origin": {"text": _words(version, "origin"), "sources": version.sources},
        "suits": _words(version, "suits"),
        "duration_weeks": _duration(version),
        "stages": [read_stage(stage) for stage in sorted(version.stages.all(), key=lambda stage: stage.position)],
    }


def read_stage(stage):
    return {
        "order": stage.position,
        "slug": stage.slug,
        "short_sv": stage.short_sv,
        "short_en": stage.short_en,
        "name": _words(stage, "name"),
        "purpose": _words(stage, "purpose"),
        "activities": stage.activities,
        "outputs": stage.outputs,
        "gate": stage.gate,
        "duration_weeks": _duration(stage),
        "roles": stage.roles,
    }


def texts_of(said):
    """Of what a version says that which is not said by its stages."""
    return {name: said[name] for name in ("name", "origin", "suits", "duration_weeks")}


def text_columns(said):
    """The texts of a version in the fixed form as columns of MethodVersion."""
    return {
        **_both("name", said["name"]),
        **_both("origin", said["origin"]["text"]),
        **_both("suits", said["suits"]),
        "sources": said["origin"]["sources"],
        **_weeks(said),
    }


def stamp(said):
    """A short mark of what something says: a form keeps it, to see that nobody saved in between."""
    plain = {name: value for name, value in said.items() if name != "order"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def _words(row, name):
    return {"sv": getattr(row, f"{name}_sv"), "en": getattr(row, f"{name}_en")}


def _duration(row):
    return {"min": row.weeks_min, "max": row.weeks_max}
