"""When the digest comes, as a person chooses it; and what staff say when they lift a stop."""

from django import forms
from django.db import transaction
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from notifications import wishes
from notifications.models.notice import usual_most
from notifications.schedule import EVERY_DAY, ON_TUESDAY, next_due
from web.text import clean_line

MOSTS, ALL = (1, 2, 5), 999


class DigestForm(forms.Form):
    """`often` with what belongs to it; `days` in `cleaned_data` are the bits of `DigestSetting.days`."""

    WEEKLY, DAILY, CHOSEN, NEVER = "weekly", "daily", "chosen", "never"
    OFTEN = [
        (WEEKLY, _("Every week, on Tuesday")),
        (DAILY, _("Every day")),
        (CHOSEN, _("On the days that I choose")),
        (NEVER, _("Never")),
    ]
    often = forms.ChoiceField(label=_("How often"), choices=OFTEN, widget=forms.RadioSelect)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days"),
        choices=[(number, name) for number, name in WEEKDAYS.items()],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only for “On the days that I choose”."),
    )
    hour = forms.TypedChoiceField(
        label=_("At"), choices=[(hour, f"{hour:02}.00") for hour in range(24)], coerce=int, initial=8
    )
    most = forms.TypedChoiceField(
        label=_("Mails a week at most"),
        coerce=int,
        help_text=_(
            "Digests and reminders together. When somebody speaks to you by name, answers you or invites you, that "
            "mail comes besides."
        ),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Mails besides the digest"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        usual = usual_most()
        numbers = sorted({usual, self.initial.get("most", usual), *MOSTS} - {ALL})
        self.fields["most"].choices = [*((number, str(number)) for number in numbers), (ALL, _("As many as come"))]
        self.fields["kinds"].choices = wishes.kinds()

    @classmethod
    def of(cls, setting, unwanted, data=None):
        often = {ON_TUESDAY: cls.WEEKLY, EVERY_DAY: cls.DAILY, 0: cls.NEVER}.get(setting.days, cls.CHOSEN)
        days = [number for number in WEEKDAYS if setting.days >> number & 1]
        chosen = days if often == cls.CHOSEN else []
        kinds = [kind for kind, _label in wishes.kinds() if kind not in unwanted]
        initial = {"often": often, "weekdays": chosen, "hour": setting.hour, "most": setting.most, "kinds": kinds}
        return cls(data, initial=initial)

    def clean(self):
        values = super().clean()
        often, chosen = values.get("often"), values.get("weekdays") or []
        if often == self.CHOSEN and not chosen:
            self.add_error("weekdays", _("Choose at least one day, or “Never”."))
        days = {self.WEEKLY: ON_TUESDAY, self.DAILY: EVERY_DAY, self.CHOSEN: sum(1 << day for day in chosen)}
        return values | {"days": days.get(often, 0)}


class LiftForm(forms.Form):
    """Why staff let mail go to a stopped address again."""

    reason = forms.CharField(label=_("Why mail can go there again"), max_length=500)

    def clean_reason(self):
        return clean_line(self.cleaned_data["reason"])


@transaction.atomic
def choose(setting, now, *, days, hour, most, kinds):
    """Save when the digest comes from now on, and which mails come besides."""
    setting.days, setting.hour, setting.most, setting.next_at = days, hour, most, next_due(now, days, hour)
    setting.save(update_fields=["days", "hour", "most", "next_at"])
    wishes.choose(setting.user, kinds)


def end_digest(setting):
    """No digest from now on; the rest stays as it is."""
    setting.days, setting.next_at = 0, None
    setting.save(update_fields=["days", "next_at"])
