"""Addresses of partnerships and spaces. Rows of a space are numbered within it, and always fetched through it."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from platforms.views import posts, spaces, talk

urlpatterns = [
    # Spaces
    path(_("spaces/"), spaces.my_spaces, name="my_spaces"),
    path(_("spaces/<slug:slug>/"), spaces.space, name="space"),
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
