"""The chart: for every shape of region, the same for everybody, and small."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from django.utils import translation

from web import region
from web.chart import chart
from web.geometry import Sheet, frame_steps, place_labels, ring_path, spread


def square(code, name, west, south, size=0.5):
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name, "label_point": [west + size / 2, south + size / 2]},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def link(code):
    return f"/?place={code}&x=1"


@pytest.fixture
def codes():
    return [str(f["properties"]["code"]) for f in region.current().chart["borders"]["features"]]


def test_the_chart_is_sound_xml_and_small(codes):
    drawn = chart({code: 7 for code in codes}, link)

    ET.fromstring(drawn.svg)
    assert len(drawn.svg.encode()) <= 60_000
    assert "style=" not in drawn.svg
    assert "<script" not in drawn.svg


def test_the_same_question_gives_the_same_picture(codes):
    counts = {code: index for index, code in enumerate(codes)}

    assert chart(counts, link) == chart(counts, link)


def test_every_municipality_is_a_link_with_its_name_and_number(codes):
    drawn = chart({code: 1234 for code in codes}, link)

    with translation.override("en"):
        english = chart({code: 1234 for code in codes}, link)
    assert drawn.svg.count(' class="place"') == 2 * len(codes)  # two sizes of lettering
    assert [row.url for row in drawn.rows] == [f"/?place={code}&x=1" for code in sorted_by_name(codes)]
    assert "/?place=" + codes[0] + "&amp;x=1" in drawn.svg
    assert all(f"<title>{row.name}: 1,234</title>" in english.svg for row in english.rows)


def sorted_by_name(codes):
    names = {
        str(f["properties"]["code"]): f["properties"]["name"] for f in region.current().chart["borders"]["features"]
    }
    return sorted(codes, key=names.get)


def test_an_empty_municipality_is_no_link_and_a_chosen_one_is_marked(codes):
    drawn = chart({codes[0]: 3}, link, chosen=[codes[0]])

    assert drawn.svg.count('aria-current="true"') == 2
    assert [row.url != "" for row in drawn.rows].count(True) == 1
    assert [row.chosen for row in drawn.rows].count(True) == 1


def drawn_for(monkeypatch, features, **drawing):
    here = replace(
        region.current(),
        drawing={
            "borders": {"type": "FeatureCollection", "features": features},
            "beyond": [],
            "bbox": None,
            "sea": {},
            **drawing,
        },
    )
    monkeypatch.setattr(region, "current", lambda: here)
    return chart({f["properties"]["code"]: 5 for f in features}, link)


def test_an_inland_region_has_no_water(monkeypatch):
    drawn = drawn_for(monkeypatch, [square("1", "Inre", 17, 62), square("2", "Yttre", 17.5, 62)])

    assert "sounding" not in drawn.svg
    assert 'class="sea"' not in drawn.svg
    assert "var(--c3)" not in drawn.svg


def test_a_coast_has_a_named_water_a_rose_and_soundings(monkeypatch):
    features = [square("1", "Kust <b>", 17, 62), square("2", "Ö", 18.5, 62.9, 0.2)]
    drawn = drawn_for(monkeypatch, features, sea={"sv": "Havet"}, bbox=[16.8, 61.5, 19.5, 63.2])

    ET.fromstring(drawn.svg)
    assert ">Havet</text>" in drawn.svg
    assert 'class="rose"' in drawn.svg
    assert drawn.svg.count('class="sounding') > 20
    assert "Kust &lt;b&gt;" in drawn.svg


def test_names_and_marks_do_not_touch_in_a_crowded_region(monkeypatch):
    features = [square(str(n), f"Kommun {n}", 17 + n % 5 * 0.3, 62 + n // 5 * 0.2, 0.3) for n in range(15)]
    drawn_for(monkeypatch, features)
    sheet = Sheet.fit(None, [[17, 62], [18.5, 62.8]], 920, 30)
    spots = spread([sheet.xy(*f["properties"]["label_point"]) for f in features], [31] * 15, sheet)
    labels = place_labels(spots, [31] * 15, ["Kommun 10"] * 15, 34, sheet)

    apart = min(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 for i, a in enumerate(spots) for b in spots[:i])
    boxes = [(x - 76, y - 29, x + 76, y + 8) for x, y in filter(None, labels)]
    touching = [
        (a, b)
        for i, a in enumerate(boxes)
        for b in boxes[:i]
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]
    assert apart >= 62
    assert touching == []


def test_the_frame_counts_real_minutes():
    steps = frame_steps(15.0, 16.0)

    assert (steps[0], steps[-1]) == ((15.0, "15°00′"), (15 + 58 / 60, ""))
    assert len(steps) == 30
    assert [label for _degrees, label in steps if label][:2] == ["15°00′", "15°10′"]


def test_a_path_keeps_to_the_tenth_it_was_given():
    path = ring_path([(10, 10), (20.04, 10), (20, 20.5), (10, 10)])

    assert path == "M10 10l10 0 0 10.5-10-10.5z"
    assert re.fullmatch(r"[Mlz0-9. -]+", path)
