"""Names, texts, colours, signs, emblem and map come from the region's folder, and from nowhere else."""

import csv
import math
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import translation

from tests.factories import make_user
from web import region
from web.chart import chart
from web.region_reader import ENOUGH, GROUNDS, contrast

ROOT = django_settings.BASE_DIR
TINY = Path(__file__).parent.parent / "region_tiny"
REGIONS = [*sorted((ROOT / "regions").glob("*/")), TINY]


@pytest.fixture
def tiny(settings):
    settings.REGION = TINY
    return region.current()


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(TINY, tmp_path / "region"))


def faults(folder):
    with pytest.raises(region.RegionError) as error:
        region.load(folder)
    return error.value.errors


def test_texts_are_in_the_readers_language(tiny):
    with translation.override("sv"):
        assert (tiny.name, tiny.site_name, tiny.publisher.name) == ("Inlandet", "Innovationsnavet", "Region Inlandet")
    with translation.override("en"):
        assert (tiny.name, tiny.site_name, tiny.emblem.text) == (
            "The Inland",
            "The Innovation Nave",
            "Co-funded by the European Union",
        )


def test_the_projects_programme_period_decides_the_emblem(folder):
    path = folder / "region.toml"
    old = '2014-2020 = { sv = "Europeiska unionen", en = "European Union" }\n2021-2027 = '
    path.write_text(path.read_text().replace("2021-2027 = ", old).replace('"2021-2027"', '"2014-2020"'))

    made = region.load(folder)

    assert (made.emblem.programme_period, made.emblem.texts["text"]["sv"]) == ("2014–2020", "Europeiska unionen")


def test_a_page_wears_the_regions_colours_and_signs(tiny, client):
    response = client.get("/region.css")

    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert tiny.area_signs == {"skog": "tree", "gruvor": "bolt"}
    css = response.content.decode()
    assert "--area-skog:#205C2A;" in css and ".theme-tra{--hue:var(--theme-tra)}" in css
    assert not response.cookies
    assert "max-age=300" in response.headers["Cache-Control"]
    kept = client.get(f"/region.css?v={tiny.css_version}")
    assert "immutable" in kept.headers["Cache-Control"]


def test_the_colours_are_kept_by_the_browser_of_a_signed_in_reader_too(tiny, client, db, django_assert_num_queries):
    client.force_login(make_user())

    with django_assert_num_queries(0):
        answer = client.get(f"/region.css?v={tiny.css_version}")

    assert "immutable" in answer.headers["Cache-Control"] and "no-store" not in answer.headers["Cache-Control"]
    assert "Content-Security-Policy" in answer.headers


def test_the_chart_is_drawn_from_the_folder(tiny):
    svg = str(chart({"N1": 3}, lambda code: f"/?m={code}"))

    assert "Granby" in svg and "Tallby" in svg and 'href="/?m=N1"' in svg
    assert tiny.chart["sea"] == ""


@pytest.mark.parametrize("path", REGIONS, ids=lambda path: path.name)
def test_every_colour_can_be_read_on_every_ground(path):
    made = region.load(path)
    hues = [*made.area_hues.values(), *made.theme_hues.values()]
    for hue in hues:
        assert min(contrast(hue.light, ground) for ground in GROUNDS["light"]) >= ENOUGH
        assert min(contrast(hue.dark, ground) for ground in GROUNDS["dark"]) >= ENOUGH


def test_contrast_is_that_of_wcag():
    assert round(contrast("#FFFFFF", "#000000"), 2) == 21
    assert round(contrast("#777777", "#FFFFFF"), 2) == 4.48


