"""Working in a space in a real Chromium: with and without scripts, by keyboard, by drag and drop, day and night."""

import base64
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from PIL import Image
from playwright.sync_api import expect

from platforms.actions import inspection
from platforms.models import DocumentVersion, SpaceMember
from tests.browser import Keyboard
from tests.factories import make_actor, make_decision, make_document, make_space, make_task, make_user
from tests.platforms.making import pdf, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = {"desk": {"width": 1280, "height": 900}, "narrow": {"width": 320, "height": 700}}
BIG = 21 * 1024 * 1024


@pytest.fixture
def people():
    return [make_user(f"{name}@example.org".lower(), name=name, language="en") for name in ("Cora", "Mia", "Otto")]


@pytest.fixture
def space(people):
    cora, mia, otto = people
    space = make_space("Living bays", purpose="Clean water", coordinator=cora, members=[mia], observers=[otto])
    SpaceMember.objects.filter(user=mia).update(on_behalf_of=make_actor("Mias Works", kind="sme"))
    return space


def address(name, *args):
    with override("en"):
        return reverse(name, args=args)


def enter(window, client, user, path):
    """Come in with a session of one's own."""
    client.force_login(user)
    cookie = client.cookies["session"].value
    window.context.add_cookies([{"name": "session", "value": cookie, "url": window.site}])
    window.go(path)
    assert user.name in window.page.inner_text("header") or window.page.get_by_text("My page").count()


def press(page, name, **more):
    with page.expect_navigation(wait_until="networkidle"):
        page.get_by_role("button", name=name, **more).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_my_spaces_to_a_decision_with_a_document_and_a_task(open_window, client, space, people, scripts):
    window = open_window(java_script_enabled=scripts)
    page = window.page
    enter(window, client, people[0], address("my_spaces"))
    page.get_by_role("link", name="Living bays").click()
    page.get_by_role("link", name="Propose a decision").click()
    page.get_by_label("What is to be decided").fill("Five bays")
    page.get_by_label("The proposal").fill("We choose **five** bays.")
    press(page, "Put the proposal to the space")
    page.get_by_label("Yes, I can live with it").check()
    press(page, "Answer")
    expect(page.get_by_text("Your answer is saved")).to_be_visible()

    page.get_by_role("link", name="Write down the outcome").click()
    press(page, "Put it in the decision log")
    expect(page.get_by_text("Write in words what was decided").first).to_be_visible()
    page.get_by_label("The decision in words").fill("Five bays, from April.")
    page.get_by_label("Mia").check()
    press(page, "Put it in the decision log")
    assert page.locator(".outcome").inner_text().startswith("Decided")

    page.get_by_role("link", name="Add a task").click()
    page.get_by_label("What is to be done").fill("Order the buoys")
    page.get_by_label("Who does it").select_option("Mia")
    press(page, "Add the task")
    expect(page.get_by_text("follows from decision 1")).to_be_visible()

    page.get_by_role("link", name="Documents", exact=True).click()
    page.get_by_label("Files").set_input_files(
        [
            {"name": "Plan.pdf", "mimeType": "application/pdf", "buffer": pdf()},
            {"name": "evil.exe", "mimeType": "application/pdf", "buffer": b"MZ"},
        ]
    )
    page.get_by_label("A line about them").fill("For April")
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator(".summary").wait_for()
    assert "evil.exe" in page.locator(".summary").inner_text()
    assert page.evaluate("document.activeElement.className") == "summary"
    assert page.get_by_label("A line about them").input_value() == "For April"
    page.get_by_role("link", name="Plan").first.click()
    expect(page.get_by_text("A preview is being made")).to_be_visible()
    assert inspection.look_at_due() == 1
    page.reload(wait_until="networkidle")
    shown = page.get_by_alt_text("Page 1 of Plan", exact=False)
    assert shown.evaluate("image => image.naturalWidth") == 1200
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").first.click()
    assert waiting.value.suggested_filename == "Plan.pdf"
    window.check()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_file_of_21_mb_is_refused_and_the_rest_is_kept(open_window, client, space, people, scripts, tmp_path):
    (tmp_path / "Big.pdf").write_bytes(b"%PDF-1.7" + bytes(BIG))
    window = open_window(java_script_enabled=scripts)
    enter(window, client, people[1], address("documents", space.slug))

    window.page.get_by_label("Files").set_input_files(tmp_path / "Big.pdf")
    window.page.get_by_label("A line about them").fill("From the meeting")
    window.page.get_by_role("button", name="Add", exact=True).click()

    expect(window.page.get_by_text("larger than 20 MB").first).to_be_visible()
    assert window.page.get_by_label("A line about them").input_value() == "From the meeting"
    assert not DocumentVersion.objects.exists()


