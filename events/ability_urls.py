"""Addresses of self-assessment and of the ability before and after."""

urlpatterns = []
