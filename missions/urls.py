"""Addresses of missions and methods. Statements are numbered within their mission, and fetched through it."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from missions.views import (
    argument,
    learning,
    method_editor,
    methods,
    mission,
    needs,
    report,
    runs,
    steering,
)

urlpatterns = [
    path(_("missions/competences/"), needs.competences_wanted, name="competences_wanted"),
    # One mission
    path(_("new-mission/"), steering.mission_new, name="mission_new"),
    path(_("missions/<slug:slug>/"), mission.mission, name="mission"),
    path(_("missions/<slug:slug>/picture/"), mission.mission_picture, name="mission_picture"),
    path(_("missions/<slug:slug>/goal/"), steering.mission_goal, name="mission_goal"),
    path(_("missions/<slug:slug>/criteria/"), steering.mission_criteria, name="mission_criteria"),
    path(_("missions/<slug:slug>/end/"), steering.mission_end, name="mission_end"),
    path(_("missions/<slug:slug>/space/"), steering.mission_relocate, name="mission_relocate"),
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
    # What it needs, and who has it
    path(_("missions/<slug:slug>/competence/"), needs.mission_needs, name="mission_needs"),
    path(_("missions/<slug:slug>/competence/new/"), needs.need_new, name="need_new"),
    path(_("missions/<slug:slug>/competence/<int:number>/"), needs.need, name="need"),
    path(_("missions/<slug:slug>/competence/<int:number>/remove/"), needs.need_remove, name="need_remove"),
    # Where missions are told of
    path(_("partnerships/<slug:slug>/missions/"), mission.partnership_missions, name="partnership_missions"),
    path(_("actors/<slug:slug>/missions/"), mission.actor_missions, name="actor_missions"),
    path(_("spaces/<slug:slug>/missions/"), mission.space_missions, name="space_missions"),
    path(_("spaces/<slug:slug>/missions/new/"), steering.space_mission_new, name="space_mission_new"),
    # Runs of a method
    path(_("missions/<slug:slug>/runs/"), runs.run_list, name="runs"),
    path(_("missions/<slug:slug>/runs/new/"), runs.run_new, name="run_new"),
    path(_("missions/<slug:slug>/runs/<int:number>/"), runs.run, name="run"),
    path(_("missions/<slug:slug>/runs/<int:number>/roles/"), runs.run_roles, name="run_roles"),
    path(_("missions/<slug:slug>/runs/<int:number>/move/"), runs.run_move, name="run_move"),
    path(_("missions/<slug:slug>/runs/<int:number>/close/"), learning.run_close, name="run_close"),
    path(_("missions/<slug:slug>/runs/<int:number>/learning/"), learning.run_learning, name="run_learning"),
    path(_("missions/<slug:slug>/runs/<int:number>/learning/answers/"), learning.run_review, name="run_review"),
    path(_("missions/<slug:slug>/runs/<int:number>/learning/new/"), learning.proposal_new, name="proposal_new"),
    path(
        _("missions/<slug:slug>/runs/<int:number>/learning/<int:proposal>/"),
        learning.proposal_settle,
        name="proposal_settle",
    ),
    path(
        _("missions/<slug:slug>/runs/<int:number>/learning/<int:proposal>/vote/"),
        learning.proposal_vote,
        name="proposal_vote",
    ),
    path(_("missions/<slug:slug>/runs/<int:number>/stages/<slug:stage>/"), runs.run_stage, name="run_stage"),
    path(_("missions/<slug:slug>/runs/<int:number>/stages/<slug:stage>/tick/"), runs.stage_tick, name="stage_tick"),
    path(_("missions/<slug:slug>/runs/<int:number>/stages/<slug:stage>/gate/"), runs.stage_gate, name="stage_gate"),
    path(_("missions/<slug:slug>/runs/<int:number>/stages/<slug:stage>/skip/"), runs.stage_skip, name="stage_skip"),
    path(
        _("missions/<slug:slug>/runs/<int:number>/stages/<slug:stage>/outputs/<slug:key>/"),
        runs.stage_output,
        name="stage_output",
    ),
    path(
        _("missions/<slug:slug>/runs/<int:number>/stages/<slug:stage>/outputs/<slug:key>/evidence/"),
        runs.stage_evidence,
        name="stage_evidence",
    ),
    path(
        _("missions/<slug:slug>/runs/<int:number>/stages/<slug:stage>/evidence/<int:pk>/remove/"),
        runs.stage_evidence_remove,
        name="stage_evidence_remove",
    ),
    # Methods
    path(_("methods/"), methods.method_list, name="method_list"),
    path(_("methods/<slug:slug>/"), methods.method, name="method"),
    path(_("methods/<slug:slug>/<int:number>/"), methods.method_version, name="method_version"),
    path(_("methods/<slug:slug>/<int:number>/method.json"), methods.method_export, name="method_export"),
    path(_("methods/<slug:slug>/<int:first>-<int:second>/"), methods.method_difference, name="method_difference"),
    path(_("methods/<slug:slug>/report/"), report.method_report, name="method_report"),
    path(_("methods/<slug:slug>/report.pdf"), report.method_report_pdf, name="method_report_pdf"),
    # A new method, and the next version of one
    path(_("new-method/"), method_editor.method_new, name="method_new"),
    path(_("methods/<slug:slug>/draft/"), method_editor.method_draft, name="method_draft"),
    path(_("methods/<slug:slug>/draft/begin/"), method_editor.method_draft_begin, name="method_draft_begin"),
    path(_("methods/<slug:slug>/draft/texts/"), method_editor.method_texts, name="method_texts"),
    path(_("methods/<slug:slug>/draft/new-stage/"), method_editor.method_stage_new, name="method_stage_new"),
    path(_("methods/<slug:slug>/draft/stages/<slug:stage>/"), method_editor.method_stage, name="method_stage"),
    path(
        _("methods/<slug:slug>/draft/stages/<slug:stage>/move/"),
        method_editor.method_stage_move,
        name="method_stage_move",
    ),
    path(
        _("methods/<slug:slug>/draft/stages/<slug:stage>/remove/"),
        method_editor.method_stage_remove,
        name="method_stage_remove",
    ),
    path(_("methods/<slug:slug>/draft/why/"), method_editor.method_why, name="method_why"),
    path(_("methods/<slug:slug>/draft/publish/"), method_editor.method_publish, name="method_publish"),
    path(_("methods/<slug:slug>/draft/discard/"), method_editor.method_discard, name="method_discard"),
    path(_("methods/<slug:slug>/<int:number>/retire/"), method_editor.method_retire, name="method_retire"),
]
