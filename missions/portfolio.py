"""The portfolio of a mission as one reader may see it: three questions, however much there is in it."""

from dataclasses import dataclass, field
from itertools import groupby

from missions import things
from missions.actions.offers import takes_offers
from missions.actions.taking import KEEPER
from missions.argument import has_left
from missions.models import Commitment, CommitmentState, Evidence, Measurement, Mission, MissionState
from missions.series import Series
from platforms.models import Access, SpaceMember, SpaceState


@dataclass(frozen=True)
class Standing:
    """What a person is to a mission: `is_inside` reads names of people, `may_edit` writes, `leads` decides, `reads` may
    read the mission's space."""

    is_inside: bool = False
    may_edit: bool = False
    leads: bool = False
    reads: bool = False


def standing(mission, user):
    """One question at most. Nobody writes in a mission that has ended, or whose space is paused or closed."""
    if not user.is_authenticated:
        return Standing()
    goes_on = mission.state != MissionState.ENDED
    if mission.space_id is None:
        keeps = user.has_perm(KEEPER)
        return Standing(keeps, keeps and goes_on, keeps and goes_on)
    members = SpaceMember.objects.filter(space=mission.space_id, user=user).select_related("space")
    member = members.first()
    if member is None:
        return Standing(reads=mission.space.access == Access.REGISTERED)
    goes_on = goes_on and member.space.state == SpaceState.OPEN
    return Standing(True, goes_on and member.may_write, goes_on and member.is_coordinator, reads=True)


@dataclass
class Wave:
    number: int
    commitments: list

    @property
    def kept(self):
        return sum(one.is_done for one in self.commitments)


@dataclass
class Portfolio:
    """`waves` and `experiments` in their order; `offers` wait for who decides. `series`, the indicators with all their
    values, are read where they are shown: by `series_of`."""

    mission: Mission
    standing: Standing
    waves: list
    offers: list
    experiments: list
    series: list = field(default_factory=list)
    takes_offers: bool = False
    commitments: list = field(default_factory=list)

    @property
    def is_empty(self):
        return not (self.commitments or self.offers or self.experiments or self.series)

    @property
    def kept(self):
        return sum(one.is_done for one in self.commitments)

    @property
    def late(self):
        return sum(one.is_late for one in self.commitments)

    @property
    def open_experiments(self):
        return [one for one in self.experiments if not one.is_over]

    @property
    def over(self):
        return [one for one in self.experiments if one.is_over]


def portfolio_of(mission, user, mine=None):
    """The portfolio as `user` may see it: the public reads organisations, members also people, leaders also offers.
    `mine` is their Standing, when it is known already."""
    mine = mine or standing(mission, user)
    rows = mission.commitments.select_related("actor", "user", "statement").annotate(has_left=has_left(mission, "user"))
    rows = list(rows.exclude(state__in=(CommitmentState.DECLINED, CommitmentState.WITHDRAWN)))
    promised = [one for one in rows if one.state != CommitmentState.OFFERED]
    offers = [one for one in rows if one.state == CommitmentState.OFFERED]
    return Portfolio(
        mission=mission,
        standing=mine,
        waves=waves_of(promised),
        offers=offers if mine.leads else [],
        experiments=list(mission.experiments.select_related("owner_actor", "statement")),
        takes_offers=takes_offers(mission),
        commitments=promised,
    )


def show_evidence(portfolio):
    """Give each experiment its `proofs`, as the reader may read them, and how many are `held` back: one question, and
    one for each kind of things of other apps that is evidence."""
    rows = Evidence.objects.filter(experiment__in=portfolio.experiments).select_related(*things.SELECTED)
    found = {one.pk: [] for one in portfolio.experiments}
    for row in things.show(list(rows), portfolio.mission, inside=portfolio.standing.reads):
        found[row.experiment_id].append(row)
    for one in portfolio.experiments:
        one.proofs, one.held = things.parted(found[one.pk])


def waves_of(commitments):
    ordered = sorted(commitments, key=lambda one: one.wave)
    return [Wave(number, list(rows)) for number, rows in groupby(ordered, key=lambda one: one.wave)]


def series_of(mission):
    """Two questions: the indicators, and all their values."""
    indicators = list(mission.indicators.all())
    values = {}
    for one in Measurement.objects.filter(indicator__mission=mission).order_by("on"):
        values.setdefault(one.indicator_id, []).append(one)
    for indicator in indicators:
        indicator.mission = mission
    return [Series(indicator, values.get(indicator.pk, [])) for indicator in indicators]


def offers_of(user):
    """What `user` offered, or their organisations did, the newest first."""
    rows = Commitment.objects.offered_by(user).select_related("actor", "mission")
    return rows.order_by("-created_at", "-pk")
