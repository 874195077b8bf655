"""The actor: an organisation of the innovation system, and where it stands on its way to the public register."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.freshness import Freshness
from actors.models.merging import Stays, Unites
from actors.models.people import Representative
from actors.models.strategy import Area, Competence, Municipality, Theme
from web.text import in_language


class ActorKind(models.TextChoices):
    ACADEMIA = "academia", _("Academia")
    SME = "sme", _("Small or medium-sized company")
    INDUSTRY = "industry", _("Industry")
    SUPPORT = "support", _("Support system")
    PUBLIC = "public", _("Public body")
    CIVIL = "civil", _("Civil society")


class ActorStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waiting for review")
    PUBLISHED = "published", _("Published")
    RETURNED = "returned", _("Returned for changes")
    ARCHIVED = "archived", _("Archived")


class SizeClass(models.TextChoices):
    """Size classes of Commission Recommendation 2003/361/EC."""

    MICRO = "micro", _("Micro (under 10 employees)")
    SMALL = "small", _("Small (10–49 employees)")
    MEDIUM = "medium", _("Medium (50–249 employees)")
    LARGE = "large", _("Large (250 employees or more)")


class SniVersion(models.TextChoices):
    SNI_2007 = "2007", "SNI 2007"
    SNI_2025 = "2025", "SNI 2025"


class Certainty(models.TextChoices):
    HIGH = "high", _("Confirmed by a source")
    MEDIUM = "medium", _("Likely")
    LOW = "low", _("Unverified")


class ActorQuerySet(Freshness, models.QuerySet):
    """Who may see and change which actors is decided here, and nowhere else."""

    def published(self):
        return self.filter(status=ActorStatus.PUBLISHED)

    def named(self):
        """Those whose name the public may read: what was never published is told of nowhere."""
        once = Q(status=ActorStatus.ARCHIVED, published_at__isnull=False)
        return self.filter(Q(status=ActorStatus.PUBLISHED) | once)

    def visible_to(self, user):
        """Published actors, and one's own in any state; a curator sees all."""
        if user.has_perm("actors.curate_actor"):
            return self
        if not user.is_authenticated:
            return self.published()
        return self.filter(Q(status=ActorStatus.PUBLISHED) | Q(pk__in=Representative.objects.actors_of(user)))

    def editable_by(self, user):
        """The actors that `user` represents; a curator may change all."""
        if user.has_perm("actors.curate_actor"):
            return self
        if not user.is_authenticated:
            return self.none()
        return self.filter(pk__in=Representative.objects.actors_of(user))


# A–Ö on every database: without ICU there is no Swedish collation, so letters are mapped to bytes in its order.
SWEDISH_FROM = "åäöæøéèêëáàâãüúùûíìîïóòôõçñýÿ"
SWEDISH_TO = "{|}|}eeeeaaaayuuuiiiioooocnyy"


def a_to_o(text):
    """What rows are sorted by, so that `text` stands A–Ö."""
    return Func(Lower(text), Value(SWEDISH_FROM), Value(SWEDISH_TO), function="translate")


NAME_SORT = a_to_o("name")

WEB_DOMAIN = Func(
    Lower("website"), Value(r"^https?://(?:www[.])?([^/:?#]+).*$"), Value(r"\1"), function="regexp_replace"
)

# Every column that people, imports or actions write; the others are computed by the database.
WRITTEN = (  # noqa: SIM905
    "name legal_name slug kind organisation_number unit is_sole_trader size sni_code sni_version municipality_id "
    "seat_outside latitude longitude website is_website_verified contact_email description_sv description_en "
    "offers_sv offers_en seeks_sv seeks_en source certainty confirmed_at status status_reason submitted_at "
    "published_at merged_into_id created_at updated_at"
).split()


