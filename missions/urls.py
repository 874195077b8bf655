"""Addresses of missions."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from missions.views import portfolio

urlpatterns = [path(_("missions/<slug:slug>/"), portfolio.mission_portfolio, name="mission")]
