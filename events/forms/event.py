"""Forms of an event: what it is, its series, moving and cancelling it."""

from datetime import datetime, timedelta

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from actors.models import Municipality
from events import times
from events.actions.keeping import PLACE
from events.forms.fields import ActorsField, MomentField, QuestionsField, as_rows
from events.models import Audience, Event
from missions.models import Mission
from platforms.forms.decisions import DayField, version_field
from platforms.models import Partnership
from web.fields import LineField, TextField, WebAddressField

ENDS_FIRST = _("It ends before it starts. Choose an end that comes later.")
CLOSES_LATE = _("Sign-up must close before the event starts.")
OPENS_LATE = _("Sign-up must open before it closes.")
NEEDS_PARTNERSHIP = _("Choose the partnership whose people may come.")
LONGEST = timedelta(days=31)
TOO_LONG = _("That is longer than a month. Check the days, or make a series.")
THIS, FOLLOWING = "this", "following"
SCOPES = [(THIS, _("Only this one")), (FOLLOWING, _("This one and all later ones in the series"))]
TIMES = ("starts_at", "ends_at")


def short(rows):
    return forms.Textarea(attrs={"rows": rows})


def scope_field():
    return forms.ChoiceField(
        label=_("What the change is for"), choices=SCOPES, widget=forms.RadioSelect, initial=THIS, required=False
    )


def judge_times(form, data):
    starts_at, ends_at = data.get("starts_at"), data.get("ends_at")
    if starts_at and ends_at and ends_at <= starts_at:
        form.add_error("ends_at", ENDS_FIRST)
    elif starts_at and ends_at and ends_at - starts_at > LONGEST:
        form.add_error("ends_at", TOO_LONG)


