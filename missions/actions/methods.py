"""The way of a method's next version: a draft of the newest one, its changes with their reasons, and publishing it.

One draft at a time: every action locks the method's row first, and judges the right anew under the lock.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry
from missions import content
from missions.difference import Place, difference
from missions.models import Change, Method, Proposal, ProposalState, Stage
from platforms.actions import Outdated
from platforms.models.space import SLUG_TAIL

LAST = 1000  # after those of the region's folder
NO_DRAFT = _("There is no draft any more: it has been published or discarded.")
NO_STAGE = _("The stage has been removed from the draft.")
LAST_STAGE = _("A method has at least one stage.")
TOO_MANY = _("A method has at most %(most)s stages.")
SAYS_THE_SAME = _("The draft says the same as version %(number)s. Change something before you publish it.")
NOT_PUBLISHED = _("Only a published version that is not retired can be retired.")
NOT_RETIRED = _("Only a version that was retired can be taken up again.")
NO_STAGES = _("Add a stage first: a method has at least one.")
KEEPS_METHODS = "missions.change_method"  # staff with this right keep all methods, and begin new ones


class NoDraft(ValidationError):
    """The draft has gone meanwhile."""

    def __init__(self):
        super().__init__(NO_DRAFT, code="draft")


class NoStage(ValidationError):
    """The stage has gone from the draft meanwhile."""

    def __init__(self):
        super().__init__(NO_STAGE, code="stage")


def base_of(method):
    """The version that the next one starts from: the newest that stands, else the last that was retired; or None."""
    versions = method.versions.published().order_by("-number")
    return versions.filter(retired_at=None).first() or versions.first()


def _locked(method, by):
    row = Method.objects.select_for_update().get(pk=method.pk)
    if not Method.objects.editable_by(by).filter(pk=row.pk).exists():
        raise PermissionDenied
    return row


def _draft(method, by):
    draft = _locked(method, by).versions.drafts().select_related("method").first()
    if draft is None:
        raise NoDraft
    return draft


def _stage(draft, slug):
    stage = draft.stages.filter(slug=slug).first()
    if stage is None:
        raise NoStage
    return stage


# ── Beginning and ending ─────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def begin_method(*, by, name_sv, name_en=""):
    """A new method with the draft of its first version, which has no stage yet; who begins it owns it.

    Raises PermissionDenied.
    """
    if not by.has_perm(KEEPS_METHODS):
        raise PermissionDenied
    method = Method.objects.create(slug=_new_slug(name_sv), position=LAST)
    method.owners.add(by)
    draft = method.versions.create(number=1, name_sv=name_sv, name_en=name_en, created_by=by)
    AuditEntry.objects.record(by=by, verb="method.add", target=draft)
    return method


def _new_slug(name):
    base = slugify(name)[:70].strip("-") or "method"
    return f"{base}-{get_random_string(5, SLUG_TAIL)}" if Method.objects.filter(slug=base).exists() else base


@transaction.atomic
def begin_draft(method, *, by):
    """The draft of the next version, which says what the newest one says; the one there is when there is one."""
    row = _locked(method, by)
    if draft := row.versions.drafts().first():
        return draft
    base = base_of(row)
    if base is None:
        raise NoDraft
    last = row.versions.aggregate(last=Max("number"))["last"]
    draft = content.write(row, last + 1, content.read_version(base), created_by=by)
    AuditEntry.objects.record(by=by, verb="method.draft", target=draft)
    return draft


@transaction.atomic
def discard(method, *, by):
    """Delete the draft; a method of which nothing was ever published goes with it, and None is returned."""
    draft = _draft(method, by)
    AuditEntry.objects.record(by=by, verb="method.discard", target=draft)
    draft.delete()
    if draft.method.versions.exists():
        return draft.method
    draft.method.delete()
    return None


@transaction.atomic
def publish(method, *, by, version, news_sv, news_en=""):
    """Publish the draft as it was when it was saved `version` times; from then on the database keeps it as it is.

    Raises Outdated when it was changed since, ValidationError when it says what the newest version says.
    """
    draft = _draft(method, by)
    if draft.version != version:
        raise Outdated(draft)
    if not draft.stages.exists():
        raise ValidationError(NO_STAGES, code="stages")
    base = base_of(draft.method)
    if base and not difference(content.read_version(base), content.read_version(draft)):
        raise ValidationError(SAYS_THE_SAME, code="same", params={"number": base.number})
    draft.news_sv, draft.news_en = news_sv, news_en
    draft.published_at, draft.published_by = timezone.now(), by
    draft.save()
    taken = Proposal.objects.filter(changes__version=draft, state=ProposalState.OPEN)
    Proposal.objects.filter(pk__in=taken.values("pk")).update(state=ProposalState.TAKEN)
    AuditEntry.objects.record(by=by, verb="method.publish", target=draft, reason=news_sv)
    return draft


@transaction.atomic
def retire(version, *, by):
    """No new run starts with it; those that are under way go on."""
    row = _locked(version.method, by).versions.get(pk=version.pk)
    if not row.is_current:
        raise ValidationError(NOT_PUBLISHED, code="state")
    row.retired_at = timezone.now()
    row.save(update_fields=["retired_at"])
    AuditEntry.objects.record(by=by, verb="method.retire", target=row)
    return row


@transaction.atomic
def take_up_again(version, *, by):
    """A version that was retired can start new runs again."""
    row = _locked(version.method, by).versions.get(pk=version.pk)
    if row.retired_at is None:
        raise ValidationError(NOT_RETIRED, code="state")
    row.retired_at = None
    row.save(update_fields=["retired_at"])
    AuditEntry.objects.record(by=by, verb="method.take_up_again", target=row)
    return row


# ── Changing the draft ───────────────────────────────────────────────────────────────────────────────────────────────
class _Changing:
    """Keeps count of a change: the saves of the draft, and the reasons of what differs from the newest version."""

    def __init__(self, method, by, why=None):
        self.draft, self.why = _draft(method, by), why or {}

    def __enter__(self):
        self.before = content.read_version(self.draft)
        return self.draft

    def __exit__(self, failed, *_more):
        if failed:
            return
        after = content.read_version(self.draft)
        if touched := difference(self.before, after).places:
            type(self.draft).objects.filter(pk=self.draft.pk).update(version=F("version") + 1)
            for place in sorted(touched) if any(self.why.values()) else ():
                _write_why(self.draft, place, self.why)
            _forget_undone(self.draft, after)


def _write_why(draft, place, why):
    where = {"stage": place.stage, "part": place.part, "key": place.key}
    Change.objects.update_or_create(version=draft, **where, defaults=why)


def differing(draft, said):
    """The places in which a draft that says `said` differs from the version that it came from."""
    base = base_of(draft.method)
    return difference(content.read_version(base), said).places if base else set()


def _forget_undone(draft, said):
    """A reason for what does not differ any more is none."""
    places = differing(draft, said)
    gone = [one.pk for one in draft.changes.all() if Place(one.stage, one.part, one.key) not in places]
    draft.changes.filter(pk__in=gone).delete()


@transaction.atomic
def change_texts(method, *, by, seen, said, why=None):
    """Change what the draft says outside of its stages. Raises Outdated when somebody saved it since `seen`."""
    with _Changing(method, by, why) as draft:
        if content.stamp(content.texts_of(content.read_version(draft))) != seen:
            raise Outdated(draft)
        columns = content.text_columns(said)
        for name, value in columns.items():
            setattr(draft, name, value)
        draft.save(update_fields=list(columns))
    return draft


@transaction.atomic
def change_stage(method, slug, *, by, seen, said, why=None):
    """Change a stage of the draft; it keeps its slug and its place. Raises Outdated, NoStage."""
    with _Changing(method, by, why) as draft:
        stage = _stage(draft, slug)
        if content.stamp(content.read_stage(stage)) != seen:
            raise Outdated(stage)
        for name, value in content.columns({**said, "slug": slug}).items():
            setattr(stage, name, value)
        stage.save()
    return stage


@transaction.atomic
def add_stage(method, *, by, said, why=None):
    """Add a stage as the last one; its slug comes from its Swedish name."""
    with _Changing(method, by, why) as draft:
        taken = set(draft.stages.values_list("slug", flat=True))
        if len(taken) >= content.MOST_STAGES:
            raise ValidationError(TOO_MANY, code="many", params={"most": content.MOST_STAGES})
        slug = content.key_of({"sv": said["name"]["sv"]}, taken, longest=Stage._meta.get_field("slug").max_length)
        return draft.stages.create(position=len(taken) + 1, **content.columns({**said, "slug": slug}))


@transaction.atomic
def move_stage(method, slug, *, by, up, why=None):
    """One place up or down; where there is none, it stays."""
    with _Changing(method, by, why) as draft:
        stage = _stage(draft, slug)
        other = draft.stages.filter(position=stage.position + (-1 if up else 1)).first()
        if other:
            stage.position, other.position = other.position, stage.position
            Stage.objects.bulk_update([stage, other], ["position"])


@transaction.atomic
def remove_stage(method, slug, *, by, why=None):
    with _Changing(method, by, why) as draft:
        stage = _stage(draft, slug)
        if draft.stages.count() == 1:
            raise ValidationError(LAST_STAGE, code="last")
        stage.delete()
        draft.stages.filter(position__gt=stage.position).update(position=F("position") - 1)


@transaction.atomic
def say_why(method, place, *, by, why):
    """Write down why something in the draft differs from the newest version, or take that away when `why` is empty."""
    draft = _draft(method, by)
    if place not in differing(draft, content.read_version(draft)):
        raise ValidationError(_("Nothing differs there any more."), code="same")
    if any(why.values()):
        _write_why(draft, place, why)
    else:
        draft.changes.filter(stage=place.stage, part=place.part, key=place.key).delete()
