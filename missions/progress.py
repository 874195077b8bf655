"""How far a mission has come on the way from its baseline to its target, as a share and in words."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.formats import number_format
from django.utils.translation import gettext as _

ALL = 100


def written(value):
    """A number as people read it: no zeros at its end, thousands apart."""
    plain = f"{value:f}"
    text = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return number_format(Decimal(text), use_l10n=True)


@dataclass(frozen=True)
class Progress:
    """`value` is the latest measurement of the goal, None before there is one."""

    baseline: Decimal | None
    target: Decimal | None
    value: Decimal | None
    unit: str = ""

    @property
    def is_measurable(self):
        return self.baseline is not None and self.target is not None and self.baseline != self.target

    @cached_property
    def percent(self):
        """The share of the way, in whole percent; below nought it goes the wrong way, None before there is a value.
        Never rounded up to a target that is not reached."""
        if not self.is_measurable or self.value is None:
            return None
        return int((self.value - self.baseline) * ALL // (self.target - self.baseline))

    @property
    def bar(self):
        """The share that a bar shows, 0 to 100."""
        return max(0, min(ALL, self.percent or 0))

    @property
    def is_reached(self):
        return self.percent is not None and self.percent >= ALL

    @property
    def words(self):
        if not self.is_measurable:
            return _("The goal cannot be measured yet")
        if self.percent is None:
            return _("Not measured yet")
        if self.is_reached:
            return _("The target is reached")
        if self.percent < 0:
            return _("Further from the target than at the start")
        return _("%(percent)s %% of the way") % {"percent": self.percent}

    @property
    def figures(self):
        """From, now and to, as one line."""
        if not self.is_measurable:
            return ""
        steps = (self.baseline, self.target) if self.value is None else (self.baseline, self.value, self.target)
        return f"{' → '.join(map(written, steps))} {self.unit}".strip()
