"""What is taken as a file: judged by content and by name, whatever somebody makes of either."""

import io
import unicodedata
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import SkipFile
from django.utils.translation import override
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from platforms import drawing, files
from tests.platforms.making import docx, odt, pdf, photo, picture
from web.uploads import MEGABYTE, LimitedUploadHandler, TooLarge

ALLOWED = {
    "a.pdf": pdf(),
    "a.docx": docx(),
    "a.odt": odt(),
    "a.txt": "Å, ä och ö".encode(),
    "old.txt": "Å, ä och ö".encode("cp1252"),
    "a.csv": "a;b".encode("utf-16"),
    "a.md": b"# A",
    "a.png": picture("PNG"),
    "a.JPG": picture("JPEG"),
    "a.webp": picture("WEBP"),
}


def judge(name, content):
    with override("en"), files.judged(SimpleUploadedFile(name, content)) as sound:
        return sound, sound.content.read()


def refusal(name, content):
    with pytest.raises(files.Refused) as refused:
        judge(name, content)
    return str(refused.value.message)


@pytest.mark.parametrize("name", ALLOWED)
def test_a_file_of_a_listed_kind_is_taken(name):
    sound, kept = judge(name, ALLOWED[name])

    assert (sound.name, sound.size) == (name, len(kept))
    assert sound.content_type == files.KINDS[files.ending_of(name)].content_type


@pytest.mark.parametrize("name", ["a.exe", "a.svg", "a.html", "a.zip", "a.gif", "a", "a.pdf.exe"])
def test_a_file_of_another_kind_is_refused_with_the_kinds_that_are_taken(name):
    assert "These are: pdf, docx" in refusal(name, b"x")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"MZ\x90\x00", "not what the name says"),
        ("a.txt", pdf(), "not what the name says"),
        ("a.txt", b"a\x00b", "not what the name says"),
        ("a.docx", odt(), "not what the name says"),
        ("a.xlsx", docx(), "not what the name says"),
        ("a.odt", docx(), "not what the name says"),
        ("a.docx", b"PK\x03\x04 and no more", "not what the name says"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + b"x" * 100, "locked with a password"),
        ("a.docm", docx(), "macros"),
        ("a.docx", docx(**{"word/vbaProject.bin": "x"}), "macros"),
        ("a.odt", odt(**{"Basic/Standard/Module1.xml": "x"}), "macros"),
        ("a.png", picture("JPEG"), "cannot be read"),
        ("a.jpg", b"\xff\xd8\xff and no more", "cannot be read"),
        ("a.txt", b"", "empty"),
    ],
)  # fmt: skip
def test_content_that_is_not_what_the_name_says_is_refused_in_words(name, content, words):
    assert words in refusal(name, content)


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    assert "far too large" in refusal("a.docx", docx(**{"word/media.bin": bytes(60 * MEGABYTE)}))
    assert "far too large" in refusal("a.odt", odt(**{f"{number:0200}": "" for number in range(6000)}))


def test_a_pixel_bomb_is_refused():
    file = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(file, "PNG")

    assert len(file.getvalue()) < MEGABYTE
    assert "too many pixels" in refusal("a.png", file.getvalue())


def test_a_picture_keeps_nothing_that_its_camera_noted_and_stands_upright():
    _sound, kept = judge("a.jpg", photo())

    assert b"SecretCamera" in photo() and b"SecretCamera" not in kept
    again = Image.open(io.BytesIO(kept))
    assert again.size == (20, 40) and not again.getexif()


def test_a_picture_keeps_no_words_that_were_hidden_in_it():
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Comment", "SecretWords")
    _sound, kept = judge("a.png", picture("PNG", pnginfo=words))

    assert b"SecretWords" not in kept


def test_a_decoder_that_takes_too_long_is_stopped(monkeypatch, tmp_path):
    (tmp_path / "a").write_bytes(picture())
    monkeypatch.setattr(files, "WALL_SECONDS", 0.01)

    with pytest.raises(files.Refused):
        files.draw("reencode", "JPEG", tmp_path / "a", tmp_path / "b")


