"""My page, my data, my account, and how personal data are treated."""

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, mine
from accounts.forms import CloseForm, PersonForm
from accounts.middleware import NEXT
from accounts.models import AuditEntry
from accounts.personal_data import kept_about_people

private = cache_control(private=True, no_store=True)


@login_not_required
@require_safe
def privacy(request):
    """The register of personal data as a page; it stands here because `web` may not know what accounts keep."""
    context = {"kept": kept_about_people(), "draft_days": settings.DRAFT_DAYS}
    return render(request, "pages/privacy.html", context)


@private
@require_safe
def my_page(request):
    parts = [{"template": part.template, "values": part.page(request.user)} for part in mine.parts() if part.template]
    context = {"parts": parts, "has_second_factor": _second_factors(request.user).exists()}
    return render(request, "accounts/my_page.html", context)


@private
@require_safe
def go_on(request):
    """From a second factor that was just set up to the page of the administration that asked for it."""
    wanted = request.session.pop(NEXT, "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return redirect(wanted if safe else reverse("admin:index"))


def _second_factors(user):
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=user, type__in=kinds)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def person(request):
    """My name and language."""
    form = PersonForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        translation.activate(user.language)
        messages.success(request, _("The changes are saved."))
        return redirect("my_page")
    return render(request, "accounts/person.html", {"form": form})


def _iso(moment):
    return moment.isoformat() if moment else None


def _own_row(user):
    return {
        "email": user.email,
        "name": user.name,
        "language": user.language,
        "joined": _iso(user.joined_at),
        "last_signed_in": _iso(user.last_login),
        "is_staff": user.is_staff,
        "groups": list(user.groups.order_by("name").values_list("name", flat=True)),
        "addresses": list(EmailAddress.objects.filter(user=user).order_by("pk").values("email", "verified", "primary")),
        "sign_in_methods": [
            {"kind": one.type, "added": _iso(one.created_at), "last_used": _iso(one.last_used_at)}
            for one in Authenticator.objects.filter(user=user).order_by("pk")
        ],
        "done": [
            {"at": _iso(one.at), "what": one.verb, "on": f"{one.target_type} {one.target_id}", "why": one.reason}
            for one in AuditEntry.objects.filter(by=user).order_by("at", "pk")
        ],
    }


@private
@require_safe
def my_data(request):
    """A file with everything we keep about the person who asks, and nothing about others."""
    data = {"made": _iso(timezone.now()), "person": _own_row(request.user)}
    data |= {part.key: part.data(request.user) for part in mine.parts()}
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = f'attachment; filename="{_("my-data")}.json"'
    return response


@private
@reauthentication_required
@require_http_methods(["GET", "HEAD", "POST"])
def close_account(request):
    form = CloseForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        actions.close_account(by=request.user)
        logout(request)
        return render(request, "accounts/closed.html")
    warnings = [text for part in mine.parts() for text in part.warnings(request.user)]
    return render(request, "accounts/close.html", {"form": form, "warnings": warnings})


@private
@require_POST
def sign_out_everywhere(request):
    actions.sign_out_everywhere(by=request.user)
    request.user.refresh_from_db()
    update_session_auth_hash(request, request.user)
    messages.success(request, _("All other devices are signed out."))
    return redirect("my_page")
