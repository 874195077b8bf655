"""Documents: put there, given out, looked into, taken away; by those who may, and by nobody else."""

import io
import json
import shlex
import sys
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from PIL import Image

from accounts.models import AuditEntry
from platforms import files
from platforms.actions import Frozen, NoEntry, documents, inspection
from platforms.models import Activity, Document, DocumentVersion, Scan, SpaceMember, SpaceState, Verb
from tests.actors.test_register_list import questions
from tests.factories import make_actor, make_document, make_space, make_user
from tests.platforms.making import EICAR, docx, pdf, picture

pytestmark = pytest.mark.django_db
FINDS_EICAR = "import sys; sys.exit(1 if b'EICAR-STANDARD-ANTIVIRUS' in sys.stdin.buffer.read() else 0)"


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def people():
    return [make_user(name=name) for name in ("Cora", "Mia", "Otto")]


@pytest.fixture
def space(people):
    cora, mia, otto = people
    space = make_space("Bays", coordinator=cora, members=[mia], observers=[otto])
    SpaceMember.objects.filter(user=mia).update(on_behalf_of=make_actor("Mias Works"))
    return space


@pytest.fixture
def scanner(settings):
    """A real program that finds the test virus."""
    settings.VIRUS_SCANNER = f"{shlex.quote(sys.executable)} -c {shlex.quote(FINDS_EICAR)}"


def sign_in(client, user):
    client.force_login(user)
    return client


def url(name, document, *more):
    return reverse(name, args=[document.space.slug, document.number, *more])


def upload(client, space, *uploads, **more):
    return client.post(reverse("documents", args=[space.slug]), {"files": uploads, **more})


# ── Putting there ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_several_files_are_added_at_once_each_for_the_organisation_of_that_day(client, space, people):
    sent = [SimpleUploadedFile("Plan.pdf", pdf()), SimpleUploadedFile("Bild.jpg", picture())]

    answer = upload(sign_in(client, people[1]), space, *sent, note="From the meeting")
    SpaceMember.objects.filter(user=people[1]).update(on_behalf_of=None)

    assert (answer.status_code, answer["Location"]) == (302, reverse("documents", args=[space.slug]))
    assert list(space.documents.order_by("number").values_list("number", "title", "latest")) == [
        (1, "Plan", 1),
        (2, "Bild", 1),
    ]
    version = DocumentVersion.objects.get(name="Plan.pdf")
    assert (version.by, version.on_behalf_of.name, version.note) == (people[1], "Mias Works", "From the meeting")
    assert version.file.read() == pdf() and len(version.sha256) == 64
    assert list(space.activities.values_list("verb", "on_behalf_of__name")) == [(Verb.UPLOADED, "Mias Works")] * 2


def test_each_file_has_its_own_result_and_what_was_typed_stays(client, space, people):
    sent = [SimpleUploadedFile("Plan.txt", b"A plan"), SimpleUploadedFile("evil.exe", b"MZ")]

    answer = upload(sign_in(client, people[1]), space, *sent, note="Two files")
    html = answer.content.decode()

    assert answer.status_code == 200
    assert [document.title for document in answer.context["added"]] == ["Plan"]
    assert "evil.exe: Files of this kind are not taken" in html
    assert 'value="Two files"' in html
    assert space.documents.count() == 1


def test_without_a_file_the_form_says_so(client, space, people):
    assert "Choose a file" in upload(sign_in(client, people[1]), space, note="x").content.decode()


def test_a_new_version_may_have_another_name_and_leaves_the_earlier_ones(client, space, people):
    document = make_document(space, "Plan.txt", b"one")

    client = sign_in(client, people[1])
    sent = {"files": SimpleUploadedFile("Plan final.md", b"two"), "note": "Shorter"}
    assert client.post(url("document", document), sent).status_code == 302

    assert list(document.versions.values_list("number", "name", "note")) == [
        (2, "Plan final.md", "Shorter"),
        (1, "Plan.txt", ""),
    ]
    document.refresh_from_db()
    assert (document.latest, document.title) == (2, "Plan")
    assert document.activities.filter(verb=Verb.REVISED).count() == 1


def test_the_same_file_again_is_not_a_new_version(client, space, people):
    document = make_document(space, "Plan.txt", b"one")
    sent = {"files": SimpleUploadedFile("Plan.txt", b"one")}

    answer = sign_in(client, people[1]).post(url("document", document), sent)

    assert "here already, as version 1" in answer.content.decode()
    assert document.versions.count() == 1


def test_who_may_not_write_adds_nothing(client, space, people):
    stranger = make_user()
    sent = SimpleUploadedFile("a.txt", b"a")

    assert upload(sign_in(client, people[2]), space, sent).status_code == 302
    assert upload(sign_in(client, stranger), space, SimpleUploadedFile("a.txt", b"a")).status_code == 404
    with files.judged(SimpleUploadedFile("a.txt", b"a")) as sound:
        with pytest.raises(PermissionDenied):
            documents.add(space, by=people[2], sound=sound)
        with pytest.raises(NoEntry):
            documents.add(space, by=stranger, sound=sound)
        space.state = SpaceState.PAUSED
        space.save()
        with pytest.raises(Frozen):
            documents.add(space, by=people[1], sound=sound)
    assert not Document.objects.exists()


