"""The partnerships of a region's folder become public pages, and staff's edits stay."""

import csv
import shutil
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from actors import actions
from actors.models import Actor, LoadedRow
from actors.region import load, read_folder
from platforms.models import AgreementAcceptance, Partnership, PartnershipMember
from tests.actors.test_load_region import FIRST_REGION, TINY, rewrite, set_cell
from tests.factories import make_actor, make_curator

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(TINY, tmp_path / "region"))


def loaded(folder):
    return load(read_folder(folder)).kinds["partnership"]


def members_of(slug):
    rows = PartnershipMember.objects.filter(partnership__slug=slug, left_on=None)
    return sorted(rows.values_list("actor__slug", flat=True))


def test_a_row_becomes_a_public_page_with_all_that_the_folder_says():
    load(read_folder(TINY))

    found = Partnership.objects.get(slug="ihop")
    assert (found.name_sv, found.name_en) == ("Ihop", "Together")
    assert (found.purpose_sv, found.purpose_en) == ("Att göra något.", "To do something.")
    assert (found.status, found.kind, found.period) == ("active", "project", "2024–2026")
    assert (found.starts_on, found.ends_on, found.lead.slug) == (date(2024, 1, 1), date(2026, 12, 31), "skogsverket")
    assert (found.other_members, found.source, found.certainty) == ("Fler", "https://inlandet.example/", "high")
    assert (found.is_published, found.is_result, found.is_example) == (True, False, False)
    assert [theme.slug for theme in found.themes.all()] == ["tra"]
    assert [area.slug for area in found.areas.all()] == ["skog"]
    assert members_of("ihop") == ["gruvan", "skogsverket"]
    assert Partnership.objects.get(slug="gammal").is_unverified


def test_the_documented_partnerships_of_the_first_region_load_and_none_is_a_result_of_the_project():
    load(read_folder(FIRST_REGION))

    with (FIRST_REGION / "partnerships.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["slug"]: row for row in csv.DictReader(file)}
    assert len(rows) == 15
    assert set(Partnership.objects.values_list("slug", flat=True)) == set(rows)
    assert not Partnership.objects.filter(is_result=True).exists()
    assert not Partnership.objects.filter(source="").exists()
    assert [p.slug for p in Partnership.objects.filter(status="closed")] == ["kickstart-s3"]
    for slug, row in rows.items():
        assert members_of(slug) == sorted(row["members"].split(";"))


def test_the_second_run_changes_no_row():
    tables = (Partnership, PartnershipMember, LoadedRow, AuditEntry)
    load(read_folder(TINY))
    before = [list(model.objects.order_by("pk").values()) for model in tables]

    assert load(read_folder(TINY)).writes == 0
    assert [list(model.objects.order_by("pk").values()) for model in tables] == before


def test_an_edited_field_is_kept_and_told_and_an_untouched_one_follows_the_folder(folder):
    loaded(folder)
    Partnership.objects.filter(slug="ihop").update(name_sv="Av oss", status="paused", starts_on=None)
    for column, value in (("name", "Ny"), ("status", "closed"), ("starts_on", "2024-02-01"), ("time_frame", "Nu")):
        set_cell(folder, "partnerships.csv", 0, column, value)

    report = loaded(folder)

    found = Partnership.objects.get(slug="ihop")
    assert (found.name_sv, found.status, found.starts_on, found.period) == ("Av oss", "paused", None, "Nu")
    assert (report.kept, report.changed) == ({"ihop": ["name_sv", "status", "starts_on"]}, ["ihop"])
    assert load(read_folder(folder)).writes == 0


def test_a_member_that_the_folder_no_longer_names_leaves_and_its_acceptances_stand(folder):
    loaded(folder)
    gone = PartnershipMember.objects.get(partnership__slug="ihop", actor__slug="gruvan")
    stays = PartnershipMember.objects.get(partnership__slug="ihop", actor__slug="skogsverket")
    agreement = gone.partnership.agreements.create(version=1, text_sv="Vi lovar.")
    AgreementAcceptance.objects.create(agreement=agreement, member=gone)
    set_cell(folder, "partnerships.csv", 0, "members", "skogsverket;utifran")

    assert loaded(folder).changed == ["ihop"]

    gone.refresh_from_db()
    assert gone.left_on is not None
    assert members_of("ihop") == ["skogsverket", "utifran"]
    assert PartnershipMember.objects.get(pk=stays.pk).left_on is None
    assert AgreementAcceptance.objects.get().member == gone


def test_members_that_staff_changed_are_kept(folder):
    loaded(folder)
    PartnershipMember.objects.create(partnership=Partnership.objects.get(slug="ihop"), actor=make_actor(slug="ny"))
    set_cell(folder, "partnerships.csv", 0, "members", "skogsverket")

    assert loaded(folder).kept == {"ihop": ["members"]}
    assert members_of("ihop") == ["gruvan", "ny", "skogsverket"]


def test_an_organisation_that_was_merged_is_known_by_its_new_name(folder):
    loaded(folder)
    stays = make_actor("Stora gruvan", slug="stora-gruvan")
    actions.merge(stays, Actor.objects.get(slug="gruvan"), by=make_curator())

    report = load(read_folder(folder))

    assert members_of("ihop") == ["skogsverket", "stora-gruvan"]
    assert (report.kinds["partnership"].kept, report.writes) == ({}, 0)


def test_an_organisation_that_the_register_does_not_have_is_left_out(folder):
    make_actor(slug="mine", organisation_number="2021002320")
    set_cell(folder, "actors.csv", 1, "org_number", "202100-2320")

    loaded(folder)

    assert members_of("ihop") == ["skogsverket"]
    assert load(read_folder(folder)).writes == 0


def test_a_partnership_that_staff_removed_does_not_come_back(folder):
    loaded(folder)
    Partnership.objects.get(slug="gammal").delete()

    assert loaded(folder).removed == ["gammal"]


def test_a_fault_in_a_partnership_leaves_the_whole_register_as_it_was(folder):
    made = read_folder(folder)
    made.extra["partnerships"][0].values["status"] = "x" * 99

    with pytest.raises(Exception, match="too long"):
        load(made)

    assert (Actor.objects.count(), Partnership.objects.count()) == (0, 0)


def test_the_number_of_statements_does_not_follow_the_number_of_partnerships(folder):
    def more(count):
        def change(rows):
            rows += [{**rows[0], "slug": f"more-{i}-{count}"} for i in range(count)]

        rewrite(folder / "partnerships.csv", change)
        with CaptureQueriesContext(connection) as queries:
            load(read_folder(folder))
        return len(queries)

    loaded(folder)

    assert more(2) == more(40)


def test_the_report_tells_of_partnerships_too():
    out = StringIO()
    call_command("load_region", str(TINY), stdout=out)
    assert "partnership: 2" in out.getvalue()
