"""Addresses of self-assessment and of the ability before and after."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from events.views import ability, rounds

urlpatterns = [
    path(_("ability/"), ability.ability, name="ability"),
    path(_("ability/download/<slug:format>/"), ability.ability_export, name="ability_export"),
    path(_("ability/rounds/new/"), rounds.round_new, name="ability_round_new"),
    path(_("ability/rounds/<int:pk>/"), rounds.round_page, name="ability_round"),
    path(_("ability/rounds/<int:pk>/edit/"), rounds.round_edit, name="ability_round_edit"),
    path(_("ability/rounds/<int:pk>/ask/"), rounds.round_ask, name="ability_round_ask"),
    path(_("ability/rounds/<int:pk>/take-away/<int:actor>/"), rounds.round_take_away, name="ability_round_take_away"),
    path(_("ability/rounds/<int:pk>/remind/"), rounds.round_remind, name="ability_round_remind"),
    path(_("ability/rounds/<int:pk>/close/"), rounds.round_close, name="ability_round_close"),
    path(_("ability/rounds/<int:pk>/answers/<int:number>/"), rounds.answer, name="ability_answer"),
    path(_("ability/rounds/<int:pk>/answers/<int:number>/role/"), rounds.answer_in_role, name="ability_in_role"),
]
