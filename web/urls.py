"""Addresses of the standing pages. `files` has no language and stands outside the language prefix."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from web import views

urlpatterns = [
    path(_("accessibility/"), views.accessibility, name="accessibility"),
    path(_("cookies/"), views.cookies, name="cookies"),
    path(_("about/"), views.about, name="about"),
    path("styleguide/", views.styleguide, name="styleguide"),
]
files = [
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("robots.txt", views.robots_txt, name="robots_txt"),
]
