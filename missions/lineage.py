"""Why a version is as it is: for each place the changes that led to it, as a reader may know them.

What a run taught is named to those who may see its mission; to everybody else it is a run in a partnership, and the
words that came from it stay there.
"""

from dataclasses import dataclass

from missions.difference import Place
from missions.models import Change, Run
from web.templatetags.web import address


@dataclass(frozen=True)
class Because:
    """One answer to "why is it like this?". `run` is None when there is none, or when the reader may not see it."""

    number: int
    reason: str
    is_of_a_run: bool
    run: Run | None
    proposal: object

    @property
    def proposer(self):
        """The organisation that proposed it, where it may be named."""
        who = self.proposal and self.proposal.on_behalf_of
        return who if who and who.is_named else None

    @property
    def url(self):
        """The page of the run, or of its mission where runs have none."""
        if self.run is None:
            return ""
        return address("run", self.run.mission.slug, self.run.number) or address("mission", self.run.mission.slug)


def lineage(method, user, *, upto, after=0):
    """{place: its answers, the newest first} of the versions after `after` and up to `upto`."""
    rows = Change.objects.filter(version__method=method, version__number__gt=after, version__number__lte=upto)
    changes = list(
        rows.select_related("version", "run", "proposal__run", "proposal__on_behalf_of").order_by(
            "-version__number", "pk"
        )
    )
    seen = visible_runs(changes, user)
    found = {}
    for change in changes:
        found.setdefault(Place(change.stage, change.part, change.key), []).append(answer(change, seen))
    return found


def visible_runs(changes, user):
    """The runs behind the changes that `user` may see, by id, each with its mission."""
    ids = {run_of(change) for change in changes} - {None}
    if not ids:
        return {}
    return {run.pk: run for run in Run.objects.visible_to(user).filter(pk__in=ids).select_related("mission")}


def run_of(change):
    return change.run_id or (change.proposal.run_id if change.proposal else None)


def answer(change, seen):
    run = seen.get(run_of(change))
    return Because(
        number=change.version.number,
        reason=change.reason,
        is_of_a_run=run_of(change) is not None,
        run=run,
        proposal=change.proposal if run else None,
    )
