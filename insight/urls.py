"""Addresses of what reads across the whole hub."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from insight import sitemap, subscriptions, views

urlpatterns = [
    path("", views.start, name="start"),
    path(_("home/"), views.home, name="home"),
    path(_("news/"), subscriptions.news, name="news"),
    path(_("news/confirm/<str:token>/"), subscriptions.news_confirm, name="news_confirm"),
    path(_("news/<str:token>/"), subscriptions.news_manage, name="news_manage"),
]

# Without a language in front.
root_urlpatterns = [
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("sitemap-<str:part>.xml", sitemap.sitemap_part, name="sitemap_part"),
]
