"""The methods and missions of a region's folder: how `methods.json` and `missions.csv` are read, and become rows."""

import json
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from actors.region import Kind, Links, Table
from actors.region.files import Faults, Row, choice, read_bytes, slug, text
from actors.region.folder import TOGETHER
from actors.region.kinds import Standing
from missions import content
from missions.models import Criterion, EvidenceKind, Level, Method, MethodRole, MethodVersion, Mission, MissionState
from platforms.models import Partnership
from platforms.region import organisations

METHODS_FILE = "methods.json"
MOST_BYTES = 4 * 1024 * 1024
LISTS = {"method_roles": ("roles",), "evidence_kinds": ("evidence_kinds",), "criteria": ("mission_criteria", "items")}
MISSIONS = {
    **TOGETHER,
    "name_en": text(200),
    "goal_statement": text(500, True, lines=True),
    "goal_statement_en": text(500, lines=True),
    "partnership": slug(False),
    "level": choice(*Level.values),
    "status": choice(MissionState.DOCUMENTED.value, MissionState.CANDIDATE.value),
    "measure": text(1000),
}


# ── Reading methods.json ─────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Words(Table):
    """One of the lists of words in `methods.json`."""

    @property
    def file(self):
        return METHODS_FILE

    def read(self, path, faults):
        given = parsed(path, content.Checker(METHODS_FILE, Faults()))  # a broken file is told by Templates
        for name in LISTS[self.name]:
            given = given.get(name) if isinstance(given, dict) else None
        check = content.Checker(METHODS_FILE, faults)
        rows = [_word(one, at, check) for at, one in check.objects(given, ".".join(LISTS[self.name]), 50)]
        return [Row(None, row) for row in rows]


def _word(given, path, check):
    name = check.both(given.get("label"), f"{path}.label", 120, required=True)
    told = check.both(given.get("description") or given.get("question"), f"{path}.description", 1000)
    return {
        "slug": check.slug(given.get("key"), f"{path}.key", 80),
        "name_sv": name["sv"],
        "name_en": name["en"],
        "description_sv": told["sv"],
        "description_en": told["en"],
    }


@dataclass(frozen=True)
class Templates(Table):
    """The templates of `methods.json`, each in the fixed form of `missions.content`."""

    @property
    def file(self):
        return METHODS_FILE

    def read(self, path, faults):
        check = content.Checker(METHODS_FILE, faults)
        given = parsed(path, check)
        roles, kinds = (_keys(given.get(name)) for name in ("roles", "evidence_kinds"))
        if given and not isinstance(given.get("templates"), list):
            check.fault("templates", _("Must hold `templates`, each with `stages`."))
            return []
        found = check.objects(given.get("templates"), "templates", 50)
        read = [content.read_method(one, at, check, roles, kinds) for at, one in found]
        content.once([one["slug"] for one in read], "templates", check)
        return [Row(None, {"slug": one["slug"], "content": one}) for one in read]


def _keys(words):
    return {one.get("key") for one in words if isinstance(one, dict)} if isinstance(words, list) else set()


def parsed(path, check):
    """The object that the file holds; {} and a noted fault when it holds none."""
    data = read_bytes(path, check.faults, limit=MOST_BYTES)
    try:
        found = json.loads(data or b"")
    except (ValueError, RecursionError) as error:
        check.fault("", str(error))
        return {}
    if not isinstance(found, dict) or not found:
        check.fault("", _("Must be an object."))
        return {}
    return found


# ── Becoming rows ────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Methods(Kind):
    """A method is known by what its newest published version says; a changed template becomes the next version."""

    def plain(self, row, position):
        return {"content": row["content"], "position": position}

    def standing(self, keys):
        methods = self.model.objects.filter(slug__in=keys).with_latest()
        versions = MethodVersion.objects.select_related("method").prefetch_related("stages")
        said = {row.pk: content.read_version(row) for row in versions.filter(pk__in=[m.latest_id for m in methods])}
        return {
            method.slug: Standing(method.pk, {"content": said.get(method.latest_id), "position": method.position})
            for method in methods
        }

    def insert(self, new):
        for key, want in new.items():
            method = Method.objects.create(slug=key, position=want["position"])
            publish(content.write(method, 1, want["content"]))

    def update(self, standing, changes):
        for key, change in changes.items():
            method = Method.objects.select_for_update().get(pk=standing[key].pk)
            if "position" in change:
                Method.objects.filter(pk=method.pk).update(position=change["position"])
            if "content" in change:
                method.versions.drafts().update(number=F("number") + 1)
                last = method.versions.published().order_by("-number").values_list("number", flat=True).first() or 0
                publish(content.write(method, last + 1, change["content"]))


def publish(version):
    """What the folder says is published as it is."""
    MethodVersion.objects.filter(pk=version.pk).update(published_at=timezone.now())


@dataclass(frozen=True)
class Missions(Kind):
    def wanted(self, rows):
        """As the folder says, with each organisation as it stands in the register: merged ones by their new name."""
        found = super().wanted(rows)
        standing = organisations({slug_ for want in found.values() for slug_ in want["actors"]})
        for want in found.values():
            want["actors"] = sorted({standing[one] for one in want["actors"] if one in standing})
        return found

    def made(self):
        return {"is_published": True}


WORDS = ("name_sv", "name_en", "description_sv", "description_en")
TABLES = (
    *(Words(name, {}, ()) for name in LISTS),
    Templates("methods", {}, ()),
    Table("missions", MISSIONS, ("slug",), names="mission"),
)
KINDS = (
    Kind("method_role", "method_roles", MethodRole, "slug", WORDS, is_ordered=True),
    Kind("evidence_kind", "evidence_kinds", EvidenceKind, "slug", WORDS, is_ordered=True),
    Kind("criterion", "criteria", Criterion, "slug", WORDS, is_ordered=True),
    Methods("method", "methods", Method, "slug", ("content",), is_ordered=True),
    Missions(
        "mission",
        "missions",
        Mission,
        "slug",
        ("name_sv", "name_en", "goal_sv", "goal_en", "level", "state", "period", "measure_note", "source", "note"),
        {"partnership": ("partnership_id", Partnership, "slug")},
        {"themes": Links(Mission.themes), "areas": Links(Mission.areas), "actors": Links(Mission.actors)},
        {
            "name_sv": "name",
            "goal_sv": "goal_statement",
            "goal_en": "goal_statement_en",
            "state": "status",
            "period": "time_frame",
            "measure_note": "measure",
            "themes": "theme",
            "actors": "members",
        },
        stamps=("updated_at",),
    ),
)
