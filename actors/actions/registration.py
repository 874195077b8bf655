"""An organisation enters the register, asks to be let in, and keeps its profile true."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from accounts.models import AuditEntry
from accounts.proofs import TooMany
from actors.actions.following import PROFILE, TOLD_OF, tell_followers
from actors.actions.twins import plain_name
from actors.models import Actor, ActorStatus, Claim, ClaimState, Representative, RepresentativeRole
from notifications.actions import queue_email
from notifications.live import NoLonger

RESERVED_SLUGS = frozenset({"register", "registrera", "chart", "karta", "export", "new", "nya"})
FREE_MAIL = settings.BASE_DIR / "actors" / "free_mail_domains.txt"
SWEDISH = str.maketrans("åäöÅÄÖ", "aaoAAO")

MOST_UNSENT = 20  # drafts of one person: each holds a number that nobody else can register
MOST_CLAIMS = 10  # of one person in a day: each mails the owners
TOO_MANY_UNSENT = _("You have begun many registrations that are not sent. Send them first, or write to us.")
TOO_MANY_CLAIMS = _("You have asked to edit many profiles today. Wait until tomorrow, or write to us.")
ARCHIVED = _("The profile is archived and cannot be changed. Write to us if that is wrong.")
NOT_PUBLISHED = _("The profile is no longer published. Nothing was changed.")
ALREADY_HERE = _("There is already a profile for that number. Ask to edit it.")


class AlreadyHere(Exception):
    """The number is in the register; `actor` holds it."""

    def __init__(self, actor):
        super().__init__(str(ALREADY_HERE))
        self.actor = actor


class Outdated(Exception):
    """Somebody saved between; `current` is what stands now."""

    def __init__(self, current):
        super().__init__("outdated")
        self.current = current


def _slug_for(name):
    base = slugify(name.translate(SWEDISH))[:100].strip("-") or "actor"
    taken = base in RESERVED_SLUGS or Actor.objects.filter(slug=base).exists()
    return f"{base}-{get_random_string(4, 'abcdefghjkmnpqrstuvwxyz23456789')}" if taken else base


def holder_of(number):
    """The actor that holds `number`, the main one before its units; None when nobody does."""
    return Actor.objects.filter(organisation_number=number).order_by("unit", "pk").first() if number else None


ALIKE_AT_LEAST = 82  # of 100, token_set_ratio: "Telenor" finds "Telenor Sverige AB"
MAX_CANDIDATES, MAX_ALIKE = 50, 6


def published_like(name):
    """Published actors whose name is close to `name`, best first: (actor, per cent alike).

    The trigram index picks the candidates, so that the cost does not follow the size of the register.
    """
    core = plain_name(name)
    close = Q(name__trigram_word_similar=core) | Q(name__trigram_similar=core)
    candidates = Actor.objects.published().filter(close).select_related("municipality").order_by("pk")
    scored = [
        (actor, round(fuzz.token_set_ratio(core, plain_name(actor.name)))) for actor in candidates[:MAX_CANDIDATES]
    ]
    alike = [pair for pair in scored if pair[1] >= ALIKE_AT_LEAST]
    return sorted(alike, key=lambda pair: (-pair[1], pair[0].name_sort))[:MAX_ALIKE]


@transaction.atomic
def register_actor(*, by, name, kind, organisation_number="", is_sole_trader=False):
    """Make a draft that `by` owns.

    Raises AlreadyHere when the number is taken, also by one that came just before, and TooMany for a person who
    leaves many drafts behind.
    """
    if Actor.objects.filter(representatives__user=by, status=ActorStatus.DRAFT).count() >= MOST_UNSENT:
        raise TooMany(TOO_MANY_UNSENT)
    number = "" if is_sole_trader else organisation_number
    with override(settings.LANGUAGE_CODE):
        source = gettext("The organisation itself")
    actor = Actor(
        name=name,
        kind=kind,
        organisation_number=number,
        is_sole_trader=is_sole_trader,
        slug=_slug_for(name),
        source=source,
    )
    try:
        with transaction.atomic():
            actor.save()
    except IntegrityError:
        holder = holder_of(number)
        if holder:
            raise AlreadyHere(holder) from None
        actor.slug = f"{actor.slug[:100]}-{get_random_string(8).lower()}"
        actor.save()
    Representative.objects.create(actor=actor, user=by, role=RepresentativeRole.OWNER)
    AuditEntry.objects.record(by=by, verb="actor.register", target=actor)
    return actor


def _lock_editable(actor, by):
    current = Actor.objects.select_for_update().get(pk=actor.pk)
    if not Actor.objects.editable_by(by).filter(pk=actor.pk).exists():
        raise PermissionDenied
    return current


@transaction.atomic
def save_profile(form, *, by):
    """Save what `form` changed; a published profile is live at once, and confirmed when a representative saved it.

    Raises Outdated when the profile was saved after the form was shown: nothing is overwritten unseen. Raises
    PermissionDenied when `by` may not edit it any longer, ValidationError when it was archived.
    """
    actor = form.instance
    current = _lock_editable(actor, by)
    if current.status == ActorStatus.ARCHIVED:
        raise ValidationError(ARCHIVED, code="state")
    if current.version != form.cleaned_data["version"]:
        raise Outdated(current)
    if not form.has_changed():
        return current
    fields = [name for name in form.changed_data if name != "version"]
    actor.version = current.version + 1
    written = {*fields, "version", "updated_at"} - {field.name for field in Actor._meta.many_to_many}
    if "website" in fields:
        actor.is_website_verified = False
        written.add("is_website_verified")
    if current.status == ActorStatus.PUBLISHED and current.representatives.filter(user=by).exists():
        actor.confirmed_at = timezone.now()
        written.add("confirmed_at")
    actor.save(update_fields=written)
    form._save_m2m()
    AuditEntry.objects.record(by=by, verb="actor.edit", target=actor, reason=", ".join(sorted(fields)))
    if current.status == ActorStatus.PUBLISHED and any(name in TOLD_OF for name in fields):
        tell_followers([actor.pk], PROFILE, by=by)
    return actor


@transaction.atomic
def confirm(actor, *, by):
    """A representative says that the published profile is still right; raises what `save_profile` raises."""
    if _lock_editable(actor, by).status != ActorStatus.PUBLISHED:
        raise ValidationError(NOT_PUBLISHED, code="state")
    Actor.objects.filter(pk=actor.pk).update(confirmed_at=timezone.now())
    AuditEntry.objects.record(by=by, verb="actor.confirm", target=actor)


def domain_proves(email, actor):
    """True when the mail domain is the domain of the actor's checked website, and nobody can get an address there."""
    if not (actor.website and actor.is_website_verified):
        return False
    host = (urlsplit(actor.website).hostname or "").removeprefix("www.")
    domain = email.rpartition("@")[2].lower()
    return domain == host and domain not in FREE_MAIL.read_text().split()


