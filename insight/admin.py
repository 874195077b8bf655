"""Who gets news by mail: for staff who are asked to end it, and to see how many hear of what."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _

from insight import actions as subscriptions
from insight.models import Subscription
from notifications.admin import ReadOnly


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnly):
    """Nothing is changed here: what somebody hears of is theirs to choose."""

    list_display = ["email", "rhythm", "language", "confirmed_at", "next_at"]
    list_filter = [("confirmed_at", admin.EmptyFieldListFilter), "rhythm", "language", "areas", "themes"]
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ["email"]
    search_help_text = _("Search for an address")
    actions = ["end"]

    def has_end_subscription_permission(self, request):
        return request.user.has_perm("insight.end_subscription")

    @admin.action(description=_("End it, as the reader asked"), permissions=["end_subscription"])
    def end(self, request, queryset):
        for row in queryset.order_by("pk"):
            name = str(row)
            subscriptions.end_for(row, by=request.user)
            self.message_user(request, f"{name}: {_('gets no more news')}", messages.SUCCESS)
