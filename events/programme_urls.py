"""Addresses of programmes."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from events.views import programme_keeping as keeping
from events.views import programmes

urlpatterns = [
    path(_("programmes/"), programmes.programme_list, name="programme_list"),
    path(_("programmes/new/"), keeping.programme_new, name="programme_new"),
    path(_("programmes/<slug:slug>/"), programmes.programme, name="programme"),
    path(_("programmes/<slug:slug>/join/"), programmes.programme_join, name="programme_join"),
    path(_("programmes/<slug:slug>/leave/"), programmes.programme_leave, name="programme_leave"),
    path(_("programmes/<slug:slug>/certificate/"), programmes.programme_certificate, name="programme_certificate"),
    path(_("programmes/<slug:slug>/edit/"), keeping.programme_edit, name="programme_edit"),
    path(_("programmes/<slug:slug>/publish/"), keeping.programme_publish, name="programme_publish"),
    path(_("programmes/<slug:slug>/people/"), keeping.programme_people, name="programme_people"),
    path(_("programmes/<slug:slug>/tasks/<int:pk>/"), keeping.programme_task, name="programme_task"),
    path(_("programmes/<slug:slug>/steps/new/"), keeping.programme_step_new, name="programme_step_new"),
    path(_("programmes/<slug:slug>/steps/<int:number>/"), keeping.programme_step, name="programme_step"),
    path(_("programmes/<slug:slug>/steps/<int:number>/move/"), keeping.programme_step_move, name="programme_step_move"),
    path(
        _("programmes/<slug:slug>/steps/<int:number>/remove/"),
        keeping.programme_step_remove,
        name="programme_step_remove",
    ),
    path(
        _("programmes/<slug:slug>/steps/<int:number>/done/"), programmes.programme_step_done, name="programme_step_done"
    ),
]