def test_a_file_that_could_not_be_added_is_not_left_behind(space, people, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(documents, "tell", broken)
    folder = DocumentVersion._meta.get_field("file").storage.path(f"spaces/{space.pk}")
    with pytest.raises(RuntimeError):
        make_document(space)

    import pathlib

    assert list(pathlib.Path(folder).iterdir()) == []


# ── Giving out ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_file_is_always_an_attachment_with_its_own_name(client, space, people):
    document = make_document(space, "Åtgärd ”plan”.pdf", pdf())

    answer = sign_in(client, people[2]).get(url("document_file", document, 1))

    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%C3%85tg%C3%A4rd")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert answer["Cache-Control"] == "private, no-store"
    assert b"".join(answer.streaming_content) == pdf()


def test_the_right_is_judged_on_each_request(client, space, people):
    document = make_document(space)
    client = sign_in(client, people[1])
    assert client.get(url("document_file", document, 1)).status_code == 200

    SpaceMember.objects.filter(user=people[1]).delete()

    for name, more in (("document_file", (1,)), ("document_preview", (1, 1)), ("document", ())):
        assert client.get(url(name, document, *more)).status_code == 404


def test_a_document_of_another_space_is_not_found_through_mine(client, space, people):
    document = make_document(make_space("Elsewhere"), "Canary.txt")
    make_document(space, "Mine.txt")

    answer = sign_in(client, people[1]).get(reverse("document_file", args=[space.slug, document.number, 2]))
    assert answer.status_code == 404
    html = client.get(reverse("document", args=[space.slug, document.number])).content.decode()
    assert "Mine" in html and "Canary" not in html
    assert client.get(url("document", document)).status_code == 404
    assert client.get(reverse("document", args=[space.slug, 10**12])).status_code == 404


# ── Looking into ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_pdf_gets_pictures_of_its_pages_from_the_worker(client, space, people):
    document = make_document(space, "Plan.pdf", pdf(3))
    client = sign_in(client, people[2])
    assert "A preview is being made" in client.get(url("document", document)).content.decode()
    assert client.get(url("document_preview", document, 1, 1)).status_code == 404

    assert inspection.look_at_due() == 1

    assert client.get(url("document", document)).content.decode().count("<img") == 3 + 1  # the footer has a flag
    answer = client.get(url("document_preview", document, 1, 3))
    assert answer["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(b"".join(answer.streaming_content))).width == 1200
    assert client.get(url("document_preview", document, 1, 4)).status_code == 404
    assert inspection.look_at_due() == 0


def test_a_picture_is_shown_small_and_a_text_not_at_all(space):
    shown = make_document(space, "Big.png", picture("PNG", (2000, 1000)))
    plain = make_document(space, "Plan.docx", docx())

    inspection.look_at_due()

    version = shown.versions.get()
    with version.file.storage.open(version.preview_name(1)) as file:
        assert Image.open(file).size == (1600, 800)
    assert plain.versions.get().previews == 0


@pytest.mark.django_db(transaction=True)  # drawing takes longer than a transaction may idle on a busy machine
def test_a_pdf_of_many_pages_is_drawn_to_a_limit(space):
    make_document(space, "Long.pdf", pdf(23, (20, 30)))

    inspection.look_at_due()

    assert DocumentVersion.objects.get().previews == 20


def test_what_cannot_be_drawn_is_tried_three_times_and_can_still_be_downloaded(client, space, people):
    document = make_document(space, "Broken.pdf", b"%PDF-1.7 and no more")
    for _ in range(3):
        assert inspection.look_at_due() == 1
        assert inspection.look_at_due() == 0  # not before its time
        DocumentVersion.objects.exclude(due_at=None).update(due_at=timezone.now())

    version = DocumentVersion.objects.get()
    assert (version.previews, version.due_at, version.tries) == (0, None, 3)
    assert sign_in(client, people[1]).get(url("document_file", document, 1)).status_code == 200


def test_a_worker_that_died_gives_its_file_back_after_the_lease(space):
    make_document(space, "Plan.pdf", pdf())
    inspection._claim()
    assert inspection._claim() is None

    DocumentVersion.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    assert inspection._claim() is not None


# ── Viruses ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_while_a_file_is_scanned_only_its_uploader_gets_it(client, space, people, scanner):
    document = make_document(space, "Plan.txt", b"clean", by=people[1])

    assert "only you can download it" in sign_in(client, people[1]).get(url("document", document)).content.decode()
    assert client.get(url("document_file", document, 1)).status_code == 200
    assert "as soon as that is done" in sign_in(client, people[0]).get(url("document", document)).content.decode()
    assert client.get(url("document_file", document, 1)).status_code == 302

    inspection.look_at_due()

    assert DocumentVersion.objects.get().scan == Scan.CLEAN
    assert client.get(url("document_file", document, 1)).status_code == 200


def test_an_infected_file_is_given_to_nobody_and_those_who_can_act_are_told(client, space, people, scanner):
    document = make_document(space, "Virus.txt", EICAR, by=people[1])
    inspection.look_at_due()

    version = DocumentVersion.objects.get()
    assert (version.scan, version.due_at) == (Scan.INFECTED, None)
    for person in people:
        assert sign_in(client, person).get(url("document_file", document, 1)).status_code == 302
    told = {}
    for person in people:
        html = sign_in(client, person).get(url("document", document)).content.decode()
        told[person.name] = "Check the computer" in html
    assert told == {"Cora": True, "Mia": True, "Otto": False}


def test_an_infected_picture_is_not_drawn(space, settings):
    settings.VIRUS_SCANNER = f"{shlex.quote(sys.executable)} -c 'import sys; sys.exit(1)'"
    make_document(space, "Plan.pdf", pdf())

    inspection.look_at_due()

    assert DocumentVersion.objects.get().previews is None
    DocumentVersion.objects.update(previews=2)
    assert list(DocumentVersion.objects.get().pages) == []


@pytest.mark.parametrize("command", ["/no/such/scanner", f"{sys.executable} -c 'import sys; sys.exit(2)'"])
def test_a_scanner_that_fails_is_asked_again_later_and_the_file_waits(space, settings, command):
    settings.VIRUS_SCANNER = command
    make_document(space)

    assert inspection.look_at_due() == 1

    version = DocumentVersion.objects.get()
    assert (version.scan, version.tries) == (Scan.WAITING, 1)
    assert timedelta(0) < version.due_at - timezone.now() <= timedelta(minutes=1)


def test_without_a_scanner_a_file_says_so(client, space, people):
    document = make_document(space)

    assert "Not scanned for viruses" in sign_in(client, people[1]).get(url("document", document)).content.decode()


# ── Title, taking away ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_title_can_be_changed(client, space, people):
    document = make_document(space)

    assert (
        sign_in(client, people[1]).post(url("document_edit", document), {"title": "  New  title "}).status_code == 302
    )

    document.refresh_from_db()
    assert document.title == "New title"
    assert client.post(url("document_edit", document), {"title": " "}).status_code == 200


def test_its_uploader_or_a_coordinator_removes_a_document_and_nobody_else(client, space, people):
    mine, hers = make_document(space, "Mine.txt", by=people[1]), make_document(space, "Hers.txt", by=people[0])

    client = sign_in(client, people[1])
    assert client.post(url("document_remove", hers)).status_code == 302
    assert client.post(url("document_remove", mine)).status_code == 302

    assert [d.title for d in space.documents.kept()] == ["Hers"]
    with pytest.raises(PermissionDenied):
        documents.remove(hers, by=people[1])
    documents.remove(hers, by=people[0])
    with pytest.raises(ValidationError):
        documents.rename(hers, by=people[0], title="x")


def test_a_removed_document_leaves_the_lists_but_its_place_its_file_and_the_log_stay(client, space, people):
    document = make_document(space, "Canary.txt", by=people[1])
    version = document.versions.get()

    documents.remove(document, by=people[1])

    client = sign_in(client, people[0])
    assert "Canary" not in client.get(reverse("documents", args=[space.slug])).content.decode()
    assert "Canary" not in client.get(space.get_absolute_url()).content.decode()
    answer = client.get(url("document", document))
    assert answer.status_code == 410 and "Mia" in answer.content.decode()
    assert client.get(url("document_file", document, 1)).status_code == 404
    assert version.file.storage.exists(version.file.name)
    assert Activity.objects.filter(document=document).exists()
    entry = AuditEntry.objects.get(verb="space.remove_document")
    assert "Canary" not in entry.target_label and "Bays" not in entry.target_label


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_newest_version_comes_first_and_a_title_can_be_searched(client, space, people):
    first, second = make_document(space, "Alpha.txt"), make_document(space, "Beta.txt")
    with files.judged(SimpleUploadedFile("Alpha.txt", b"again")) as sound:
        documents.revise(first, by=people[1], sound=sound)
    client = sign_in(client, people[2])
    listed = reverse("documents", args=[space.slug])

    assert [v.document for v in client.get(listed).context["versions"]] == [first, second]
    assert [v.document for v in client.get(listed, {"q": "BET"}).context["versions"]] == [second]
    assert client.get(listed, {"page": "x"}).status_code == 400


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_questions_does_not_follow_the_rows(client, space, people, rows):
    for number in range(rows):
        document = make_document(space, f"Plan {number}.txt", by=people[1])
    for number in range(rows):
        with files.judged(SimpleUploadedFile("Plan.txt", b"%d" % number)) as sound:
            documents.revise(document, by=people[1], sound=sound)
    client = sign_in(client, people[1])

    assert questions(lambda: client.get(reverse("documents", args=[space.slug]))) == 7
    assert questions(lambda: client.get(url("document", document))) == 8


def test_a_document_has_no_address_but_the_view(space):
    with pytest.raises(ValueError, match="no address"):
        make_document(space).versions.get().file.url  # noqa: B018
    assert json.dumps(str(DocumentVersion.objects.get().file)).startswith(f'"spaces/{space.pk}/')