def test_the_server_itself_refuses_21_mb_whatever_the_page_has_checked(open_window, client, space, people):
    window = open_window()
    enter(window, client, people[1], address("documents", space.slug))
    answer = window.page.evaluate(
        """async size => {
          const data = new FormData(document.querySelector("form[data-drop]"));
          data.set("files", new File([new Uint8Array(size)], "Big.pdf"));
          data.append("files", new File(["a plan"], "Small.txt"));
          return (await fetch(location.href, {method: "POST", body: data})).text();
        }""",
        BIG,
    )

    assert "Big.pdf: The file is larger than 20 MB" in answer
    assert list(DocumentVersion.objects.values_list("name", flat=True)) == ["Small.txt"]


DROP = """files => {
  const data = new DataTransfer();
  for (const [name, content] of files)
    data.items.add(new File([Uint8Array.from(atob(content), c => c.charCodeAt(0))], name));
  const fire = type => document.querySelector("h1").dispatchEvent(
    new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
  fire("dragenter"); fire("dragover");
  const seen = getComputedStyle(document.documentElement, "::after").content;
  fire("drop");
  return seen;
}"""


def test_files_are_dropped_anywhere_on_the_page(open_window, client, space, people):
    window = open_window()
    enter(window, client, people[1], address("documents", space.slug))
    files = {"Plan.txt": b"A plan", "Bay.jpg": photo()}

    told = window.page.evaluate(DROP, [[name, base64.b64encode(data).decode()] for name, data in files.items()])
    window.page.get_by_text("2 documents have been added").wait_for()

    assert "Let go" in told
    picture = DocumentVersion.objects.get(name="Bay.jpg")
    assert (picture.by, picture.on_behalf_of.name) == (people[1], "Mias Works")
    assert b"SecretCamera" not in picture.file.read()
    assert Image.open(io.BytesIO(DocumentVersion.objects.get(name="Bay.jpg").file.read())).size == (20, 40)


def test_a_new_version_is_dropped_onto_its_document(open_window, client, space, people):
    document = make_document(space, "Plan.txt", b"one")
    window = open_window()
    enter(window, client, people[1], address("document", space.slug, document.number))

    window.page.evaluate(DROP, [["Plan 2.txt", base64.b64encode(b"two").decode()]])
    window.page.get_by_text("The new version has been added").wait_for()

    assert list(document.versions.values_list("number", flat=True)) == [2, 1]


def test_answering_and_ticking_off_by_keyboard_alone(open_window, client, space, people):
    decision = make_decision(space, answer_by=timezone.localdate() + timedelta(days=2))
    task = make_task(space, owner=people[1], due_on=timezone.localdate())
    window = open_window()
    enter(window, client, people[1], address("space", space.slug))
    mia = Keyboard(window)

    mia.enter(".needs button[name=done]")
    task.refresh_from_db()
    assert task.done_by == people[1]
    mia.enter(".needs a.btn")
    mia.reach("[name=answer]")
    mia.keys.press("ArrowDown")
    mia.write("[name=comment]", "Too few: six")
    mia.enter(".answer .actions .btn")

    assert list(decision.answers.values_list("answer", "comment")) == [("no", "Too few: six")]
    expect(window.page.get_by_text("1 objection")).to_be_visible()
