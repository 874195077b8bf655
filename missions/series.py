"""An indicator's series: a small line with baseline and target, drawn on the server, and the same numbers in words."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from missions.models import Indicator
from missions.progress import Progress, written
from web.templatetags.web import day

WIDTH, HEIGHT, EDGE, FOOT = 320, 128, 8, 28


@dataclass
class Series:
    """`measurements` in the order of their days. The goal's own measure has the mission's baseline and target."""

    indicator: Indicator
    measurements: list

    @property
    def baseline(self):
        mission = self.indicator.mission
        own = self.indicator.baseline
        return mission.baseline if self.indicator.is_goal and own is None else own

    @property
    def target(self):
        mission = self.indicator.mission
        own = self.indicator.target
        return mission.target if self.indicator.is_goal and own is None else own

    @property
    def latest(self):
        return self.measurements[-1] if self.measurements else None

    @property
    def progress(self):
        value = self.latest.value if self.latest else None
        return Progress(self.baseline, self.target, value, self.indicator.unit)

    @cached_property
    def told(self):
        """The picture in words."""
        first, last = self.measurements[0], self.latest
        facts = {"name": self.indicator.name, "first": written(first.value), "last": written(last.value)}
        facts |= {"from": day(first.on), "to": day(last.on)}
        said = _("%(name)s: %(first)s on %(from)s, %(last)s on %(to)s") if first is not last else _(
            "%(name)s: %(last)s on %(to)s"
        )  # fmt: skip
        levels = [(_("baseline"), self.baseline), (_("target"), self.target)]
        return ", ".join([said % facts, *(f"{name} {written(level)}" for name, level in levels if level is not None)])

    def svg(self):
        """The picture; "" before there is a value. `self.told` says it in words."""
        if not self.measurements:
            return ""
        spots = [(self._x(one), self._y(one.value)) for one in self.measurements]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        dots = format_html_join("", '<circle cx="{}" cy="{}" r="3"/>', ((f"{x:.1f}", f"{y:.1f}") for x, y in spots))
        return format_html(
            '<svg class="series" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}<polyline points="{}"/>{}{}</svg>',
            WIDTH,
            HEIGHT,
            self.told,
            self._level("base", self.baseline, _("baseline")),
            self._level("aim", self.target, _("target")),
            path,
            dots,
            self._days(),
        )

    @cached_property
    def _range(self):
        """Lowest and highest of what is drawn."""
        levels = [one.value for one in self.measurements]
        levels += [level for level in (self.baseline, self.target) if level is not None]
        return min(levels), max(levels)

    def _y(self, value):
        low, high = self._range
        share = float(value - low) / float(high - low) if high > low else 0.5
        return HEIGHT - FOOT - EDGE - share * (HEIGHT - FOOT - 3 * EDGE)

    def _x(self, measurement):
        first, last = self.measurements[0].on, self.latest.on
        share = (measurement.on - first).days / (last - first).days if last > first else 0.5
        return EDGE + share * (WIDTH - 2 * EDGE)

    def _level(self, css, value, name):
        """A level with its name at the right end: a line that begins at the baseline leaves that free."""
        if value is None:
            return ""
        y = self._y(value)
        place = y - 4 if css == "aim" and y > 2 * EDGE + 6 else y + 12
        return format_html(
            '<path class="{}" d="M0 {}H{}"/><text class="{}" x="{}" y="{}">{} {}</text>',
            css,
            f"{y:.1f}",
            WIDTH,
            css,
            WIDTH - 2,
            f"{place:.1f}",
            name,
            written(value),
        )

    def _days(self):
        first, last = self.measurements[0].on, self.latest.on
        text = '<text class="day" x="{}" y="{}">{}</text>'
        begin = format_html(text, EDGE, HEIGHT - 4, day(first, "M Y"))
        if first == last:
            return begin
        return begin + format_html(text.replace("day", "day end"), WIDTH - EDGE, HEIGHT - 4, day(last, "M Y"))