def test_the_grounds_are_those_of_the_style_sheet():
    css = (ROOT / "static" / "css" / "tokens.css").read_text()
    light, dark = css.split("@media (prefers-color-scheme:dark)")[:2]
    for scheme, part in (("light", light), ("dark", dark)):
        grounds = [re.search(rf"--{name}:(#\w{{6}})", part)[1].upper() for name in ("paper", "land", "shoal", "deep")]
        assert grounds == list(GROUNDS[scheme])


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ('light = "#205C2A"', 'light = "#88AA88"', "area.skog.light", "contrast"),
        ('light = "#205C2A"', 'light = "red;}*{"', "area.skog.light", "colour"),
        ('sign = "tree"', 'sign = "nosuch"', "area.skog.sign", "no sign"),
        ("[area.skog]", '[area."a{}"]', "area.a{}", "small letters"),
        ('contact_email = "hej@inlandet.example"', 'contact_email = "x"', "contact_email", "e-mail"),
        ('url = "https://inlandet.example"', 'url = "javascript:x"', "publisher.url", "http"),
        ('programme = "2021-2027"', 'programme = "1999"', "project.programme", "one of"),
        ('key = "tiny"', "key = 3", "key", "str"),
        ('key = "tiny"', 'key = "tiny"\nkye = "x"', "kye", "known"),
        ('headline = { sv = "Vi som bor i skogen", ', "headline = { ", "headline.sv", "missing"),
        ('sign = "tree"', "", "area.skog.sign", "missing"),
    ],
)
def test_a_fault_names_file_and_key(folder, old, new, key, said):
    path = folder / "region.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))

    told = faults(folder)

    assert any(line.startswith(f"region.toml: {key}: ") and said in line for line in told), told


@pytest.mark.parametrize("broken", ["[", "{}", '{"features": [{"properties": {}, "geometry": {}}]}', "[" * 90_000])
def test_broken_borders_are_told(folder, broken):
    (folder / "municipalities.geojson").write_text(broken)
    assert faults(folder)[0].startswith("municipalities.geojson: ")


def test_broken_toml_and_a_missing_file_are_told(folder):
    (folder / "region.toml").write_bytes(b"\xff")
    assert faults(folder)[0].startswith("region.toml: ")
    (folder / "region.toml").unlink()
    assert faults(folder)[0].startswith("region.toml: ")


def test_a_changed_folder_is_read_anew(folder):
    before = region.load(folder)
    path = folder / "region.toml"
    path.write_text(path.read_text().replace("Vi som bor i skogen", "Vi som bor vid skogen"))

    assert region.load(folder).headline != before.headline


def test_no_code_names_the_region_or_its_places():
    here = ROOT / "regions" / "blekinge"
    with (here / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        names = [here.name, *(row["name"] for row in csv.DictReader(file))]
    kinds = ["*.py", "*.js", "*.css", "*.html", "*.txt", "*.svg"]
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *kinds],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    checked = [path for path in files if path and not path.startswith(("regions/", "tests/", "static/vendor/"))]
    word = re.compile("|".join(map(re.escape, names)), re.IGNORECASE)
    default = re.compile(rf"""regions["/ ]+{here.name}""")  # the folder that is loaded when nobody names another
    hits = {
        path: found[0]
        for path in checked
        if (ROOT / path).exists()
        and (found := word.search(default.sub("", (ROOT / path).read_text("utf-8", "ignore"))))
    }

    assert len(checked) > 100
    assert hits == {}


def test_the_emblem_is_the_flag_of_the_union():
    """Annex A1 of the interinstitutional style guide: twelve upright stars on a circle of a third of the height."""
    svg = ET.parse(ROOT / "static" / "img" / "eu.svg").getroot()
    _x, _y, width, height = map(float, svg.get("viewBox").split())
    spaces = "{http://www.w3.org/2000/svg}"
    assert width / height == 1.5
    assert svg.find(f"{spaces}rect").get("fill").upper() in ("#039", "#003399")
    assert svg.find(f"{spaces}g").get("fill").upper() in ("#FC0", "#FFCC00")
    stars = [
        [tuple(map(float, pair.split(","))) for pair in star.get("points").split()]
        for star in svg.iter(f"{spaces}polygon")
    ]
    assert [len(star) for star in stars] == [10] * 12
    for index, star in enumerate(stars):
        angle = math.radians(index * 30)
        centre = (width / 2 + height / 3 * math.sin(angle), height / 2 - height / 3 * math.cos(angle))
        assert star[0] == pytest.approx((centre[0], centre[1] - height / 18), abs=0.02)
        assert [math.dist(point, centre) for point in star[::2]] == pytest.approx([height / 18] * 5, abs=0.02)
        inner = height / 18 * math.sin(math.radians(18)) / math.sin(math.radians(54))
        assert [math.dist(point, centre) for point in star[1::2]] == pytest.approx([inner] * 5, abs=0.02)
