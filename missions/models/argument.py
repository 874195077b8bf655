"""The theory of change of a mission: statements that lead to each other, and the evidence for them."""

from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models.merging import Moves
from missions.models.mission import Mission
from platforms.models import Decision, Document


class Confidence(models.TextChoices):
    ASSUMED = "assumed", _("Assumed, not tested")
    INDICATED = "indicated", _("Signs speak for it")
    SHOWN = "shown", _("Shown")
    REFUTED = "refuted", _("Refuted")


class Statement(models.Model):
    """If … then … because …: one step of the argument.

    Somebody owns it: a person of the space (`owner`), known in public by their organisation (`owner_actor`).
    `review_on` is when it is to be looked at next.
    """

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="statements", verbose_name=_("mission"))
    number = models.PositiveIntegerField(_("number"))
    if_text = models.CharField(_("if"), max_length=300)
    then_text = models.CharField(_("then"), max_length=300)
    because_text = models.CharField(_("because"), max_length=500, blank=True)
    confidence = models.CharField(_("how sure"), max_length=9, choices=Confidence, default=Confidence.ASSUMED)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    owner_actor = models.ForeignKey(
        "actors.Actor",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation that owns it"),
    )
    review_on = models.DateField(_("look at it again on"), null=True, blank=True)
    leads_to = models.ManyToManyField(
        "self", through="StatementLink", symmetrical=False, related_name="rests_on", verbose_name=_("leads to")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    merging = {"owner_actor": Moves()}

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["mission", "number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["mission", "number"], name="statement_number_once")]

    def __str__(self):
        return _("If %(if)s, then %(then)s") % {"if": self.if_text, "then": self.then_text}

    @property
    def is_untested(self):
        return self.confidence == Confidence.ASSUMED

    @property
    def has_owner(self):
        return bool(self.owner_id or self.owner_actor_id)


class StatementLink(models.Model):
    """What the first statement brings about is what the second one begins with."""

    source = models.ForeignKey(Statement, models.CASCADE, related_name="onwards", verbose_name=_("statement"))
    target = models.ForeignKey(Statement, models.CASCADE, related_name="backwards", verbose_name=_("leads to"))

    class Meta:
        verbose_name = _("link between statements")
        verbose_name_plural = _("links between statements")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="statement_link_once"),
            models.CheckConstraint(name="statement_leads_not_to_itself", condition=~Q(source=F("target"))),
        ]

    def __str__(self):
        return f"{self.source_id} → {self.target_id}"


OWN_THINGS = ("document", "decision", "measurement")


def one_thing():
    """That evidence points at exactly one thing: one of the mission's own, `thing`, which is one of another app by its
    kind and id ("event:12"), or an address of the web."""
    empty = dict.fromkeys(OWN_THINGS) | {"thing": "", "url": ""}
    ways = [
        Q(**{other: empty[other] for other in empty if other != name}) & ~Q(**{name: empty[name]}) for name in empty
    ]
    return reduce(or_, ways) & (Q(thing="") | Q(thing__regex=r"^[a-z]+:[1-9][0-9]*$"))


class Evidence(models.Model):
    """What speaks for or against a statement, or shows an experiment or a measurement: one thing, with a few words.

    A document or a decision lies in the mission's space: who may not read there learns only that the partnership holds
    evidence. So it is with what `missions.things` says that the reader may not know of.
    """

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="evidence", verbose_name=_("mission"))
    statement = models.ForeignKey(
        Statement, models.CASCADE, null=True, blank=True, related_name="evidence", verbose_name=_("statement")
    )
    experiment = models.ForeignKey(
        "missions.Experiment", models.CASCADE, null=True, blank=True, related_name="evidence",
        verbose_name=_("experiment"),
    )  # fmt: skip
    words = models.CharField(_("what it shows"), max_length=300)
    is_against = models.BooleanField(_("speaks against it"), default=False)
    document = models.ForeignKey(
        Document, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("document")
    )
    decision = models.ForeignKey(
        Decision, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("decision")
    )
    measurement = models.ForeignKey(
        "missions.Measurement", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("measurement")
    )
    thing = models.CharField(_("thing of another part of the hub"), max_length=60, blank=True)
    url = models.URLField(_("web address"), max_length=500, blank=True)
    dated_on = models.DateField(_("date"), default=timezone.localdate)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("added by")
    )

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["-dated_on", "-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="evidence_is_one_thing", condition=one_thing()),
            models.CheckConstraint(
                name="evidence_is_for_one_thing",
                condition=Q(statement__isnull=False, experiment=None) | Q(statement=None, experiment__isnull=False),
            ),
        ]

    def __str__(self):
        return self.words
