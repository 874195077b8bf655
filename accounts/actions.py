"""What people do with their own account."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import mine
from accounts.models import AuditEntry, EmailProof, User


def owner_of(email):
    """Whose address it is, proven or as their account has it; None when it is nobody's."""
    verified = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user").first()
    return verified.user if verified else User.objects.filter(email=email).first()


def proven_addresses(user):
    """The addresses that `user` has proved to read, in lower case."""
    mine = EmailAddress.objects.filter(user_id=user.pk, verified=True)
    return {address.lower() for address in mine.values_list("email", flat=True)}


def _own_alone(user, email):
    """First proof of this mailbox: whoever typed the address earlier loses password, sessions and other addresses."""
    EmailAddress.objects.filter(user=user).exclude(email__iexact=email).delete()
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    user.set_unusable_password()  # a new random one: it also ends every session
    user.save(update_fields=["password"])


@transaction.atomic
def person_with(*, email, name="", language="sv"):
    """The person who has just proved to read `email`; made when new. A name that stands already is kept."""
    user = owner_of(email)
    if user is None:
        user, _created = User.objects.get_or_create(email=email, defaults={"name": name, "language": language})
    if not EmailAddress.objects.filter(user=user, email__iexact=email, verified=True).exists():
        _own_alone(user, email)
    if not user.name and name:
        user.name = name
        user.save(update_fields=["name"])
    return user


@transaction.atomic
def sign_out_everywhere(*, by):
    """End every session of `by`, also the one that asks; the caller signs that one in again if it should stay."""
    User.objects.filter(pk=by.pk).update(session_epoch=F("session_epoch") + 1)
    AuditEntry.objects.record(by=by, verb="account.sign_out_everywhere", target=by)


@transaction.atomic
def close_account(*, by):
    """Anonymise the person; facts about organisations and the log stay, without the person's name and address."""
    user = User.objects.select_for_update().get(pk=by.pk)
    for part in mine.parts():
        part.close(user)
    label = _("Closed account %(number)s") % {"number": user.pk}
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    EmailProof.objects.filter(email=user.email).delete()
    user.groups.clear()
    user.user_permissions.clear()
    user.email, user.name = f"closed-{user.pk}@account.invalid", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.anonymised_at = timezone.now()
    user.set_unusable_password()  # a new random one: it also ends every session
    user.save()
    AuditEntry.objects.filter(by=user).update(by_label=label)
    AuditEntry.objects.filter(target_type=user._meta.label_lower, target_id=str(user.pk)).update(target_label=label)
    AuditEntry.objects.create(
        by=user,
        by_label=label,
        verb="account.close",
        target_type=user._meta.label_lower,
        target_id=str(user.pk),
        target_label=label,
    )
    return user
