"""The partnerships of a region's folder: how `partnerships.csv` is read, and how its rows become partnerships."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from actors.models import Actor
from actors.region import Kind, Links, Table
from actors.region.files import choice, day, slug, text
from actors.region.folder import CERTAINTY, TOGETHER
from platforms.models import Partnership, PartnershipMember, PartnershipStatus

FILE = "partnerships.csv"
COLUMNS = {
    **TOGETHER,
    "name_en": text(200),
    "status": choice(*PartnershipStatus.values, required=False),
    "lead": slug(False, limit=120),
    "starts_on": day(),
    "ends_on": day(),
    "other_members": text(1000),
    "kind": slug(limit=40),
    "result": choice("yes", "no", required=False),
    "confidence": CERTAINTY,
}
DATES = ("starts_on", "ends_on")


def check(rows, made, faults):
    for row in rows:
        if row["lead"] and row["lead"] not in row["members"]:
            faults.add(FILE, _("The lead is not one of the members."), line=row.line, column="lead")
        if row["starts_on"] and row["ends_on"] and row["ends_on"] < row["starts_on"]:
            faults.add(FILE, _("The partnership ends before it starts."), line=row.line, column="ends_on")


class Members:
    """Links to member organisations: one that leaves keeps its row with the day, so that acceptances stand."""

    def standing(self, key, keys):
        rows = PartnershipMember.objects.filter(**{f"partnership__{key}__in": keys}, left_on=None)
        linked = defaultdict(list)
        for one, slug_ in rows.values_list(f"partnership__{key}", "actor__slug"):
            linked[one].append(slug_)
        return linked

    def add(self, wanted):
        named = {slug_ for slugs in wanted.values() for slug_ in slugs}
        ids = dict(Actor.objects.filter(slug__in=named).values_list("slug", "pk"))
        PartnershipMember.objects.bulk_create(
            PartnershipMember(partnership_id=pk, actor_id=ids[slug_]) for pk, slugs in wanted.items() for slug_ in slugs
        )

    def replace(self, wanted):
        now = PartnershipMember.objects.filter(partnership__in=list(wanted), left_on=None)
        here = set()
        gone = []
        for pk, partnership, slug_ in now.values_list("pk", "partnership_id", "actor__slug"):
            here.add((partnership, slug_))
            if slug_ not in wanted[partnership]:
                gone.append(pk)
        PartnershipMember.objects.filter(pk__in=gone).update(left_on=timezone.localdate())
        self.add({pk: [one for one in slugs if (pk, one) not in here] for pk, slugs in wanted.items()})


@dataclass(frozen=True)
class Partnerships(Kind):
    def wanted(self, rows):
        """As the folder says, with each organisation as it stands in the register: merged ones by their new name."""
        found = super().wanted(rows)
        named = {slug_ for want in found.values() for slug_ in [*want["members"], want["lead"]] if slug_}
        standing = organisations(named)
        for want in found.values():
            want["members"] = sorted({standing[one] for one in want["members"] if one in standing})
            want["lead"] = standing.get(want["lead"], "")
        return found

    def plain(self, row, position):
        values = super().plain(row, position)
        values["status"] = row["status"] or PartnershipStatus.ACTIVE.value
        values["is_result"] = row["result"] == "yes"
        return values | {name: row[name] or None for name in DATES}

    def made(self):
        return {"is_published": True}


def organisations(slugs):
    """{slug: slug of the actor that it is today}, without those that the register does not have."""
    found, asked = {}, {slug_: slug_ for slug_ in slugs}
    while asked:
        rows = dict(Actor.objects.filter(slug__in=set(asked.values())).values_list("slug", "merged_into__slug"))
        found |= {one: now for one, now in asked.items() if now in rows and not rows[now]}
        asked = {one: rows[now] for one, now in asked.items() if rows.get(now)}
    return found


TABLE = Table("partnerships", COLUMNS, ("slug",), names="partnership", check=check)
KIND = Partnerships(
    "partnership",
    "partnerships",
    Partnership,
    "slug",
    (
        "name_sv",
        "name_en",
        "purpose_sv",
        "purpose_en",
        "status",
        "kind",
        "period",
        *DATES,
        "other_members",
        "source",
        "certainty",
        "note",
        "is_result",
    ),
    {"lead": ("lead_id", Actor, "slug")},
    {"themes": Links(Partnership.themes), "areas": Links(Partnership.areas), "members": Members()},
    {
        "name_sv": "name",
        "purpose_sv": "goal_statement",
        "purpose_en": "goal_statement_en",
        "period": "time_frame",
        "certainty": "confidence",
        "themes": "theme",
        "is_result": "result",
    },
    stamps=("updated_at",),
)
