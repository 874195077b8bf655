"""Staff need a second factor for every admin URL; history knows who changed what, and through which page."""

from functools import wraps

import pghistory
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _

SET_UP = _(
    "The administration needs a second factor besides your e-mail address. Set one up here; then open the "
    "administration again."
)
USE_IT = _("Show your second factor to enter the administration.")
NEXT = "second_factor_next"  # in the session: where a set-up or a sign-in is to lead
RECOVERY_CODES = Authenticator.Type.RECOVERY_CODES
CHANGING = ("POST", "PUT", "PATCH", "DELETE")


def _factors(user):
    """The kinds of second factor that `user` has set up, recovery codes apart."""
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True)) - {RECOVERY_CODES}


def has_shown_second_factor(request):
    """Whether the person used their second factor in this very session, and still has one."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records) and _factors(request.user) != set()


def _wanted(request):
    """Where the person wants to go: the page asked for, or what the sign-in page of the admin was to lead to."""
    if request.resolver_match.url_name not in {"login", "logout"}:
        return request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("admin:index")
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if safe else reverse("admin:index")


def _guard_rights(request, view, args, kwargs):
    """A right held as staff counts only after the second factor, also on the public pages and their forms."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        request.user.rights_are_locked = settings.SECOND_FACTOR_REQUIRED and not has_shown_second_factor(request)
    return _guard_admin(request)


def _guard_admin(request):
    if "admin" not in request.resolver_match.app_names:
        return None
    if not request.user.is_authenticated:
        return redirect_to_login(_wanted(request), resolve_url(settings.LOGIN_URL))
    if not request.user.is_staff:
        raise PermissionDenied
    if settings.SECOND_FACTOR_REQUIRED and not has_shown_second_factor(request):
        return _ask_for_second_factor(request)
    if NEXT in request.session:
        del request.session[NEXT]
    return redirect(_wanted(request)) if request.resolver_match.url_name == "login" else None


def _ask_for_second_factor(request):
    factors, wanted = _factors(request.user), _wanted(request)
    request.session[NEXT] = wanted
    if not factors:
        messages.info(request, SET_UP)
        return redirect(f"{reverse('mfa_index')}?{urlencode({'next': wanted})}")
    messages.info(request, USE_IT)
    show = "mfa_reauthenticate" if Authenticator.Type.TOTP in factors else "mfa_reauthenticate_webauthn"
    return redirect(f"{reverse(show)}?{urlencode({'next': wanted})}")


def right_required(permission, *, refusal=PermissionDenied):
    """A page outside the admin for those with a right held as staff: they are asked for their second factor first."""

    def decorator(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if request.user.has_perm(permission):
                return view(request, *args, **kwargs)
            if request.user.rights_are_locked and permission in request.user.get_all_permissions():
                return _ask_for_second_factor(request)
            raise refusal

        return guarded

    return decorator


def second_factor_for_staff(get_response):
    """Nothing below the admin is reached by anyone but staff who showed their second factor in this session.

    It judges the view that was found, not the path, so that no spelling of an address gets around it.
    """

    def middleware(request):
        return get_response(request)

    middleware.process_view = _guard_rights
    return middleware


def _name_the_page(request, view, args, kwargs):
    pghistory.context(url=request.resolver_match.route)


def history_context(get_response):
    """Every change is stored with the person's id and the shape of the address, which holds no names and no tokens."""

    def middleware(request):
        if request.method not in CHANGING:
            return get_response(request)
        with pghistory.context(user=request.user.pk):
            return get_response(request)

    middleware.process_view = _name_the_page
    return middleware
