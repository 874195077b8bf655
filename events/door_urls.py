"""Addresses of the door, of who came, and of what is kept of it."""

urlpatterns = []
