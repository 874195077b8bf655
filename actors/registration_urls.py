"""Addresses of registration, claim and editing; they stand before `actors/<slug>/`."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from actors.views import claim, editing, freshness, registration

urlpatterns = [
    path(_("actors/register/"), registration.start, name="registration_start"),
    path(_("actors/register/here-already/"), registration.taken, name="registration_taken"),
    path(_("actors/register/details/"), registration.details, name="registration_details"),
    path(_("actors/register/code/"), registration.code, name="registration_code"),
    path(_("actors/register/code/again/"), registration.code_again, name="registration_code_again"),
    path(_("actors/register/claim-code/"), claim.code, name="claim_code"),
    path(_("actors/register/<slug:slug>/preview/"), registration.preview, name="registration_preview"),
    path(_("actors/register/<slug:slug>/sent/"), registration.done, name="registration_done"),
    path(_("actors/register/<slug:slug>/can/"), registration.step, {"key": "can"}, name="registration_can"),
    path(_("actors/register/<slug:slug>/seek/"), registration.step, {"key": "seek"}, name="registration_seek"),
    path(_("actors/register/<slug:slug>/where/"), registration.step, {"key": "where"}, name="registration_where"),
    path(_("actors/<slug:slug>/claim/"), claim.claim, name="actor_claim"),
    path(_("actors/<slug:slug>/claim/sent/"), claim.done, name="claim_done"),
    path(_("actors/<slug:slug>/edit/"), editing.edit, name="actor_edit"),
    path(_("actors/<slug:slug>/still-right/"), editing.confirm, name="actor_confirm"),
    path(_("still-right/<str:token>/"), freshness.answer, name="still_right"),
    path(_("still-right/<str:token>/left/"), freshness.left, name="still_right_left"),
    path(_("my-page/requests/<int:pk>/"), claim.decide, name="claim_decide"),
]
