"""Addresses of matchmaking."""

urlpatterns = []
