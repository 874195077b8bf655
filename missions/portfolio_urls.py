"""Addresses of all missions and of a mission's portfolio: what is in one is numbered within its mission, and fetched
through it. They stand before those of single missions, whose names they would otherwise be taken for."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from missions.views import offers, overview, portfolio

urlpatterns = [
    # All missions
    path(_("missions/"), overview.mission_list, name="mission_list"),
    path(_("missions/export.<str:format>"), overview.mission_export, name="mission_export"),
    path(_("missions/changed.atom"), overview.mission_feed, name="mission_feed"),
    path(_("missions/portfolio/"), overview.portfolios, name="portfolios"),
    path(_("missions/commitments/"), overview.open_commitments, name="open_commitments"),
    # The portfolio of one
    path(_("missions/<slug:slug>/portfolio/"), portfolio.mission_portfolio, name="mission_portfolio"),
    path(_("missions/<slug:slug>/portfolio/new/<slug:kind>/"), portfolio.portfolio_add, name="portfolio_add"),
    path(
        _("missions/<slug:slug>/portfolio/<slug:kind>/<int:number>/"), portfolio.portfolio_edit, name="portfolio_edit"
    ),
    path(
        _("missions/<slug:slug>/portfolio/<slug:kind>/<int:number>/remove/"),
        portfolio.portfolio_remove,
        name="portfolio_remove",
    ),
    path(
        _("missions/<slug:slug>/portfolio/experiment/<int:number>/evidence/"),
        portfolio.experiment_evidence,
        name="experiment_evidence",
    ),
    path(
        _("missions/<slug:slug>/portfolio/experiment/<int:number>/evidence/<int:pk>/remove/"),
        portfolio.experiment_evidence_remove,
        name="experiment_evidence_remove",
    ),
    path(
        _("missions/<slug:slug>/portfolio/commitment/<int:number>/done/"),
        portfolio.commitment_finish,
        name="commitment_finish",
    ),
    path(
        _("missions/<slug:slug>/portfolio/commitment/<int:number>/not-done/"),
        portfolio.commitment_reopen,
        name="commitment_reopen",
    ),
    path(
        _("missions/<slug:slug>/portfolio/indicator/<int:number>/values/"),
        portfolio.indicator_values,
        name="indicator_values",
    ),
    path(
        _("missions/<slug:slug>/portfolio/indicator/<int:number>/values/<int:pk>/"),
        portfolio.measurement_edit,
        name="measurement_edit",
    ),
    # Offers from outside
    path(_("missions/<slug:slug>/contribute/"), offers.mission_offer, name="mission_offer"),
    path(_("missions/<slug:slug>/contribute/<int:number>/"), offers.offer, name="offer"),
    path(_("missions/<slug:slug>/contribute/<int:number>/withdraw/"), offers.offer_withdraw, name="offer_withdraw"),
    path(_("missions/<slug:slug>/portfolio/offer/<int:number>/answer/"), offers.offer_answer, name="offer_answer"),
]
