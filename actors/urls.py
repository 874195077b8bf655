"""Addresses of the register."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from actors.views import actor, export, feeds, following, register

urlpatterns = [
    path(_("actors/"), register.actor_list, name="actor_list"),
    path(_("actors/chart/"), register.actor_chart, name="actor_chart"),
    path(_("actors/export.<str:format>"), export.actor_export, name="actor_export"),
    path(_("actors/new.atom"), feeds.actor_feed, name="actor_feed"),
    path(_("open-data/"), export.open_data, name="open_data"),
    path(_("actors/<slug:slug>/"), actor.actor, name="actor"),
    path(_("actors/<slug:slug>/follow/"), following.actor_follow, name="actor_follow"),
]
