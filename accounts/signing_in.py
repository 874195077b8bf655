"""allauth's forms for codes and passwords, counted in PostgreSQL before anything is compared or hashed."""

from allauth.account import forms as allauth_forms
from allauth.core import context
from allauth.mfa.webauthn import forms as key_forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import proofs
from web.fields import AddressField
from web.limits import client_address


def _ask(email):
    if not proofs.may_ask_for_code(email=email, client=client_address(context.request)):
        raise ValidationError(proofs.TOO_MANY_CODES)


def _try(email):
    if not proofs.may_try_code(email=email, client=client_address(context.request)):
        raise ValidationError(proofs.TOO_MANY_TRIES)


class CountedAddressMixin:
    """A form that mails whatever address is typed: counted in PostgreSQL, whether or not the address has an account."""

    def clean_email(self):
        _ask(self.cleaned_data["email"].lower())
        return super().clean_email()


class AskForCodeForm(CountedAddressMixin, allauth_forms.RequestLoginCodeForm):
    """Sign in by code."""

    email = AddressField(label=_("Your e-mail address"))


def _sign_in_key():
    """Whose code is tried: the address in the session, which stands there for unknown addresses too."""
    login = context.request.session.get("account_login") or {}
    return login.get("email") or context.request.session.session_key or "unknown"


class LimitedCodeMixin:
    def clean_code(self):
        _try(_sign_in_key())
        return super().clean_code()


class LoginCodeForm(LimitedCodeMixin, allauth_forms.ConfirmLoginCodeForm):
    """The code that signs in; parallel guesses share one budget."""


class SignUpCodeForm(LimitedCodeMixin, allauth_forms.ConfirmEmailVerificationCodeForm):
    """The code that proves the address of a new account."""


class ResetCodeForm(LimitedCodeMixin, allauth_forms.ConfirmPasswordResetCodeForm):
    """The code that lets set a new password."""


class SignInForm(allauth_forms.LoginForm):
    """An address alone gets a code; who has chosen a password may write it instead. Counted before hashing."""

    def _setup_password_field(self):
        """allauth drops the field where signing up asks for no password; here it is optional."""
        self.fields["login"] = AddressField(label=_("Your e-mail address"))
        self.fields["password"].required = False

    def clean(self):
        email = self.cleaned_data.get("login")
        if email:
            (_try if self.cleaned_data.get("password") else _ask)(email)
        return super().clean()


class NewAccountForm(CountedAddressMixin, allauth_forms.SignupForm):
    """Signing up: a code, or a word to whoever has the account already."""


class ForgottenPasswordForm(CountedAddressMixin, allauth_forms.ResetPasswordForm):
    """A code that lets set a new password."""


class NewAddressForm(CountedAddressMixin, allauth_forms.AddEmailForm):
    """A code to the address that an account is to have."""

    email = AddressField(label=_("Your new e-mail address"))


class NamedKeyMixin:
    """allauth gives the name of a key a label in English only."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")


class AddKeyForm(NamedKeyMixin, key_forms.AddWebAuthnForm):
    """A new security key."""


class EditKeyForm(NamedKeyMixin, key_forms.EditWebAuthnForm):
    """Another name for a security key."""
