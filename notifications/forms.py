"""When the digest comes, as a person chooses it."""

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from notifications.schedule import EVERY_DAY, ON_TUESDAY, next_due


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

    @classmethod
    def of(cls, setting, data=None):
        often = {ON_TUESDAY: cls.WEEKLY, EVERY_DAY: cls.DAILY, 0: cls.NEVER}.get(setting.days, cls.CHOSEN)
        days = [number for number in WEEKDAYS if setting.days >> number & 1]
        chosen = days if often == cls.CHOSEN else []
        return cls(data, initial={"often": often, "weekdays": chosen, "hour": setting.hour})

    def clean(self):
        values = super().clean()
        often, chosen = values.get("often"), values.get("weekdays") or []
        if often == self.CHOSEN and not chosen:
            self.add_error("weekdays", _("Choose at least one day, or “Never”."))
        days = {self.WEEKLY: ON_TUESDAY, self.DAILY: EVERY_DAY, self.CHOSEN: sum(1 << day for day in chosen)}
        return values | {"days": days.get(often, 0)}


def choose(setting, now, *, days, hour):
    """Save when the digest comes from now on."""
    setting.days, setting.hour, setting.next_at = days, hour, next_due(now, days, hour)
    setting.save(update_fields=["days", "hour", "next_at"])