def test_the_drawing_program_has_little_memory(monkeypatch, tmp_path):
    """A picture just below the limit of pixels passes; the same with no memory to speak of does not."""
    source = io.BytesIO()
    Image.new("RGB", (6000, 6000)).save(source, "PNG")
    (tmp_path / "a").write_bytes(source.getvalue())
    files.draw("reencode", "PNG", tmp_path / "a", tmp_path / "b")

    starved = tmp_path / "drawing.py"
    starved.write_text(Path(drawing.__file__).read_text().replace("1024**3", "180 * 1024**2"))
    monkeypatch.setattr(files.drawing, "__file__", str(starved))
    with pytest.raises(files.Refused):
        files.draw("reencode", "PNG", tmp_path / "a", tmp_path / "c")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        (r"C:\Users\eva\plan.pdf", "plan.pdf"),
        ("a\u202egnp.exe.pdf", "agnp-exe.pdf"),
        ("invoice.exe.pdf", "invoice-exe.pdf"),
        ("v1.2 plan.pdf", "v1.2 plan.pdf"),
        ("CON.txt", "_CON.txt"),
        (".pdf", "document.pdf"),
        ("A\u030a\x00\r\n.txt", "Å.txt"),
        ('a<b>:"|?*.txt', "a-b------.txt"),
        ("x" * 300 + ".pdf", "x" * 156 + ".pdf"),
    ],
)
def test_names_are_cleaned(raw, clean):
    assert files.clean_name(raw) == clean


@given(st.one_of(st.text(max_size=400), st.text(alphabet="./\\ .exe:con\u202e\x00å", max_size=60)))
@example("." * 500)
@settings(deadline=None)
def test_whatever_a_file_is_called_its_clean_name_is_safe(raw):
    name = files.clean_name(raw)

    assert len(name) <= files.LONGEST_NAME
    assert not set(name) & set('/\\<>:"|?*')
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs"} for c in name)
    assert name == unicodedata.normalize("NFC", name) == name.strip()
    assert not any(part.lower() in files.RUNS for part in name.split(".")[1:-1])
    assert files.clean_name(name) == name


REAL = st.sampled_from(list(ALLOWED.values()))
CONTENT = st.one_of(
    st.binary(max_size=300),
    st.builds(lambda a, b, n: a[:n] + b + a[n:], REAL, st.binary(max_size=8), st.integers(0, 400)),
    st.builds(lambda a, n: a[:n], REAL, st.integers(0, 2000)),
)


@given(
    name=st.sampled_from([f"a.{ending}" for ending, kind in files.KINDS.items() if not kind.picture]), content=CONTENT
)
@example(name="a.docx", content=b"PK\x05\x06")
@settings(deadline=None, max_examples=200)
def test_whatever_a_file_holds_it_is_taken_or_refused_in_words(name, content):
    try:
        judge(name, content)
    except files.Refused as refused:
        assert str(refused.message)


@given(name=st.sampled_from(["a.png", "a.jpg", "a.webp"]), content=CONTENT)
@settings(deadline=None, max_examples=12)
def test_whatever_a_picture_holds_it_is_taken_or_refused_in_words(name, content):
    try:
        judge(name, content)
    except files.Refused as refused:
        assert str(refused.message)


# ── Reading a form ───────────────────────────────────────────────────────────────────────────────────────────────────
def handler(rf, *, takes_files=True):
    request = rf.post("/")

    def view(request):
        """A page."""

    view.takes_files = takes_files
    request.resolver_match = type("Match", (), {"func": view})
    return LimitedUploadHandler(request)


def test_a_file_is_let_go_while_it_is_read_as_soon_as_it_is_too_large(rf, settings):
    settings.UPLOAD_MEGABYTES = 1
    upload = handler(rf)
    upload.new_file("files", "a.pdf", "application/pdf", None)
    path = upload.file.temporary_file_path()
    for _ in range(3):
        upload.receive_data_chunk(bytes(MEGABYTE // 2), 0)
    assert not Path(path).exists()
    upload.receive_data_chunk(bytes(MEGABYTE), 0)

    found = upload.file_complete(5 * MEGABYTE // 2)

    assert isinstance(found, TooLarge) and found.name == "a.pdf"
    with override("en"), pytest.raises(files.Refused, match="larger than 1 MB"), files.judged(found):
        pass


def test_a_page_that_takes_no_files_keeps_none(rf):
    with pytest.raises(SkipFile):
        handler(rf, takes_files=False).new_file("files", "a.pdf", "application/pdf", None)
    with pytest.raises(SkipFile):
        LimitedUploadHandler(rf.post("/")).new_file("files", "a.pdf", "application/pdf", None)


@pytest.mark.django_db
def test_a_form_too_large_to_wait_for_is_refused_as_a_whole(client, settings):
    settings.UPLOAD_REQUEST_MEGABYTES = 0.0001

    assert client.post("/en/account/login/", {"files": SimpleUploadedFile("a.txt", b"x" * 200)}).status_code == 400
