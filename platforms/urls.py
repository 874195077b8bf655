"""Addresses of partnerships and spaces. Rows of a space are numbered within it, and always fetched through it."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from platforms.views import invitation, invitations, links, members, spaces

urlpatterns = [
    # Spaces
    path(_("spaces/"), spaces.my_spaces, name="my_spaces"),
    path(_("spaces/<slug:slug>/"), spaces.space, name="space"),
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
]
