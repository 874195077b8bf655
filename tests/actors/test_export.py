"""The files hold exactly what the list shows for the same address, harmlessly, and nothing about people."""

import csv
import io
import json
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from actors.models import ActorStatus
from actors.views import export
from tests.factories import make_actor, make_area, make_municipality, make_theme, make_user

pytestmark = pytest.mark.django_db
FORMATS = ("csv", "xlsx", "json")


def download(client, kind, query=""):
    with override("en"):
        response = client.get(reverse("actor_export", args=[kind]) + query)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def table(client, query=""):
    text = download(client, "csv", query).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def names(client, kind, query=""):
    if kind == "csv":
        return [row[0] for row in table(client, query)[1:]]
    content = download(client, kind, query)
    if kind == "json":
        return [row["name"] for row in json.loads(content)["actors"]]
    return [row[0].value for row in list(load_workbook(io.BytesIO(content)).active.rows)[1:]]


@pytest.fixture
def register(monkeypatch):
    monkeypatch.setattr(export, "BATCH", 4)
    area, theme, place = make_area("sea"), make_theme("wind"), make_municipality("9001", name="Sydfjord")
    for number in range(9):
        make_actor(
            f"{'åäö'[number % 3]} hamn {number}" if number % 2 else "Same name",
            kind="sme" if number % 2 else "public",
            areas=[area] if number < 6 else [],
            themes=[theme],
            municipality=place,
        )
    for status in set(ActorStatus) - {ActorStatus.PUBLISHED}:
        make_actor(f"Hidden hamn {status}", status=status, areas=[area], published_at=datetime.now(UTC))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("query", ["", "?q=hamn", "?kind=public", "?q=hamn&area=sea", "?municipality=9001&theme=wind"])
def test_a_file_holds_what_the_list_shows(client, register, kind, query):
    with override("en"):
        response = client.get(reverse("actor_list") + (query + "&" if query else "?") + "sort=name")
    listed = [hit.actor.name for hit in response.context["hits"]]

    assert names(client, kind, query) == listed
    assert len(listed) == response.context["total"].total
    assert listed


@pytest.mark.parametrize("kind", FORMATS)
def test_an_address_that_the_list_refuses_is_refused_by_the_files(client, kind):
    with override("en"):
        assert client.get(reverse("actor_export", args=[kind]) + "?foo=1").status_code == 400
        assert client.get(reverse("actor_feed") + "?foo=1").status_code == 400
        assert client.get(reverse("actor_export", args=["doc"])).status_code == 404


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1"])
def test_nothing_becomes_a_formula(client, start):
    make_actor("A", description_sv=f"{start} cmd", slug="a")

    row = table(client)[1]
    cell = row[[c.key for c in export.COLUMNS].index("description_sv")]
    assert cell == f"'{start} cmd"
    sheet = load_workbook(io.BytesIO(download(client, "xlsx"))).active
    assert {cell.data_type for row in sheet.rows for cell in row} <= {"s", "n", "inlineStr"}
    assert not [cell for row in sheet.rows for cell in row if cell.data_type == "f"]


def test_a_table_opens_rightly_in_swedish_excel(client):
    make_actor("Åäö; AB")

    content = download(client, "csv")

    assert content.startswith(b"\xef\xbb\xbf")
    assert b'"\xc3\x85\xc3\xa4\xc3\xb6; AB";' in content


def test_a_sheet_takes_any_character(client):
    make_actor("A", description_sv="a\x0bb\x1fc")

    assert names(client, "xlsx") == ["A"]


def test_each_row_of_the_json_has_its_licence_and_source(client):
    make_actor("A", source="https://example.org/a", areas=[make_area("sea")], municipality=make_municipality("9001"))

    (row,) = json.loads(download(client, "json"))["actors"]

    assert row["source"] == "https://example.org/a"
    assert "licence" in row
    assert row["areas"] == ["sea"]
    assert row["municipality"] == "9001"


@pytest.mark.parametrize("kind", FORMATS)
def test_the_people_behind_a_profile_are_in_no_file(client, kind):
    eva = make_user("eva.secret@example.org")
    make_actor("A", representatives=[eva])

    content = download(client, kind)
    if kind == "xlsx":
        content = str([[c.value for c in row] for row in load_workbook(io.BytesIO(content)).active.rows]).encode()

    assert b"secret" not in content.lower()


def test_a_workbook_that_would_be_too_long_is_refused_with_the_way_out(client, monkeypatch):
    monkeypatch.setattr(export, "XLSX_ROWS", 2)
    for _ in range(3):
        make_actor()

    with override("en"):
        response = client.get(reverse("actor_export", args=["xlsx"]) + "?kind=sme")

    assert response.status_code == 400
    with override("en"):
        assert reverse("actor_export", args=["csv"]) + "?kind=sme" in response.content.decode()


def test_the_feed_has_the_newest_first_and_only_what_is_public(client):
    make_actor("Old", published_at=datetime(2026, 1, 1, tzinfo=UTC))
    make_actor("New", published_at=datetime(2026, 2, 1, tzinfo=UTC))
    make_actor("Hidden", status=ActorStatus.ARCHIVED, published_at=datetime(2026, 3, 1, tzinfo=UTC))

    with override("en"):
        feed = ElementTree.fromstring(client.get(reverse("actor_feed")).content)

    atom = "{http://www.w3.org/2005/Atom}"
    assert [entry.find(f"{atom}title").text for entry in feed.iter(f"{atom}entry")] == ["New", "Old"]


def test_every_field_is_described(client):
    with override("en"):
        body = client.get(reverse("open_data")).content.decode()

    assert [column.key for column in export.COLUMNS if f"<code>{column.key}</code>" not in body] == []
