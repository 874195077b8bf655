"""Addresses of signing up, and of one's own seat."""

urlpatterns = []