class EventForm(forms.ModelForm):
    """All that an event says. Of one that is announced, time and place are moved, so that everybody hears of it."""

    title_sv = LineField(label=_("Title"), max_length=200, min_length=2)
    title_en = LineField(label=_("Title in English"), max_length=200, required=False)
    text_sv = TextField(label=_("What happens, and for whom"), max_length=8000, required=False, widget=short(6))
    text_en = TextField(label=_("The same in English"), max_length=8000, required=False, widget=short(4))
    starts_at = MomentField(label=_("Starts"))
    ends_at = MomentField(label=_("Ends"))
    place = LineField(
        label=_("Place"), max_length=200, required=False, help_text=_("For example the name of the house and the room.")
    )
    address = LineField(label=_("Street and town"), max_length=200, required=False)
    municipality = forms.ModelChoiceField(
        Municipality.objects.order_by("name"), label=_("Municipality"), required=False, empty_label=_("None chosen")
    )
    access_sv = TextField(
        label=_("How to get there and in"),
        max_length=2000,
        required=False,
        widget=short(3),
        help_text=_("Steps, lift, toilet, hearing loop, parking, the nearest stop."),
    )
    access_en = TextField(label=_("The same in English"), max_length=2000, required=False, widget=short(3))
    video_link = WebAddressField(
        label=_("Video link"), max_length=500, required=False, help_text=_("Shown only to those who have a seat.")
    )
    organisers = ActorsField(label=_("Organisers"), help_text=_("Organisations of the register, one name a line."))
    organiser_note = LineField(label=_("Other organisers"), max_length=200, required=False)
    capacity = forms.IntegerField(
        label=_("Number of seats"),
        min_value=1,
        max_value=100_000,
        required=False,
        help_text=_("Leave it empty when everybody fits in."),
    )
    opens_at = MomentField(label=_("Sign-up opens"), required=False)
    closes_at = MomentField(
        label=_("Sign-up closes"), required=False, help_text=_("Empty: one can sign up until it starts.")
    )
    offer_hours = forms.IntegerField(
        label=_("Hours to take a seat that became free"), min_value=1, max_value=168, initial=24
    )
    questions = QuestionsField(label=_("What is asked at sign-up"))
    scope = scope_field()
    version = version_field()

    SECTIONS = (
        (_("What it is"), ("title_sv", "kind", "text_sv", "title_en", "text_en")),
        (_("When"), TIMES),
        (_("Where"), ("place", "address", "municipality", "access_sv", "access_en", "video_link")),
        (
            _("Who and what about"),
            ("organisers", "organiser_note", "partnership", "mission", "audience", "areas", "themes"),
        ),
        (
            _("Sign-up"),
            (
                *("takes_registrations", "capacity", "has_waiting_list", "offer_hours", "opens_at", "closes_at"),
                "questions",
            ),
        ),
    )
    PAIRS = {"starts_at": "ends_at", "opens_at": "closes_at", "partnership": "mission", "place": "address"}

    class Meta:
        model = Event
        fields = (
            *("title_sv", "title_en", "text_sv", "text_en", "kind", *TIMES, *PLACE, "access_sv", "access_en"),
            *("video_link", "organiser_note", "partnership", "mission", "audience", "areas", "themes"),
            *("takes_registrations", "capacity", "opens_at", "closes_at", "has_waiting_list", "offer_hours"),
        )
        widgets = {"areas": forms.CheckboxSelectMultiple, "themes": forms.CheckboxSelectMultiple}
        labels = {
            "kind": _("Kind of event"),
            "audience": _("Who may come"),
            "areas": _("Specialisation areas"),
            "themes": _("Themes"),
            "partnership": _("Partnership"),
            "mission": _("Mission"),
            "takes_registrations": _("People sign up here"),
            "has_waiting_list": _("Waiting list when all seats are taken"),
        }

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        event = self.instance
        self.fields["mission"].queryset = Mission.objects.visible_to(by).order_by("name_sv", "pk")
        self.fields["mission"].empty_label = self.fields["partnership"].empty_label = _("None chosen")
        self.fields["partnership"].queryset = Partnership.objects.visible_to(by).order_by("name_sv", "pk")
        if event.space_id:
            del self.fields["partnership"]
        self._leave_alone("mission", "partnership")
        if event.pk and not event.is_draft:
            for name in (*TIMES, *PLACE):
                del self.fields[name]
        if not event.series_id:
            del self.fields["scope"]
        if event.pk:
            self.initial["organisers"] = list(event.organisers.order_by("name", "pk"))
            self.initial["questions"] = as_rows(event.questions.all())
        self.initial["version"] = event.version

    def _leave_alone(self, *names):
        """What the event belongs to and its keeper may not see stays as it is, unnamed."""
        for name in names:
            pk = getattr(self.instance, f"{name}_id")
            if pk and name in self.fields and not self.fields[name].queryset.filter(pk=pk).exists():
                del self.fields[name]

    @property
    def sections(self):
        """(heading, [pairs or single fields]) of the fields that are there."""
        for heading, names in self.SECTIONS:
            rows, taken = [], set()
            for name in names:
                if name not in self.fields or name in taken:
                    continue
                other = self.PAIRS.get(name)
                pair = [self[one] for one in (name, other) if one in self.fields]
                taken |= {name, other}
                rows.append(pair)
            if rows:
                yield heading, rows

    @property
    def plain(self):
        """The values that are columns of the event."""
        names = [name for name in self.Meta.fields if name in self.fields and name not in ("areas", "themes")]
        return {name: self.cleaned_data[name] for name in names}

    @property
    def with_following(self):
        return self.cleaned_data.get("scope") == FOLLOWING

    def clean(self):
        data = super().clean()
        judge_times(self, data)
        starts_at = data.get("starts_at") if "starts_at" in self.fields else self.instance.starts_at
        opens_at, closes_at = data.get("opens_at"), data.get("closes_at")
        if closes_at and starts_at and closes_at > starts_at:
            self.add_error("closes_at", CLOSES_LATE)
        if opens_at and (closes_at or starts_at) and opens_at >= (closes_at or starts_at):
            self.add_error("opens_at", OPENS_LATE)
        has_one = data.get("partnership") or self.instance.space_id
        if data.get("audience") == Audience.PARTNERSHIP and not has_one and "partnership" not in self.errors:
            self.add_error("partnership" if "partnership" in self.fields else None, NEEDS_PARTNERSHIP)
        return data

    def _post_clean(self):
        """The row is written by the action, under its lock; nothing of it is touched here."""


class CopyForm(forms.Form):
    starts_at = MomentField(label=_("Starts"))
    ends_at = MomentField(label=_("Ends"))

    def clean(self):
        data = super().clean()
        judge_times(self, data)
        return data


class StepForm(forms.Form):
    """A step that needs no more than a yes."""

    scope = scope_field()

    def __init__(self, *args, event, **kwargs):
        super().__init__(*args, **kwargs)
        self.event = event
        if not event.series_id:
            del self.fields["scope"]

    @property
    def values(self):
        """What the action takes."""
        found = {name: value for name, value in self.cleaned_data.items() if name != "scope"}
        return found | {"with_following": self.cleaned_data.get("scope") == FOLLOWING}


