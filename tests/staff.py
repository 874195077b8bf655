"""Signing staff in, with and without their second factor."""

import time

from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY as WHOSE
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as METHODS
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret


def give_second_factor(user):
    """Set up one-time codes for `user`, once."""
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, generate_totp_secret())


def sign_in(client, user, *, second_factor=True):
    """Sign `user` in; with `second_factor` as somebody who has one and showed it in this session."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    if second_factor:
        give_second_factor(user)
        session = client.session
        session[METHODS] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
        session[WHOSE] = str(user.pk)
        session.save()
    return client
