"""allauth's mails go through the outbox, in the hub's own templates."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override

from accounts.models import Language, User
from notifications import bell
from notifications.actions import queue_email
from notifications.models import EmailKind
from web.limits import client_address

CODES = {  # allauth's name → (purpose in our template, setting that says how long the code works)
    "login_code": ("sign_in", "LOGIN_BY_CODE_TIMEOUT"),
    "email_confirmation": ("address", "EMAIL_VERIFICATION_BY_CODE_TIMEOUT"),
    "email_confirmation_signup": ("address", "EMAIL_VERIFICATION_BY_CODE_TIMEOUT"),
    "password_reset_code": ("password", "PASSWORD_RESET_BY_CODE_TIMEOUT"),
}
NOTICES = {
    "email_changed",
    "email_confirm",
    "email_deleted",
    "password_changed",
    "password_reset",
    "password_set",
    "recovery_codes_generated",
    "totp_activated",
    "totp_deactivated",
    "webauthn_added",
    "webauthn_removed",
}


class OutboxAccountAdapter(DefaultAccountAdapter):
    """Writes allauth's mails into the outbox; codes and links go to `secret`."""

    def get_client_ip(self, request):
        """Our own reading: allauth's raises an error when a client leaves out or shortens X-Forwarded-For."""
        return client_address(request)

    def get_login_redirect_url(self, request):
        """Staff come to see what waits for them; the lists stand first in the administration."""
        return reverse("admin:index") if request.user.is_staff else super().get_login_redirect_url(request)

    def login(self, request, user):
        """A session that was to end soon, before anybody was signed in, lasts as long as any other."""
        request.session.set_expiry(None)
        super().login(request, user)

    def send_mail(self, template_prefix, email, context):
        """Queue the mail that allauth calls `account/email/<name>` or `mfa/email/<name>`."""
        name = template_prefix.rsplit("/", 1)[-1]
        user = User.objects.filter(email__iexact=email).first()
        language = user.language if user else _language_of_the_page()
        with override(language):  # paths are translated
            mail = _mail(name, context)
        key = f"account:{name}:{uuid4()}"
        queue_email(to=email, language=language, key=key, kind=EmailKind.SECURITY, user=user, **mail)
        if self.request:
            bell.tell_if_mail_may_wait(self.request)


def _mail(name, context):
    """Template, values and secrets for one of allauth's mails; KeyError for one that is not known here."""
    if name in CODES:
        return _code(*CODES[name], context)
    if name in NOTICES:
        return _notice(name, context)
    return {"password_reset_key": _reset, "account_already_exists": _exists, "unknown_account": _unknown}[name](context)


def _code(purpose, timeout, context):
    seconds = getattr(app_settings, timeout)
    return {
        "template": "account_code",
        "context": {"purpose": purpose, "minutes": seconds // 60},
        "secret": {"code": context["code"]},
        "expires_at": timezone.now() + timedelta(seconds=seconds),
    }


def _notice(name, context):
    told = {key: context[key] for key in ("from_email", "to_email", "deleted_email") if key in context}
    at = context.get("timestamp") or timezone.now()
    values = {"what": name, "at": at.isoformat(), "account_path": reverse("account_email"), **told}
    return {"template": "account_notice", "context": values}


def _reset(context):
    url = urlsplit(context["password_reset_url"])  # built from the request's host, which the client chooses
    return {
        "template": "password_reset",
        "context": {},
        "secret": {"reset_url": settings.SITE_URL + url.path},
        "expires_at": timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    }


def _exists(context):
    return {"template": "account_exists", "context": {"sign_in_path": reverse("account_login")}}


def _unknown(context):
    return {"template": "account_unknown", "context": {"signup_path": reverse("account_signup")}}


def _language_of_the_page():
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    return language if language in Language.values else settings.LANGUAGE_CODE