@pghistory.track(exclude=["name_sort", "labels", "facets"])
class Actor(models.Model):
    """An organisation, or a unit of one.

    `organisation_number` has ten digits and no hyphen; together with `unit` it is unique, since one number can hold
    several real units. A sole trader's number is a personal identity number: it is never stored.

    `labels` and `facets` are what the actor is tagged with, as words and as keys ("k:sme", "a:12", "m:3", …); triggers
    keep them right whoever writes. The table also has the column `search`, the full text vector (migration 0003).
    """

    name = models.CharField(_("name"), max_length=200)
    legal_name = models.CharField(_("registered name"), max_length=200, blank=True)
    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    kind = models.CharField(_("kind of actor"), max_length=10, choices=ActorKind)
    organisation_number = models.CharField(_("organisation number"), max_length=10, blank=True)
    unit = models.CharField(
        _("unit"), max_length=80, blank=True, help_text=_("Only when several units share one organisation number.")
    )
    is_sole_trader = models.BooleanField(_("sole trader"), default=False)
    size = models.CharField(_("size"), max_length=10, choices=SizeClass, blank=True)
    sni_code = models.CharField(_("industry code (SNI)"), max_length=6, blank=True)
    sni_version = models.CharField(_("version of the industry code"), max_length=4, choices=SniVersion, blank=True)
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, related_name="actors", verbose_name=_("municipality")
    )
    seat_outside = models.CharField(_("seat outside the region"), max_length=120, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    website = models.URLField(_("website"), max_length=300, blank=True)
    is_website_verified = models.BooleanField(_("website checked"), default=False)
    contact_email = models.EmailField(_("public e-mail address"), max_length=254, blank=True)
    description_sv = models.TextField(_("what you do, in Swedish"), max_length=2000, blank=True)
    description_en = models.TextField(_("what you do, in English"), max_length=2000, blank=True)
    offers_sv = models.TextField(_("what you offer, in Swedish"), max_length=1000, blank=True)
    offers_en = models.TextField(_("what you offer, in English"), max_length=1000, blank=True)
    seeks_sv = models.TextField(_("what you seek, in Swedish"), max_length=1000, blank=True)
    seeks_en = models.TextField(_("what you seek, in English"), max_length=1000, blank=True)
    areas = models.ManyToManyField(Area, blank=True, related_name="actors", verbose_name=_("specialisation areas"))
    themes = models.ManyToManyField(Theme, blank=True, related_name="actors", verbose_name=_("themes"))
    competences = models.ManyToManyField(Competence, blank=True, related_name="actors", verbose_name=_("competences"))
    source = models.CharField(_("source"), max_length=500, blank=True)
    certainty = models.CharField(_("certainty"), max_length=6, choices=Certainty, default=Certainty.HIGH)
    confirmed_at = models.DateTimeField(_("last confirmed"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=ActorStatus, default=ActorStatus.DRAFT)
    status_reason = models.TextField(_("reason for the status"), max_length=2000, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    labels = models.TextField(_("words of its tags"), default="", blank=True, editable=False)
    facets = ArrayField(
        models.CharField(max_length=24), default=list, blank=True, editable=False, verbose_name=_("keys of its tags")
    )
    name_sort = models.GeneratedField(
        expression=NAME_SORT, output_field=models.TextField(db_collation="C"), db_persist=True
    )

    objects = ActorQuerySet.as_manager()
    merging = {
        "areas": Unites(),
        "themes": Unites(),
        "competences": Unites(),
        "merged_into": Stays("old addresses are followed from one to the next"),
    }

    class Meta:
        verbose_name = _("actor")
        verbose_name_plural = _("actors")
        ordering = ["name_sort", "id"]
        permissions = [("curate_actor", _("Can curate the register: review, publish, return, archive"))]
        indexes = [
            models.Index(fields=["name_sort", "id"], name="actor_a_to_o", condition=Q(status=ActorStatus.PUBLISHED)),
            models.Index(fields=["status", "submitted_at"], name="actor_queue"),
            models.Index(
                F("published_at").desc(),
                F("id").desc(),
                name="actor_newest",
                condition=Q(status=ActorStatus.PUBLISHED),
            ),
            models.Index(WEB_DOMAIN, name="actor_web_domain", condition=~Q(website="")),
        ]
        triggers = [
            # Counts every save, whoever writes, so that a form drawn from an older row can be told so.
            pgtrigger.Trigger(
                name="version_counts",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf(*WRITTEN),
                func="NEW.version := OLD.version + 1; RETURN NEW;",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                F("organisation_number"),
                Lower("unit"),
                name="actor_number_and_unit_once",
                condition=~Q(organisation_number=""),
            ),
            models.CheckConstraint(
                name="actor_number_is_an_organisations",
                condition=Q(organisation_number="") | Q(organisation_number__regex=r"^[0-9]{2}[2-9][0-9]{7}$"),
            ),
            models.CheckConstraint(
                name="actor_sole_trader_has_no_number",
                condition=Q(is_sole_trader=False) | Q(organisation_number=""),
            ),
            models.CheckConstraint(
                name="actor_merged_is_archived",
                condition=Q(merged_into=None) | (Q(status=ActorStatus.ARCHIVED) & ~Q(merged_into=F("pk"))),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("actor", args=[self.slug])

    @property
    def description(self):
        return in_language(self, "description")

    @property
    def offers(self):
        return in_language(self, "offers")

    @property
    def seeks(self):
        return in_language(self, "seeks")

    @property
    def is_named(self):
        """As `named` says of many."""
        once = self.status == ActorStatus.ARCHIVED and self.published_at is not None
        return self.status == ActorStatus.PUBLISHED or once

    @property
    def is_unverified(self):
        """Facts of low certainty must not look official (strategy data, product rule 11)."""
        return self.certainty == Certainty.LOW
