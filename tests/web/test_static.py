"""What lies in static/: nothing foreign slipped in, nothing grew, and every colour can be read."""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from web.signs import SIGNS, sign

STATIC = settings.BASE_DIR / "static"
VENDORED = sorted([*STATIC.glob("vendor/*"), *(settings.BASE_DIR / "tests/vendor").glob("*")])
TOKENS = (STATIC / "css/tokens.css").read_text()
DAY, NIGHT = (
    dict(re.findall(r"--([\w-]+):(#[0-9A-F]{6})", part)) for part in TOKENS.split("@media (prefers-color-scheme:dark)")
)
GROUNDS = ("paper", "land", "shoal", "deep")
STATES = ("ok", "warn", "stop")


def sha384(path):
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.name)
def test_a_vendored_file_is_the_one_that_was_fetched(folder):
    facts = json.loads((folder / "manifest.json").read_text())

    lying_there = {path.name: sha384(path) for path in folder.iterdir() if path.name != "manifest.json"}

    assert lying_there == facts["files"]
    assert {"name", "version", "licence"} <= facts.keys()
    assert "LICENSE" in lying_there
    assert folder.name.endswith(facts["version"])


def test_three_packages_are_vendored():
    assert [folder.name for folder in VENDORED] == ["htmx-2.0.11", "ibm-plex-5.3.0", "axe-core-4.14.1"]


def test_no_style_or_script_points_outside():
    text = "".join(path.read_text() for path in [*STATIC.rglob("*.css"), *STATIC.rglob("*.js")])

    assert "sourceMappingURL" not in text
    assert re.findall(r"url\((?!\.\./vendor/|\"data:image/svg|#)[^)]*\)", text) == []
    assert "@import" not in text


def test_the_fonts_are_small():
    assert sum(path.stat().st_size for path in STATIC.rglob("*.woff2")) <= 120_000


@pytest.mark.django_db
def test_a_first_view_loads_at_most_70_kb_of_css_and_javascript():
    html = Client(headers={"host": "localhost"}).get("/").content.decode()
    wanted = set(re.findall(r"/static/([^\"']+\.(?:css|js))", html))
    sizes = {name: len(gzip.compress(Path(finders.find(name)).read_bytes(), 9)) for name in wanted}

    assert "css/tokens.css" in sizes
    assert sum(sizes.values()) <= 70_000
    assert sum(size for name, size in sizes.items() if name.endswith(".css")) <= 12_000


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """The ratio of WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [DAY, {**DAY, **NIGHT}], ids=["day", "night"])
def test_every_colour_can_be_read_on_every_ground(scheme):
    least = {
        name: min(contrast(scheme[name], scheme[ground]) for ground in GROUNDS)
        for name in ("ink", "ink-soft", "mark", "sea", "edge", *STATES)
    }

    assert least["ink"] >= 10
    assert least["ink-soft"] >= 5.8
    assert least["mark"] >= 6
    assert min(least[state] for state in STATES) >= 5.1
    assert least["sea"] >= 4.5
    assert least["edge"] >= 3
    assert contrast(scheme["on-mark"], scheme["mark"]) >= 4.5
    assert contrast(scheme["on-stop"], scheme["stop"]) >= 4.5


def test_an_unknown_sign_is_the_plain_round_mark():
    assert sign("no-such-sign") == sign("sphere")


def test_a_sign_has_no_name_of_its_own():
    assert all('aria-hidden="true"' in sign(key) for key in SIGNS)


def test_a_part_that_is_fetched_into_a_page_never_renames_it():
    fetched = [
        tag
        for path in (settings.BASE_DIR / "templates").rglob("*.html")
        for tag in re.findall(r'<[^<>]*hx-trigger="load"[^<>]*>', path.read_text())
    ]

    assert fetched
    assert [tag for tag in fetched if "ignoreTitle:true" not in tag] == []
