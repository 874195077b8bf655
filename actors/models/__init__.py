"""The register: what the region's strategy names, who acts in it, and who may change that."""

from actors.models.actor import (
    Actor,
    ActorKind,
    ActorQuerySet,
    ActorStatus,
    Certainty,
    SizeClass,
    SniVersion,
)
from actors.models.curation import Reviewing, TwinPair, TwinSearch
from actors.models.following import Follower
from actors.models.freshness import StillRight
from actors.models.history import ActorArea, ActorCompetence, ActorTheme
from actors.models.loaded import LoadedRow
from actors.models.merge import Merge
from actors.models.people import Claim, ClaimState, Representative, RepresentativeRole, Turn
from actors.models.strategy import Area, Competence, Municipality, Named, Theme

__all__ = [
    "Actor",
    "ActorArea",
    "ActorCompetence",
    "ActorKind",
    "ActorQuerySet",
    "ActorStatus",
    "ActorTheme",
    "Area",
    "Certainty",
    "Claim",
    "ClaimState",
    "Competence",
    "Follower",
    "LoadedRow",
    "Merge",
    "Municipality",
    "Named",
    "Representative",
    "RepresentativeRole",
    "Reviewing",
    "SizeClass",
    "SniVersion",
    "StillRight",
    "Theme",
    "Turn",
    "TwinPair",
    "TwinSearch",
]
