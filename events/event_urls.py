"""Addresses of events: the list, one event, and keeping it."""

urlpatterns = []