class HoldForm(StepForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.pop("scope", None)

    @property
    def values(self):
        return {}


class CancelForm(StepForm):
    reason = LineField(
        label=_("Why it is cancelled"),
        max_length=500,
        help_text=_("It stands on the page, and in the mail to everybody who has signed up."),
    )
    field_order = ("reason", "scope")


class MoveForm(StepForm):
    starts_at = MomentField(label=_("Starts"))
    ends_at = MomentField(label=_("Ends"))
    place = LineField(label=_("Place"), max_length=200, required=False)
    address = LineField(label=_("Street and town"), max_length=200, required=False)
    municipality = forms.ModelChoiceField(
        Municipality.objects.order_by("name"), label=_("Municipality"), required=False, empty_label=_("None chosen")
    )
    reason = LineField(
        label=_("Why it is moved"),
        max_length=500,
        help_text=_("It stands on the page, and in the mail to everybody who has signed up."),
    )
    field_order = ("starts_at", "ends_at", "place", "address", "municipality", "reason", "scope")

    def __init__(self, *args, event, **kwargs):
        standing = {name: getattr(event, name) for name in (*TIMES, *PLACE)}
        kwargs["initial"] = {**standing, **kwargs.get("initial", {})}
        super().__init__(*args, event=event, **kwargs)

    def clean(self):
        data = super().clean()
        judge_times(self, data)
        return data


# ── Series ───────────────────────────────────────────────────────────────────────────────────────────────────────────
MOST = 60
RHYTHMS = [
    ("weekly", _("Every week")),
    ("fortnightly", _("Every second week")),
    ("monthly", _("Every month on the same date")),
    ("weekday", _("Every month on the same day of the week")),
]
NO_END = _("Say when the series ends: after a number of times, or on a day.")
TWO_ENDS = _("Give either a number or a last day, not both.")
NO_SUCH_DATE = _("Not every month has that date. Choose the same day of the week instead.")
NOTHING_LEFT = _("With these dates left out nothing is left to repeat.")
NOT_A_DATE = _("“%(text)s” is no day. Write days like this, one a line: 2026-12-24.")
NOT_IN_SERIES = _("%(day)s is none of the days of the series.")
TOO_MANY = _("At most %(most)s times. Choose an earlier last day.")


class SeriesForm(forms.Form):
    """How an event recurs, by the clock on the wall: 09:00 stays 09:00 when the clocks are changed."""

    rhythm = forms.ChoiceField(label=_("How often"), choices=RHYTHMS, widget=forms.RadioSelect, initial="weekly")
    times = forms.IntegerField(
        label=_("How many times in all"), min_value=2, max_value=MOST, required=False, help_text=_("This one included.")
    )
    until = DayField(label=_("Or: the last day"), required=False)
    left_out = TextField(
        label=_("Days on which it is left out"),
        max_length=1000,
        required=False,
        widget=short(3),
        help_text=_("One a line, for example 2026-12-24."),
    )

    def __init__(self, *args, event, **kwargs):
        super().__init__(*args, **kwargs)
        self.start = times.local(event.starts_at)

    def clean_left_out(self):
        return [self._day(line) for line in self.cleaned_data["left_out"].splitlines() if line.strip()]

    def _day(self, text):
        try:
            return datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            raise ValidationError(NOT_A_DATE, params={"text": text.strip()[:40]}) from None

    def clean(self):
        data = super().clean()
        count, until = data.get("times"), data.get("until")
        if not self.errors and not (count or until):
            self.add_error("times", NO_END)
        if count and until:
            self.add_error("until", TWO_ENDS)
        if data.get("rhythm") == "monthly" and self.start.day > 28:
            self.add_error("rhythm", NO_SUCH_DATE)
        if not self.errors:
            self._reckon(data)
        return data

    def _reckon(self, data):
        """`starts`: the local times of all but the first; `rule`: what they were made from."""
        made = rrule(dtstart=self.start, **self._how(data))
        days = [one for _number, one in zip(range(MOST + 1), made, strict=False)]
        if len(days) > MOST:
            return self.add_error("until", ValidationError(TOO_MANY, params={"most": MOST}))
        there, left_out = {one.date() for one in days}, set(data["left_out"])
        for day in sorted(left_out - there):
            self.add_error("left_out", ValidationError(NOT_IN_SERIES, params={"day": day.isoformat()}))
        self.starts = [one for one in days[1:] if one.date() not in left_out]
        self.rule = str(made).partition("RRULE:")[2]
        if not self.starts:
            self.add_error(None, NOTHING_LEFT)
        for one in self.starts:
            try:
                times.at(one)
            except ValidationError as error:
                self.add_error("left_out", error)

    def _how(self, data):
        last = datetime.combine(data["until"], self.start.time()) if data.get("until") else None
        ends = {"count": data["times"]} if data.get("times") else {"until": last}
        if data["rhythm"] == "monthly":
            return {"freq": MONTHLY, **ends}
        if data["rhythm"] == "weekday":
            place = (self.start.day - 1) // 7 + 1
            return {"freq": MONTHLY, "byweekday": weekday(self.start.weekday(), place if place < 5 else -1), **ends}
        return {"freq": WEEKLY, "interval": 2 if data["rhythm"] == "fortnightly" else 1, **ends}
