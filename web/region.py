"""The region's own words, colours, signs and chart: read from its folder (`settings.REGION`), never from code.

`current()` gives a `Region`. Its texts are in the reader's language; English falls back to Swedish. The folder is read
anew when one of its files changes. `regions/README.md` describes the format; whatever breaks it is a `RegionError` that
names file and key.
"""

import hashlib
import json
import tomllib
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.translation import get_language

from web.region_reader import Reader

BORDERS = "municipalities.geojson"
MAX_BYTES = 2 * 1024 * 1024
MAX_POINTS = 100_000
LANGUAGES = ("sv", "en")


class RegionError(ImproperlyConfigured):
    """The folder breaks the format; `errors` holds one line per fault, each naming file and key."""

    def __init__(self, errors):
        self.errors = list(errors)
        super().__init__("\n".join(self.errors))


class Said:
    """An attribute that is read in the reader's language from `texts`."""

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, row, owner=None):
        if row is None:
            return self
        words = row.texts.get(self.name, {})
        spoken = (get_language() or "sv")[:2]
        return words.get(spoken) or words.get("sv", "")


@dataclass(frozen=True)
class Organisation:
    """Who publishes the hub, or who supervises it."""

    texts: dict
    url: str = ""
    email: str = ""
    address: str = ""
    name = Said()


@dataclass(frozen=True)
class Project:
    """The project behind the hub. `programme` is a programme period such as 2021–2027."""

    texts: dict
    programme: str
    url: str = ""
    name = Said()
    period = Said()
    purpose = Said()
    results = Said()
    fund = Said()


@dataclass(frozen=True)
class Emblem:
    """The text that the programme period asks for beside the flag of the Union."""

    texts: dict
    programme_period: str
    text = Said()


@dataclass(frozen=True)
class OpenData:
    """Under which licence the register may be used."""

    licence: str = ""
    licence_url: str = ""


@dataclass(frozen=True)
class Hue:
    """How an area or a theme looks: the key of its sign, and a colour for light and for dark grounds."""

    sign: str
    light: str
    dark: str


@dataclass(frozen=True)
class Region:
    key: str
    texts: dict
    publisher: Organisation
    supervisor: Organisation
    project: Project
    emblem: Emblem
    partners: list
    contact_email: str
    open_data: OpenData
    area_hues: dict
    theme_hues: dict
    drawing: dict = field(repr=False)
    name = Said()
    site_name = Said()
    tagline = Said()
    headline = Said()
    intro = Said()
    about = Said()
    contact = Said()

    def open_data_head(self):
        """What each file of open data says first: whose it is, how it may be used, and when it was made."""
        return {
            "region": self.name,
            "publisher": self.publisher.name,
            "licence": self.open_data.licence,
            "licence_url": self.open_data.licence_url,
            "made_at": timezone.now().isoformat(timespec="seconds"),
        }

    @property
    def area_signs(self):
        return {slug: hue.sign for slug, hue in self.area_hues.items()}

    @property
    def theme_signs(self):
        return {slug: hue.sign for slug, hue in self.theme_hues.items()}

    @property
    def about_paragraphs(self):
        return self.about.split("\n\n") if self.about else []

    @property
    def chart(self):
        """What `web.chart` draws: borders, beyond, bbox, and the water's name ("" inland)."""
        sea = self.drawing["sea"]
        return self.drawing | {"sea": sea.get((get_language() or "sv")[:2]) or sea.get("sv", "")}

    @cached_property
    def css(self):
        """The style sheet: a custom property and a class for every area and theme, light and dark."""
        hues = [("area", *item) for item in self.area_hues.items()]
        hues += [("theme", *item) for item in self.theme_hues.items()]
        light = "".join(f"--{kind}-{slug}:{hue.light};" for kind, slug, hue in hues)
        dark = "".join(f"--{kind}-{slug}:{hue.dark};" for kind, slug, hue in hues)
        classes = "".join(f".{kind}-{slug}{{--hue:var(--{kind}-{slug})}}\n" for kind, slug, _hue in hues)
        return f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{classes}"

    @cached_property
    def css_version(self):
        return hashlib.sha256(self.css.encode()).hexdigest()[:12]


def current():
    """The region of this installation."""
    return load(settings.REGION)


