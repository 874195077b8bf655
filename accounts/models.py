"""People, the proof that a mailbox is theirs, invitations to what the hub has, and the log of what was done."""

import base64
import hashlib
import secrets
import uuid
from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from web.text import clean_line


class Language(models.TextChoices):
    SWEDISH = "sv", _("Swedish")
    ENGLISH = "en", _("English")


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        """Make a person who signs in with `email`; without a password they sign in by code."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. The address is the name to sign in with; one address is one account."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.SWEDISH)
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May enter the administration."))
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    anonymised_at = models.DateTimeField(_("account closed"), null=True, blank=True)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)  # one more ends every session

    objects = UserManager()
    rights_are_locked = False  # for one request: see accounts.middleware

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "id"]
        constraints = [models.CheckConstraint(name="user_email_is_lower_case", condition=Q(email=Lower("email")))]

    def __str__(self):
        """How others read of the person; never the whole address, which is theirs to give."""
        if self.anonymised_at:
            return str(_("Closed account"))
        return self.name or self.email.partition("@")[0]

    def has_perm(self, perm, obj=None):
        return not self.rights_are_locked and super().has_perm(perm, obj)

    def clean(self):
        super().clean()
        self.email = self.email.lower()
        self.name = clean_line(self.name)

    def _get_session_auth_hash(self, secret=None):
        """Django's hash of the password, and the epoch: sessions can be ended without a new password."""
        salt = f"accounts.User.session.{self.session_epoch}"
        return salted_hmac(salt, self.password, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name


class EmailProof(models.Model):
    """A code sent to an address, to prove that the person who typed the address reads its mail.

    The code is stored as a hash only, works once, for `purpose` only, and dies after a few wrong tries.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254)
    purpose = models.CharField(max_length=40)
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("proof of address")
        verbose_name_plural = _("proofs of address")

    def __str__(self):
        return str(self.pk)


class TallyManager(models.Manager):
    UPSERT = """
        INSERT INTO accounts_tally AS old (key, count, ends_at) VALUES (%s, %s, clock_timestamp() + %s)
        ON CONFLICT (key) DO UPDATE SET
            count = CASE WHEN old.ends_at <= clock_timestamp() THEN excluded.count ELSE old.count + excluded.count END,
            ends_at = CASE WHEN old.ends_at <= clock_timestamp() THEN excluded.ends_at ELSE old.ends_at END
        RETURNING count
    """

    def spend(self, what, whom, *, limit, per, count=1):
        """Count `count` more `what` by `whom`; True while at most `limit` were counted within `per` (a timedelta).

        Call it outside a transaction that may be rolled back: the count must stay.
        """
        key = salted_hmac("accounts.Tally", f"{what}:{whom}", algorithm="sha256").hexdigest()
        with connection.cursor() as cursor:
            cursor.execute(self.UPSERT, [key, count, per])
            return cursor.fetchone()[0] <= limit


class Tally(models.Model):
    """How often something was tried within a while: kept in PostgreSQL, so that an empty Redis forgives nobody.

    The key is a keyed hash, so that the table holds neither addresses nor persons.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    objects = TallyManager()

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")

    def __str__(self):
        return self.key


class AuditEntryManager(models.Manager):
    def record(self, *, by, verb, target, reason=""):
        """Write one line of the log: who did what to which row, and why.

        `by` is a User or None (the system); `verb` is `app.action`, for example `actor.publish`.
        """
        return self.create(
            by=by,
            by_label=str(by or ""),
            verb=verb,
            target_type=target._meta.label_lower,
            target_id=str(target.pk),
            target_label=str(target)[:200],
            reason=reason,
        )


class AuditEntry(models.Model):
    """One thing that somebody did. It keeps label, id and text, so that it outlives the row it tells of."""

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, verbose_name=_("who"), related_name="+")
    by_label = models.CharField(_("who (as named then)"), max_length=200, blank=True)
    verb = models.CharField(_("what"), max_length=60)
    target_type = models.CharField(_("kind of row"), max_length=60)
    target_id = models.CharField(_("id of the row"), max_length=60)
    target_label = models.CharField(_("row"), max_length=200)
    reason = models.TextField(_("why"), max_length=2000, blank=True)

    objects = AuditEntryManager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["target_type", "target_id", "-at"], name="audit_of_a_row")]

    def __str__(self):
        return f"{self.verb} {self.target_label}"


class InvitationState(models.TextChoices):
    """What was done with an invitation; that it is too old is told by `expires_at`."""

    OPEN = "open", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    REVOKED = "revoked", _("Withdrawn")
    FORWARDED = "forwarded", _("Passed on to a colleague")


INVITATION_DAYS = timedelta(days=7)


def invitation_expiry():
    return timezone.now() + INVITATION_DAYS


def new_nonce():
    return secrets.token_hex(16)


def link_token(kind, nonce):
    """The token of a link: 192 bits made from a stored nonce and the secret key, so that support can copy the link."""
    digest = salted_hmac(f"accounts.link.{kind}", nonce, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def token_hash(token):
    """What is stored of a token, and what it is found by."""
    return hashlib.sha256(token.encode()).hexdigest()


class Keyed(models.Model):
    """A row with an address that is a key: its token is made from the nonce and stored nowhere; the hash finds it."""

    nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        abstract = True

    def save(self, **kwargs):
        if not self.token_hash:
            self.token_hash = token_hash(self.token)
        super().save(**kwargs)

    @property
    def token(self):
        return link_token(self._meta.label_lower, self.nonce)


class Invitation(Keyed):
    """One verified address is invited to one thing, once. Concrete models say to what, and what accepting does.

    A resend keeps the token and restarts the time, so that an older mail leads to the same place.
    """

    email = models.EmailField(_("e-mail address"), max_length=254)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.SWEDISH)
    line = models.CharField(_("personal line"), max_length=500, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("invited by"))
    created_at = models.DateTimeField(_("invited"), default=timezone.now)
    sent_at = models.DateTimeField(_("last sent"), default=timezone.now)
    sendings = models.PositiveSmallIntegerField(_("times sent"), default=1)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    expires_at = models.DateTimeField(_("works until"), default=invitation_expiry)
    state = models.CharField(_("state"), max_length=9, choices=InvitationState, default=InvitationState.OPEN)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    accepted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )

    class Meta:
        abstract = True

    @property
    def is_expired(self):
        return self.state == InvitationState.OPEN and self.expires_at <= timezone.now()