def asking_key(claim):
    """How the keys of the mails begin that ask the owners about `claim`."""
    return f"claim:{claim.pk}:asks:"


def _ask_owners(claim):
    owners = claim.actor.representatives.filter(role=RepresentativeRole.OWNER).select_related("user")
    for owner in owners:
        queue_email(
            to=owner.user.email,
            template="claim_asks_owner",
            live="claim",
            context={
                "actor": claim.actor.name,
                "person": claim.user.name,
                "email": claim.user.email,
                "claim": claim.pk,
            },
            language=owner.user.language,
            key=f"{asking_key(claim)}{owner.pk}",
            user=owner.user,
        )


def ask_while_it_waits(email):
    """For `notifications.live`: an owner is asked only while the request waits and they own the profile."""
    claim = Claim.objects.filter(pk=email.context.get("claim"), state=ClaimState.OPEN).first()
    if claim is None:
        raise NoLonger("nothing to answer: the request is decided or taken back")
    owners = claim.actor.representatives.filter(role=RepresentativeRole.OWNER)
    if not owners.filter(user=email.user_id).exists():
        raise NoLonger("no longer an owner of the profile")
    return {}


@transaction.atomic
def claim_actor(actor, *, by, message="", language="sv"):
    """`by` asks to edit `actor`; (claim, True when it is new). The owners are asked, otherwise staff decide.

    Raises TooMany for a person who asks all day, also after each refusal.
    """
    actor = Actor.objects.select_for_update().get(pk=actor.pk)
    lately = Claim.objects.filter(user=by, created_at__gt=timezone.now() - timedelta(days=1))
    if lately.exclude(actor=actor, state=ClaimState.OPEN).count() >= MOST_CLAIMS:
        raise TooMany(TOO_MANY_CLAIMS)
    claim, is_new = Claim.objects.get_or_create(
        actor=actor,
        user=by,
        state=ClaimState.OPEN,
        defaults={"message": message, "is_domain_proven": domain_proves(by.email, actor)},
    )
    if not is_new:
        return claim, False
    AuditEntry.objects.record(by=by, verb="claim.open", target=claim)
    queue_email(
        to=by.email,
        template="claim_received",
        context={"actor": actor.name, "asks_owner": actor.representatives.exists()},
        language=language,
        key=f"claim:{claim.pk}:received",
        user=by,
    )
    _ask_owners(claim)
    return claim, True


def send_receipt(actor, *, to, language):
    """Tell the sender that the profile waits for review. Once for each time it is submitted."""
    queue_email(
        to=to.email,
        template="registration_received",
        context={"actor": actor.name, "name": to.name},
        language=language,
        key=f"actor:{actor.pk}:received:{actor.submitted_at.isoformat()}",
        user=to,
    )