def load(folder):
    """Read and validate the folder's `region.toml` and borders; `RegionError` when something is wrong."""
    folder = Path(folder)
    stamps = tuple(_stamp(folder / name) for name in ("region.toml", BORDERS))
    return _load(folder, stamps)


def _stamp(path):
    try:
        status = path.stat()
    except OSError:
        raise RegionError([f"{path.name}: the file is missing from {path.parent.name}"]) from None
    if status.st_size > MAX_BYTES:
        raise RegionError([f"{path.name}: the file is larger than {MAX_BYTES} bytes"])
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=8)
def _load(folder, _stamps):
    try:
        data = tomllib.loads((folder / "region.toml").read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RegionError([f"region.toml: {error}"]) from error
    reader = Reader("region.toml", data)
    borders = _borders(folder / BORDERS)
    made = _region(reader, borders)
    reader.refuse_unread()
    if reader.errors:
        raise RegionError(reader.errors)
    return made


def _region(read, borders):
    programme = read.one_of("project.programme", read.keys("emblem"))
    return Region(
        key=read.slug("key"),
        texts=read.texts("", name=60, site_name=60, tagline=120, headline=120, intro=400, about=4000, contact=400),
        publisher=_organisation(read, "publisher"),
        supervisor=_organisation(read, "supervisor"),
        project=Project(
            texts=read.texts("project", name=120, period=80, purpose=1000, results=1000, fund=200),
            programme=programme,
            url=read.url("project.url", required=False),
        ),
        emblem=_emblem(read, programme),
        partners=read.lines("partners"),
        contact_email=read.email("contact_email"),
        open_data=OpenData(read.line("open_data.licence"), read.url("open_data.licence_url")),
        area_hues=_hues(read, "area"),
        theme_hues=_hues(read, "theme"),
        drawing={
            "borders": borders,
            "beyond": read.rings("chart.beyond", MAX_POINTS),
            "bbox": read.box("chart.bbox"),
            "sea": read.words("chart.sea", 60, required=False),
        },
    )


def _organisation(read, at):
    return Organisation(
        texts=read.texts(at, name=120),
        url=read.url(f"{at}.url"),
        email=read.email(f"{at}.email", required=False),
        address=read.line(f"{at}.address", required=False),
    )


def _emblem(read, programme):
    texts = {period: read.words(f"emblem.{period}", 160) for period in read.keys("emblem")}
    return Emblem({"text": texts.get(programme, {})}, programme.replace("-", "–"))


def _hues(read, kind):
    return {
        slug: Hue(
            read.sign(f"{kind}.{slug}.sign"),
            read.colour(f"{kind}.{slug}.light", "light"),
            read.colour(f"{kind}.{slug}.dark", "dark"),
        )
        for slug in read.slugs(kind)
    }


def _borders(path):
    try:
        data = json.loads(path.read_text("utf-8"))
        check_borders(data)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RegionError([f"{path.name}: {error}"]) from error
    return data


def check_borders(data):
    """A FeatureCollection of (Multi)Polygons that each carry `code`, `name` and `label_point`; ValueError if not."""
    features = data["features"]
    if not isinstance(features, list) or not features:
        raise ValueError("`features` must hold at least one municipality")
    points = 0
    for index, feature in enumerate(features):
        at = f"features[{index}]"
        properties, geometry = feature["properties"], feature["geometry"]
        if not str(properties.get("code") or "") or not str(properties.get("name") or ""):
            raise ValueError(f"{at}.properties must have `code` and `name`")
        _point(properties.get("label_point"), f"{at}.properties.label_point")
        if geometry["type"] not in ("Polygon", "MultiPolygon"):
            raise ValueError(f"{at}.geometry.type must be Polygon or MultiPolygon")
        parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        for ring in (ring for part in parts for ring in part):
            points += len(ring)
            for point in ring:
                _point(point, f"{at}.geometry.coordinates")
    if points > MAX_POINTS:
        raise ValueError(f"more than {MAX_POINTS} points")


def _point(point, at):
    good = isinstance(point, list) and len(point) >= 2 and all(type(part) in (int, float) for part in point[:2])
    if not (good and -180 <= point[0] <= 180 and -90 <= point[1] <= 90):
        raise ValueError(f"{at}: {str(point)[:40]} is no longitude and latitude")
