"""Addresses of partnerships and spaces. Rows of a space are numbered within it, and always fetched through it."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from platforms.views import agreements, ending, partnerships, registrar, spaces

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
]
