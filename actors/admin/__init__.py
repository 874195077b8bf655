"""The register in the administration."""

from actors.admin.actor import ActorAdmin
from actors.admin.merging import MergeAdmin
from actors.admin.people import ClaimAdmin
from actors.admin.strategy import AreaAdmin, CompetenceAdmin, MunicipalityAdmin, ThemeAdmin
from actors.admin.twins import TwinPairAdmin

__all__ = [
    "ActorAdmin",
    "AreaAdmin",
    "ClaimAdmin",
    "CompetenceAdmin",
    "MergeAdmin",
    "MunicipalityAdmin",
    "ThemeAdmin",
    "TwinPairAdmin",
]
