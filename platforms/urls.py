"""Addresses of partnerships and spaces. Rows of a space are numbered within it, and always fetched through it."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from platforms.views import decisions, documents, spaces, tasks

urlpatterns = [
    # Spaces
    path(_("spaces/"), spaces.my_spaces, name="my_spaces"),
    path(_("spaces/<slug:slug>/"), spaces.space, name="space"),
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
]
