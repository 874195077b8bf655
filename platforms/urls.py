"""Addresses of partnerships and spaces. Rows of a space are numbered within it, and always fetched through it."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from platforms.views import (
    agreements,
    decisions,
    documents,
    ending,
    invitation,
    invitations,
    links,
    members,
    partnerships,
    posts,
    registrar,
    spaces,
    talk,
    tasks,
)

urlpatterns = [
    # Partnerships
    path(_("partnerships/"), partnerships.partnership_list, name="partnership_list"),
    path(_("partnerships/<slug:slug>/"), partnerships.partnership, name="partnership"),
    path(_("partnerships/<slug:slug>/open-a-space/"), partnerships.space_open, name="space_open"),
    path(
        _("partnerships/<slug:slug>/agreement/<int:version>/"),
        agreements.partnership_agreement,
        name="partnership_agreement",
    ),
    path(
        _("partnerships/<slug:slug>/agreement/<int:version>/accept/"),
        agreements.agreement_accept,
        name="agreement_accept",
    ),
    path(_("actors/<slug:slug>/partnerships/"), partnerships.actor_partnerships, name="actor_partnerships"),
    # Spaces
    path(_("spaces/"), spaces.my_spaces, name="my_spaces"),
    path(_("spaces/<slug:slug>/"), spaces.space, name="space"),
    # Settings, pulse and end
    path(_("spaces/<slug:slug>/settings/"), ending.space_settings, name="space_settings"),
    path(_("spaces/<slug:slug>/pulse/"), ending.space_pulse, name="space_pulse"),
    path(_("spaces/<slug:slug>/pulse/<str:step>/"), ending.space_step, name="space_step"),
    path(_("spaces/<slug:slug>/close/"), ending.space_close, name="space_close"),
    path(_("spaces/<slug:slug>/go-on-elsewhere/"), ending.space_merge, name="space_merge"),
    path(_("reports/<str:code>/"), ending.space_report, name="space_report"),
    # The public record
    path(_("registrar/"), registrar.registrar, name="registrar"),
    path(_("registrar/<slug:slug>/"), registrar.space_export, name="space_export"),
    # Members
    path(_("spaces/<slug:slug>/members/"), members.member_list, name="space_members"),
    path(_("spaces/<slug:slug>/members/<int:pk>/"), members.member, name="space_member"),
    path(_("spaces/<slug:slug>/members/<int:pk>/remove/"), members.remove, name="space_member_remove"),
    path(_("spaces/<slug:slug>/leave/"), members.leave, name="space_leave"),
    path(_("spaces/<slug:slug>/welcome/"), members.welcome, name="space_welcome"),
    path(_("spaces/<slug:slug>/join/"), members.door, name="space_door"),
    path(_("spaces/<slug:slug>/requests/<int:pk>/"), members.join_request, name="space_request"),
    # Invitations
    path(_("spaces/<slug:slug>/invitations/"), invitations.invitation_list, name="invitations"),
    path(_("spaces/<slug:slug>/invitations/new/"), invitations.invite, name="invitation_new"),
    path(_("spaces/<slug:slug>/invitations/<int:pk>/"), invitations.one, name="invitation_one"),
    path(_("spaces/<slug:slug>/links/"), links.space_links, name="space_links"),
    path(_("spaces/<slug:slug>/links/<int:pk>/"), links.space_link, name="space_link"),
    # Addresses that are keys
    path(_("invitations/<str:token>/"), invitation.invitation, name="invitation"),
    path(_("invitations/<str:token>/no/"), invitation.decline, name="invitation_decline"),
    path(_("invitations/<str:token>/colleague/"), invitation.pass_on, name="invitation_pass_on"),
    path(_("meeting/<str:token>/"), links.meeting, name="meeting"),
    # Documents
    path(_("spaces/<slug:slug>/documents/"), documents.document_list, name="documents"),
    path(_("spaces/<slug:slug>/documents/<int:number>/"), documents.document, name="document"),
    path(_("spaces/<slug:slug>/documents/<int:number>/title/"), documents.document_edit, name="document_edit"),
    path(_("spaces/<slug:slug>/documents/<int:number>/remove/"), documents.document_remove, name="document_remove"),
    path(
        _("spaces/<slug:slug>/documents/<int:number>/<int:version>/file/"),
        documents.document_file,
        name="document_file",
    ),
    path(
        _("spaces/<slug:slug>/documents/<int:number>/<int:version>/preview/<int:page>/"),
        documents.document_preview,
        name="document_preview",
    ),
    # Decisions
    path(_("spaces/<slug:slug>/decisions/"), decisions.decision_list, name="decisions"),
    path(_("spaces/<slug:slug>/decisions/new/"), decisions.decision_new, name="decision_new"),
    path(_("spaces/<slug:slug>/decisions/log.<str:format>"), decisions.decision_export, name="decision_log"),
    path(_("spaces/<slug:slug>/decisions/<int:number>/"), decisions.decision, name="decision"),
    path(_("spaces/<slug:slug>/decisions/<int:number>/change/"), decisions.decision_edit, name="decision_edit"),
    path(_("spaces/<slug:slug>/decisions/<int:number>/outcome/"), decisions.decision_record, name="decision_record"),
    # Tasks
    path(_("spaces/<slug:slug>/tasks/"), tasks.task_list, name="tasks"),
    path(_("spaces/<slug:slug>/tasks/<int:number>/"), tasks.task_edit, name="task_edit"),
    path(_("spaces/<slug:slug>/tasks/<int:number>/done/"), tasks.task_done, name="task_done"),
    # Discussions
    path(_("spaces/<slug:slug>/discussions/"), talk.threads, name="threads"),
    path(_("spaces/<slug:slug>/discussions/new/"), talk.thread_new, name="thread_new"),
    path(_("spaces/<slug:slug>/discussions/names/"), talk.talk_names, name="talk_names"),
    path(_("spaces/<slug:slug>/discussions/<int:number>/"), talk.thread, name="thread"),
    path(_("spaces/<slug:slug>/discussions/<int:number>/follow/"), talk.thread_follow, name="thread_follow"),
    path(_("spaces/<slug:slug>/discussions/<int:number>/close/"), talk.thread_close, name="thread_close"),
    path(_("spaces/<slug:slug>/discussions/<int:number>/move/"), talk.thread_move, name="thread_move"),
    path(_("spaces/<slug:slug>/discussions/<int:number>/<int:post>/change/"), posts.post_edit, name="post_edit"),
    path(_("spaces/<slug:slug>/discussions/<int:number>/<int:post>/history/"), posts.post_history, name="post_history"),
    path(_("spaces/<slug:slug>/discussions/<int:number>/<int:post>/remove/"), posts.post_remove, name="post_remove"),
    path(_("no-more-mails/<str:token>/"), posts.follow_stop, name="follow_stop"),
]
