"""The ledger: every mail as it was written, and what became of it. Nothing here can be changed, only sent again.

Words of closed rooms are stored nowhere, so a mail with such words cannot be shown as it was, to staff least of all:
there stands what it was about in numbers, and an example of its kind.
"""

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from notifications import actions, live
from notifications.forms import LiftForm
from notifications.models import Email, EmailKind, Notification, Part, Suppression
from notifications.rendering import render
from notifications.showing import shown, with_mail_frames

KEPT_BACK = _(
    "The words of this mail are asked for when it is sent, for its reader alone, and are kept nowhere: they may be "
    "those of a closed space."
)


class Unbuildable(Exception):
    """The template and the values of a mail do not fit."""


def _built(email):
    """The mail as staff may see it; what is asked for when it is sent is shown in the demo only."""
    try:
        return render(email, masked=not settings.DEMO, live=live.read(email) if settings.DEMO else None)
    except Exception as error:  # a template may fail in any way; staff must still see the row
        raise Unbuildable(type(error).__name__) from error


def _is_kept_back(email):
    """Whether its words are stored nowhere; the demo asks for them again."""
    return not settings.DEMO and live.keeps_words_back(email)


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
    search_fields = ["to", "subject"]
    search_help_text = _("Search for an address or a subject")
    actions = ["send_again"]
    fields = [
        ("state", "answer"),
        ("to", "user", "language"),
        "stop",
        "as_html",
        "as_text",
        ("kind", "template", "key", "again_of"),
        ("created_at", "due_at", "expires_at", "sent_at"),
        ("attempts", "lease_until"),
    ]
    readonly_fields = ["as_text", "as_html", "told", "stop"]

    def get_urls(self):
        html = path(
            "<int:pk>/html/", self.admin_site.admin_view(require_safe(self.show)), name="notifications_email_html"
        )
        return [html, *super().get_urls()]

    @admin.display(description=_("subject"), ordering="subject")
    def about(self, email):
        return email.subject or f"({email.template})"

    @admin.display(description=_("text"))
    def as_text(self, email):
        if _is_kept_back(email):
            return KEPT_BACK
        try:
            mail = _built(email)
        except Unbuildable as error:
            return _("This mail cannot be built: %(error)s") % {"error": error}
        return format_html('<strong>{}</strong><pre class="mail-text">{}</pre>', mail.subject, mail.text)

    @admin.display(description=_("as the reader sees it"))
    def as_html(self, email):
        if _is_kept_back(email):
            url = f"{reverse('mail_preview')}#{email.template}"
            return format_html('<a href="{}">{}</a>', url, _("Examples of mails of this kind"))
        url = reverse("admin:notifications_email_html", args=[email.pk])
        frame = '<iframe class="mail-frame" sandbox title="{}" src="{}"></iframe><p><a href="{}">{}</a></p>'
        return format_html(frame, _("as the reader sees it"), url, url, _("Show it on a page of its own"))

    @admin.display(description=_("what it told"))
    def told(self, email):
        """How many things of which kind a digest told, as far as they have not happened anew since."""
        counts = Notification.objects.filter(digest=email.pk).values_list("part").annotate(Count("pk")).order_by("part")
        return ", ".join(f"{Part(part).label}: {count}" for part, count in counts) or "–"

    @admin.display(description=_("mail to this address"))
    def stop(self, email):
        found = Suppression.objects.filter(address=email.to.lower()).first()
        if found is None:
            return _("goes there")
        url = reverse("admin:notifications_suppression_change", args=[found.pk])
        return format_html('<a href="{}">{}</a>: {}', url, _("stopped"), found.get_cause_display())

    def show(self, request, pk):
        """The HTML of one mail, for its frame; codes are masked outside the demo."""
        email = get_object_or_404(Email, pk=pk)
        if not self.has_view_permission(request, email):
            raise PermissionDenied
        if _is_kept_back(email):
            raise Http404
        try:
            mail = _built(email)
        except Unbuildable as error:
            raise Http404(str(error)) from error
        return shown(mail.html)

    def get_fields(self, request, email=None):
        return [*self.fields, "told"] if email and email.kind == EmailKind.DIGEST else self.fields

    def has_resend_email_permission(self, request):
        return request.user.has_perm("notifications.resend_email")

    @admin.action(description=_("Send again"), permissions=["resend_email"])
    def send_again(self, request, queryset):
        """Say per row what became of it."""
        for email in queryset.order_by("pk"):
            try:
                actions.send_again(email, by=request.user)
            except ValidationError as error:
                self.message_user(request, f"{email}: {error.message}", messages.ERROR)
            else:
                self.message_user(request, f"{email}: {_('will be sent again')}", messages.SUCCESS)

    @method_decorator(with_mail_frames)
    def change_view(self, request, object_id, form_url="", extra_context=None):
        may = {"may_send_again": self.has_resend_email_permission(request)}
        return super().change_view(request, object_id, form_url, {**may, **(extra_context or {})})


@admin.register(Suppression)
class SuppressionAdmin(ReadOnly):
    list_display = ["address", "cause", "reason", "since"]
    list_filter = ["cause", "since"]
    search_fields = ["address"]
    search_help_text = _("Search for an address")
    fields = ["address", "cause", "reason", "since", "mails"]
    readonly_fields = ["mails"]

    def get_urls(self):
        lift = path(
            "<int:pk>/lift/", self.admin_site.admin_view(require_POST(self.lift)), name="notifications_suppression_lift"
        )
        return [lift, *super().get_urls()]

    @admin.display(description=_("mails"))
    def mails(self, stopped):
        url = reverse("admin:notifications_email_changelist")
        return format_html('<a href="{}?{}">{}</a>', url, urlencode({"q": stopped.address}), _("Mails to this address"))

    def has_lift_suppression_permission(self, request):
        return request.user.has_perm("notifications.lift_suppression")

    def lift(self, request, pk):
        """Let mail go to the address again, for a reason that the log keeps."""
        if not self.has_lift_suppression_permission(request):
            raise PermissionDenied
        stopped, form = get_object_or_404(Suppression, pk=pk), LiftForm(request.POST)
        if not form.is_valid():
            self.message_user(request, _("Say why mail can go there again."), messages.ERROR)
            return redirect("admin:notifications_suppression_change", pk)
        actions.lift(stopped, by=request.user, reason=form.cleaned_data["reason"])
        self.message_user(request, f"{stopped}: {_('gets mail again')}", messages.SUCCESS)
        return redirect("admin:notifications_suppression_changelist")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        form = LiftForm() if self.has_lift_suppression_permission(request) else None
        return super().change_view(request, object_id, form_url, {"lift": form, **(extra_context or {})})
