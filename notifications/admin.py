"""The ledger: every mail as it was written, and what became of it. Nothing here can be changed, only sent again."""

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import linebreaksbr
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from notifications import actions, live
from notifications.composing import as_page
from notifications.models import Email, Suppression
from notifications.rendering import render

# A mail needs inline styles. This policy stands on the one response that shows a mail, which may do nothing else:
# no script, no form, no foreign request, no place in a frame.
MAIL_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Unbuildable(Exception):
    """The template and the values of a mail do not fit."""


def _built(email):
    """The mail as staff may see it; what is asked for when it is sent is shown in the demo only."""
    try:
        return render(email, masked=not settings.DEMO, live=live.read(email) if settings.DEMO else None)
    except Exception as error:  # a template may fail in any way; staff must still see the row
        raise Unbuildable(type(error).__name__) from error


class ReadOnly(admin.ModelAdmin):
    """Rows that are made and changed by the system only."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def each(self, request, rows, act, done):
        """Do `act` to each row, and say per row what became of it."""
        for row in rows:
            try:
                act(row, by=request.user)
            except ValidationError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
            else:
                self.message_user(request, f"{row}: {done}", messages.SUCCESS)


class Trouble(admin.SimpleListFilter):
    title = _("needs a look")
    parameter_name = "trouble"

    def lookups(self, request, model_admin):
        return [("yes", _("Not delivered or delayed"))]

    def queryset(self, request, queryset):
        return queryset.in_trouble() if self.value() == "yes" else queryset


@admin.register(Email)
class EmailAdmin(ReadOnly):
    list_display = ["to", "about", "state", "kind", "created_at", "sent_at", "attempts"]
    list_filter = [Trouble, "state", "kind", "language"]
    search_fields = ["to"]
    search_help_text = _("Search for an address")
    actions = ["send_again"]
    fields = [
        ("state", "answer"),
        ("to", "user", "language"),
        "as_text",
        "as_html",
        ("kind", "template", "key", "again_of"),
        ("created_at", "due_at", "expires_at", "sent_at"),
        ("attempts", "lease_until"),
    ]
    readonly_fields = ["as_text", "as_html"]

    def get_urls(self):
        shown = path(
            "<int:pk>/html/", self.admin_site.admin_view(require_safe(self.show)), name="notifications_email_html"
        )
        return [shown, *super().get_urls()]

    @admin.display(description=_("subject"), ordering="subject")
    def about(self, email):
        return email.subject or f"({email.template})"

    @admin.display(description=_("text"))
    def as_text(self, email):
        try:
            mail = _built(email)
        except Unbuildable as error:
            return _("This mail cannot be built: %(error)s") % {"error": error}
        return format_html("<strong>{}</strong><br><br>{}", mail.subject, linebreaksbr(mail.text, autoescape=True))

    @admin.display(description=_("with pictures"))
    def as_html(self, email):
        url = reverse("admin:notifications_email_html", args=[email.pk])
        return format_html('<a href="{}">{}</a>', url, _("Show it as the reader sees it"))

    def show(self, request, pk):
        """The HTML of one mail as a page of its own; codes are masked outside the demo."""
        email = get_object_or_404(Email, pk=pk)
        if not self.has_view_permission(request, email):
            raise PermissionDenied
        try:
            mail = _built(email)
        except Unbuildable as error:
            raise Http404(str(error)) from error
        return HttpResponse(as_page(mail.html), headers={"Content-Security-Policy": MAIL_POLICY})

    def has_resend_email_permission(self, request):
        return request.user.has_perm("notifications.resend_email")

    @admin.action(description=_("Send again"), permissions=["resend_email"])
    def send_again(self, request, queryset):
        self.each(request, queryset.order_by("pk"), actions.send_again, _("will be sent again"))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        may = {"may_send_again": self.has_resend_email_permission(request)}
        return super().change_view(request, object_id, form_url, {**may, **(extra_context or {})})


@admin.register(Suppression)
class SuppressionAdmin(ReadOnly):
    list_display = ["address", "reason", "since"]
    search_fields = ["address"]
    actions = ["lift"]

    def has_lift_suppression_permission(self, request):
        return request.user.has_perm("notifications.lift_suppression")

    @admin.action(description=_("Let mail go to it again"), permissions=["lift_suppression"])
    def lift(self, request, queryset):
        self.each(request, queryset.order_by("pk"), actions.lift, _("gets mail again"))
