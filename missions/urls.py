"""Addresses of methods and missions."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from missions.views import method_editor, methods

urlpatterns = [
    # Methods
    path(_("methods/"), methods.method_list, name="method_list"),
    path(_("methods/<slug:slug>/"), methods.method, name="method"),
    path(_("methods/<slug:slug>/<int:number>/"), methods.method_version, name="method_version"),
    path(_("methods/<slug:slug>/<int:number>/method.json"), methods.method_export, name="method_export"),
    path(_("methods/<slug:slug>/<int:first>-<int:second>/"), methods.method_difference, name="method_difference"),
    # The next version of a method
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
