"""A run: a mission worked through by one version of a method, stage by stage, each with its gate."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from actors.models.merging import Moves, Stays
from missions.models.argument import one_thing
from missions.models.method import MethodRole, MethodVersion, Stage
from missions.models.mission import Mission
from missions.models.portfolio import Measurement
from platforms.models import Decision, Document


class RunState(models.TextChoices):
    """A run that is looked back on has no stage left, or was stopped; its people answer the five questions."""

    RUNNING = "running", _("Running")
    REVIEWED = "reviewed", _("Looking back")
    CLOSED = "closed", pgettext_lazy("run", "Closed")


class RunQuerySet(models.QuerySet):
    def running(self):
        return self.filter(state=RunState.RUNNING)

    def visible_to(self, user):
        """Those of missions that `user` may see."""
        return self.filter(mission__in=Mission.objects.visible_to(user).values("pk"))

    def led_by(self, user):
        return self.filter(mission__in=Mission.objects.led_by(user).values("pk"))


class Run(models.Model):
    """`method_version` is pinned: a newer version changes nothing here until the run is moved to it on purpose."""

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="runs", verbose_name=_("mission"))
    number = models.PositiveSmallIntegerField(_("number"))
    method_version = models.ForeignKey(
        MethodVersion, models.PROTECT, related_name="runs", verbose_name=_("version of the method")
    )
    state = models.CharField(_("state"), max_length=8, choices=RunState, default=RunState.RUNNING)
    started_on = models.DateField(_("started"), default=timezone.localdate)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("started by")
    )
    was_stopped = models.BooleanField(_("stopped at a gate"), default=False)
    closed_on = models.DateField(_("closed"), null=True, blank=True)
    outcome = models.TextField(_("outcome in words"), max_length=2000, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["mission", "-number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["mission", "number"], name="run_number_once"),
            models.UniqueConstraint(fields=["mission"], name="run_one_at_a_time", condition=Q(state=RunState.RUNNING)),
            models.CheckConstraint(
                name="run_closed_has_a_date",
                condition=(Q(state=RunState.CLOSED) & Q(closed_on__isnull=False))
                | (~Q(state=RunState.CLOSED) & Q(closed_on=None)),
            ),
        ]

    def __str__(self):
        return _("%(mission)s, run %(number)s") % {"mission": self.mission, "number": self.number}

    def get_absolute_url(self):
        return reverse("run", args=[self.mission.slug, self.number])


class RunMove(models.Model):
    """A run was moved to another version of its method."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="moves", verbose_name=_("run"))
    source = models.ForeignKey(MethodVersion, models.PROTECT, related_name="+", verbose_name=_("from version"))
    target = models.ForeignKey(MethodVersion, models.PROTECT, related_name="+", verbose_name=_("to version"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("move of a run")
        verbose_name_plural = _("moves of runs")
        ordering = ["-at", "-id"]
        default_permissions = ()

    def __str__(self):
        return f"{self.run}: {self.source.number} → {self.target.number}"


class StageState(models.TextChoices):
    WAITING = "waiting", _("Not begun")
    OPEN = "open", _("Going on")
    PASSED = "passed", _("Passed")
    SKIPPED = "skipped", _("Skipped")
    STOPPED = "stopped", _("Stopped")


DONE_STAGES = (StageState.PASSED, StageState.SKIPPED, StageState.STOPPED)


class RunStage(models.Model):
    """A stage of a run. `learning` is the one line that closing it asks for; `reason` why it was skipped or stopped."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="stages", verbose_name=_("run"))
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", verbose_name=_("stage"))
    position = models.PositiveSmallIntegerField(_("position"))
    state = models.CharField(_("state"), max_length=7, choices=StageState, default=StageState.WAITING)
    opened_on = models.DateField(_("begun"), null=True, blank=True)
    closed_on = models.DateField(_("closed"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    learning = models.CharField(_("what was learnt, in a line"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("stage of a run")
        verbose_name_plural = _("stages of runs")
        ordering = ["run", "position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "stage"], name="run_stage_once"),
            models.UniqueConstraint(
                fields=["run", "position"], name="run_stage_position_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["run"], name="run_one_open_stage", condition=Q(state=StageState.OPEN)),
            models.CheckConstraint(
                name="run_stage_skipped_or_stopped_has_a_reason",
                condition=~Q(state__in=[StageState.SKIPPED, StageState.STOPPED]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="run_stage_passed_has_a_learning",
                condition=~Q(state=StageState.PASSED) | ~Q(learning=""),
            ),
            models.CheckConstraint(
                name="run_stage_closed_has_a_date",
                condition=(Q(state__in=DONE_STAGES) & Q(closed_on__isnull=False))
                | (~Q(state__in=DONE_STAGES) & Q(closed_on=None)),
            ),
        ]

    def __str__(self):
        return f"{self.position}. {self.stage}"

    def get_absolute_url(self):
        return reverse("run_stage", args=[self.run.mission.slug, self.run.number, self.stage.slug])


class RunRole(models.Model):
    """Who has a role of the method in a run: a person of the space, or an organisation."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="roles", verbose_name=_("run"))
    role = models.ForeignKey(MethodRole, models.PROTECT, related_name="+", verbose_name=_("role"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    actor = models.ForeignKey(
        "actors.Actor", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("organisation")
    )

    merging = {"actor": Moves()}

    class Meta:
        verbose_name = _("role in a run")
        verbose_name_plural = _("roles in runs")
        ordering = ["run", "role__position", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["run", "role", "user", "actor"], name="run_role_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="run_role_has_a_holder", condition=Q(user__isnull=False) | Q(actor__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.role}: {self.user or self.actor}"


class Tick(models.Model):
    """An activity of a stage is done; `activity` is its key in the stage."""

    stage = models.ForeignKey(RunStage, models.CASCADE, related_name="ticks", verbose_name=_("stage"))
    activity = models.SlugField(_("activity"), max_length=60)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("activity that is done")
        verbose_name_plural = _("activities that are done")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["stage", "activity"], name="activity_ticked_once")]

    def __str__(self):
        return self.activity


class Output(models.Model):
    """What a stage brought forth, in words; `key` is that of the output in the stage."""

    stage = models.ForeignKey(RunStage, models.CASCADE, related_name="outputs", verbose_name=_("stage"))
    key = models.SlugField(_("output"), max_length=60)
    text = models.TextField(_("in words"), max_length=5000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        verbose_name = _("output of a stage")
        verbose_name_plural = _("outputs of stages")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["stage", "key"], name="output_once")]

    def __str__(self):
        return self.key


class OutputEvidence(models.Model):
    """A thing that shows an output: a document or decision of the space, a measurement, a thing of another app, or an
    address of the web."""

    output = models.ForeignKey(Output, models.CASCADE, related_name="evidence", verbose_name=_("output"))
    words = models.CharField(_("what it shows"), max_length=300, blank=True)
    document = models.ForeignKey(
        Document, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("document")
    )
    decision = models.ForeignKey(
        Decision, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("decision")
    )
    measurement = models.ForeignKey(
        Measurement, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("measurement")
    )
    thing = models.CharField(_("thing of another part of the hub"), max_length=60, blank=True)
    url = models.URLField(_("web address"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("added by")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("evidence of an output")
        verbose_name_plural = _("evidence of outputs")
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="output_evidence_is_one_thing", condition=one_thing()),
        ]

    def __str__(self):
        return self.words or self.url


class Said(models.TextChoices):
    YES = "yes", _("Yes")
    PARTLY = "partly", _("Partly")
    NO = "no", _("No")


class GateAnswer(models.Model):
    """The answer to a question of a stage's gate; `key` is that of the question in the stage."""

    stage = models.ForeignKey(RunStage, models.CASCADE, related_name="answers", verbose_name=_("stage"))
    key = models.SlugField(_("question"), max_length=60)
    answer = models.CharField(_("answer"), max_length=6, choices=Said)
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("answer at a gate")
        verbose_name_plural = _("answers at gates")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["stage", "key"], name="gate_question_answered_once")]

    def __str__(self):
        return f"{self.key}: {self.answer}"


class GateVerdict(models.TextChoices):
    GO = "go", _("Go: on to the next stage")
    ADJUST = "adjust", _("Adjust: stay in this stage and change something")
    STOP = "stop", _("Stop: end the run here")


class GateDecision(models.Model):
    """What was decided at a gate, by whom and when. Adjusting leaves a row each time."""

    stage = models.ForeignKey(RunStage, models.CASCADE, related_name="decisions", verbose_name=_("stage"))
    verdict = models.CharField(_("decision"), max_length=6, choices=GateVerdict)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    on_behalf_of = models.ForeignKey(
        "actors.Actor", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("on behalf of")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    merging = {"on_behalf_of": Stays("what was decided on that day was decided for that organisation")}

    class Meta:
        verbose_name = _("decision at a gate")
        verbose_name_plural = _("decisions at gates")
        ordering = ["at", "id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="gate_adjust_and_stop_have_a_reason",
                condition=Q(verdict=GateVerdict.GO) | ~Q(reason=""),
            )
        ]

    def __str__(self):
        return self.get_verdict_display()
