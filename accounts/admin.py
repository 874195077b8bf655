"""People and the log in the administration."""

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth import admin as stock
from django.contrib.auth.models import Group
from django.db.models import ManyToManyField
from django.forms import CheckboxSelectMultiple
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEntry, User
from web.exports import csv_response

MOST_EXPORTED = 10_000


class InHubLog:
    """What is saved here is written into the hub's own log by who saves it, and into no second one."""

    def log_addition(self, *args):
        """The hub's own log holds this."""

    log_change = log_deletion = log_addition


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Who may see people sees them; who may change people decides who is staff and in which group."""

    list_display = ["email", "name", "language", "is_staff", "is_active", "joined_at", "last_login"]
    list_filter = ["is_staff", "is_active", "groups", "language"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    formfield_overrides = {ManyToManyField: {"widget": CheckboxSelectMultiple}}
    readonly_fields = ["joined_at", "last_login", "anonymised_at"]
    show_full_result_count = False
    actions = ["make_curators"]
    fieldsets = [
        (None, {"fields": ["email", "name", "language"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
        (_("Dates"), {"fields": ["joined_at", "last_login", "anonymised_at"]}),
    ]

    def has_delete_permission(self, request, obj=None):
        """An account is closed by its owner or by a command, which leaves the log whole."""
        return False

    def has_change_permission(self, request, obj=None):
        """An administrator is changed by administrators only."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or request.user.is_superuser or not obj.is_superuser)

    def get_readonly_fields(self, request, obj=None):
        """Nobody gives an account another address: whoever reads its mail owns it, and proves that on my page."""
        own = [*super().get_readonly_fields(request, obj), *(["email"] if obj else [])]
        return own if request.user.is_superuser else [*own, "is_superuser", "is_staff", "groups"]

    @admin.action(description=_("Make curators"), permissions=["change"])
    def make_curators(self, request, chosen):
        if not request.user.is_superuser:
            self.message_user(request, _("Only an administrator may make curators."), "warning")
            return
        group = Group.objects.get(name="curators")
        for user in chosen:
            user.groups.add(group)
            User.objects.filter(pk=user.pk).update(is_staff=True)
            AuditEntry.objects.record(by=request.user, verb="user.make_curator", target=user)
        self.message_user(request, _("They can curate the register. They need a second factor to enter."))

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        verb = "user.edit" if change else "user.add"
        AuditEntry.objects.record(by=request.user, verb=verb, target=obj, reason=", ".join(form.changed_data))


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):
    """The log: to read, search and export; nobody writes in it."""

    list_display = ["at", "by_label", "verb", "target_label", "reason"]
    list_filter = ["verb", "target_type"]
    search_fields = ["by_label", "target_label", "reason", "=target_id"]
    date_hierarchy = "at"
    show_full_result_count = False
    actions = ["export"]

    def has_add_permission(self, request):
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    @admin.action(description=_("Export as CSV"), permissions=["view"])
    def export(self, request, chosen):
        """At most 10,000 lines, newest first."""
        names = ["at", "by_label", "verb", "target_type", "target_id", "target_label", "reason"]
        return csv_response(f"log-{timezone.localdate()}.csv", names, chosen.values_list(*names)[:MOST_EXPORTED])


@admin.register(Group)
class GroupAdmin(stock.GroupAdmin):
    """Rights as plain boxes: the stock pair of lists is named in a way that screen readers may not read."""

    filter_horizontal = ()
    formfield_overrides = {ManyToManyField: {"widget": CheckboxSelectMultiple}}


@admin.register(Authenticator)
class SecondFactorAdmin(admin.ModelAdmin):
    """Who has which second factor: to see, and to take one away whose device is lost. Its secret is shown to nobody."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]
    fields = ["user", "type", "created_at", "last_used_at"]
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def delete_model(self, request, obj):
        AuditEntry.objects.record(by=request.user, verb="user.take_second_factor", target=obj.user, reason=obj.type)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset):
        for one in queryset.select_related("user"):
            self.delete_model(request, one)
