"""Addresses of missions and methods. Statements are numbered within their mission, and fetched through it."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from missions.views import argument, mission, steering

urlpatterns = [
    # Missions
    path(_("new-mission/"), steering.mission_new, name="mission_new"),
    path(_("missions/<slug:slug>/"), mission.mission, name="mission"),
    path(_("missions/<slug:slug>/picture/"), mission.mission_picture, name="mission_picture"),
    path(_("missions/<slug:slug>/goal/"), steering.mission_goal, name="mission_goal"),
    path(_("missions/<slug:slug>/criteria/"), steering.mission_criteria, name="mission_criteria"),
    path(_("missions/<slug:slug>/end/"), steering.mission_end, name="mission_end"),
    path(_("missions/<slug:slug>/publish/"), steering.mission_publish, name="mission_publish"),
    path(_("missions/<slug:slug>/step/<str:step>/"), steering.mission_step, name="mission_step"),
    # The theory of change
    path(_("missions/<slug:slug>/statements/new/"), argument.statement_new, name="statement_new"),
    path(_("missions/<slug:slug>/statements/<int:number>/"), argument.statement, name="statement"),
    path(_("missions/<slug:slug>/statements/<int:number>/remove/"), argument.statement_remove, name="statement_remove"),
    path(_("missions/<slug:slug>/statements/<int:number>/evidence/"), argument.evidence_new, name="evidence_new"),
    path(
        _("missions/<slug:slug>/statements/<int:number>/evidence/<int:pk>/remove/"),
        argument.evidence_remove,
        name="evidence_remove",
    ),
    # Where missions are told of
    path(_("partnerships/<slug:slug>/missions/"), mission.partnership_missions, name="partnership_missions"),
    path(_("actors/<slug:slug>/missions/"), mission.actor_missions, name="actor_missions"),
    path(_("spaces/<slug:slug>/missions/"), mission.space_missions, name="space_missions"),
    path(_("spaces/<slug:slug>/missions/new/"), steering.space_mission_new, name="space_mission_new"),
]
