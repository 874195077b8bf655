"""What is taken as a file: its name cleaned, its kind told by content and by ending, its size limited.

Whatever is refused is refused in words that say what to do instead.
"""

import hashlib
import re
import struct
import subprocess
import sys
import unicodedata
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from platforms import drawing
from web.uploads import MEGABYTE, TooLarge

LONGEST_NAME = 160
# What runs when it is clicked on some machine: never the last but one part of a name, either.
RUNS = {
    "app", "bat", "cmd", "com", "cpl", "dll", "docm", "exe", "hta", "htm", "html", "jar", "js", "jse", "lnk", "msi",
    "pif", "ps1", "reg", "scr", "sh", "svg", "url", "vb", "vbe", "vbs", "wsf", "xlsm", "xml",
}  # fmt: skip
NAMES_OF_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
WALL_SECONDS = 30

BROKEN = gettext_lazy("The file cannot be read; it may be damaged. Save it again in the program that made it.")
TOO_MANY_PIXELS = gettext_lazy("The picture has too many pixels. Make it smaller: at most 40 million.")
HAS_MACROS = gettext_lazy("The file contains macros, which can carry viruses. Save it without macros.")
LOCKED = gettext_lazy("The file is locked with a password. Save it without a password.")
SWELLS = gettext_lazy("The file becomes far too large when it is unpacked.")
OTHER_CONTENT = gettext_lazy("The content is not what the name says. Save it again as the kind of file that it is.")


class Refused(ValidationError):
    """The file is not taken; the message says why and what to do."""


class Kind(NamedTuple):
    content_type: str
    check: object  # called with the open file; raises Refused
    picture: str = ""  # Pillow's name: written again before it is kept


@dataclass(frozen=True)
class Sound:
    """A file that may be kept. `content` is an open file; what was uploaded, or a picture written again."""

    name: str
    content_type: str
    content: File
    size: int
    sha256: str


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def clean_name(raw):
    """A file name that is safe on every system and shows what it is; "" when nothing is left of it."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", raw or ""))[-1]
    name = "".join(
        c for c in name if c in "\t\n " or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
    )
    name = " ".join(re.sub(r'[<>:"|?*]', "-", name).split()).rstrip(" .")
    stem, dot, ending = unicodedata.normalize("NFC", name).rpartition(".")
    if not dot:
        return _shortened(ending, "")
    stem = _without_hidden_ending(stem).strip(" .") or "document"
    return _shortened(f"_{stem}" if NAMES_OF_DEVICES.fullmatch(stem.split(".")[0]) else stem, f".{ending.strip()}")


def _shortened(stem, ending):
    return stem[: max(LONGEST_NAME - len(ending), 0)].rstrip(" .") + ending[:LONGEST_NAME]


def _without_hidden_ending(stem):
    """`invoice.exe` of `invoice.exe.pdf` as `invoice-exe`: systems that hide endings would show the wrong one."""
    first, *parts = stem.split(".")
    return first + "".join(f"-{part}" if part.strip().lower() in RUNS else f".{part}" for part in parts)


def ending_of(name):
    return name.rpartition(".")[2].lower() if "." in name else ""


# ── Content ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def is_pdf(file):
    if b"%PDF-" not in file.read(1024):
        raise Refused(OTHER_CONTENT)


def is_text(file):
    """Text in UTF-8, in UTF-16 with its mark, or in the old Windows way: no control characters, no other kind."""
    data = file.read()
    if data.startswith((b"%PDF-", b"PK\x03\x04", b"\x7fELF", b"MZ\x90")):
        raise Refused(OTHER_CONTENT)
    coding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    try:
        text = data.decode(coding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if CONTROL.search(text):
        raise Refused(OTHER_CONTENT)


ZIP_DIRECTORY, ZIP_UNPACKED, ZIP_RATIO = MEGABYTE, 300 * MEGABYTE, 100
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, struct.error, ValueError, RuntimeError, NotImplementedError, EOFError, OSError,
    OverflowError, KeyError, IndexError,
)  # fmt: skip


@contextmanager
def _unpacked(file):
    """The zip within `file`, its directory and its unpacked size judged before anything is unpacked."""
    start = file.read(4)
    if start == OLD_OFFICE:
        raise Refused(LOCKED)
    _judge_directory(file)
    try:
        with zipfile.ZipFile(file) as box:
            whole, packed = sum(i.file_size for i in box.infolist()), sum(i.compress_size for i in box.infolist())
            if whole > ZIP_UNPACKED or whole > 20 * MEGABYTE + ZIP_RATIO * packed:
                raise Refused(SWELLS)
            yield box
    except ZIP_ERRORS:
        raise Refused(BROKEN) from None


def _judge_directory(file):
    """zipfile reads the whole directory at once, as large as the last 22 bytes say: look at them first."""
    size = file.seek(0, 2)
    file.seek(max(size - 42, 0))
    before, end = (tail := file.read(42))[:-22], tail[-22:]
    if len(end) < 22 or not end.startswith(b"PK\x05\x06") or before.startswith(b"PK\x06\x07"):
        raise Refused(OTHER_CONTENT if size < 42 or not end.startswith(b"PK") else BROKEN)
    if struct.unpack("<L", end[12:16])[0] > ZIP_DIRECTORY:
        raise Refused(SWELLS)
    file.seek(0)


def is_office(file, main):
    with _unpacked(file) as box:
        names = {info.filename for info in box.infolist()}
        types = _part(box, "[Content_Types].xml") if "[Content_Types].xml" in names else b""
        if b"macroEnabled" in types or any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Refused(HAS_MACROS)
        if f"application/vnd.openxmlformats-officedocument.{main}.main+xml".encode() not in types:
            raise Refused(OTHER_CONTENT)


def is_open_document(file, content_type):
    with _unpacked(file) as box:
        names = {info.filename for info in box.infolist()}
        if any(name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") for name in names):
            raise Refused(HAS_MACROS)
        if "mimetype" not in names or _part(box, "mimetype").strip() != content_type.encode():
            raise Refused(OTHER_CONTENT)


def _part(box, name):
    with box.open(name) as part:
        return part.read(MEGABYTE)


def is_picture(file):
    """Judged by the decoder, when the picture is written again."""


def _office(kind, main):
    return Kind(f"application/vnd.openxmlformats-officedocument.{kind}", partial(is_office, main=main))


def _open_document(kind):
    content_type = f"application/vnd.oasis.opendocument.{kind}"
    return Kind(content_type, partial(is_open_document, content_type=content_type))


KINDS = {
    "pdf": Kind("application/pdf", is_pdf),
    "docx": _office("wordprocessingml.document", "wordprocessingml.document"),
    "xlsx": _office("spreadsheetml.sheet", "spreadsheetml.sheet"),
    "pptx": _office("presentationml.presentation", "presentationml.presentation"),
    "odt": _open_document("text"),
    "ods": _open_document("spreadsheet"),
    "odp": _open_document("presentation"),
    "txt": Kind("text/plain", is_text),
    "md": Kind("text/markdown", is_text),
    "csv": Kind("text/csv", is_text),
    "png": Kind("image/png", is_picture, "PNG"),
    "jpg": Kind("image/jpeg", is_picture, "JPEG"),
    "jpeg": Kind("image/jpeg", is_picture, "JPEG"),
    "webp": Kind("image/webp", is_picture, "WEBP"),
}
MACROS = {"docm", "xlsm", "pptm", "dotm", "xltm", "potm"}
ACCEPT = ",".join(f".{ending}" for ending in KINDS)
DRAWN = {"application/pdf": "PDF"} | {kind.content_type: kind.picture for kind in KINDS.values() if kind.picture}


def too_large_words(name=""):
    return _("The file is larger than %(limit)s MB. Make it smaller, or share a link to it instead.") % {
        "limit": settings.UPLOAD_MEGABYTES
    }


@contextmanager
def judged(upload):
    """The upload as a Sound file for the length of the block. Raises Refused."""
    name = clean_name(upload.name)
    kind = _kind(name)
    if isinstance(upload, TooLarge) or upload.size > settings.UPLOAD_MEGABYTES * MEGABYTE:
        raise Refused(too_large_words())
    if not upload.size:
        raise Refused(_("The file is empty."))
    upload.seek(0)
    kind.check(upload)
    if not kind.picture:
        yield _sound(name, kind, upload)
        return
    with on_disk(upload) as path, TemporaryDirectory() as folder:
        again = Path(folder) / "again"
        draw("reencode", kind.picture, path, again)
        with again.open("rb") as file:
            yield _sound(name, kind, File(file))


def _kind(name):
    ending = ending_of(name)
    if ending in MACROS:
        raise Refused(HAS_MACROS)
    if ending not in KINDS:
        allowed = ", ".join(ending for ending in KINDS if ending != "jpeg")
        raise Refused(_("Files of this kind are not taken. These are: %(kinds)s.") % {"kinds": allowed})
    return KINDS[ending]


def _sound(name, kind, content):
    content.seek(0)
    sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    size = content.seek(0, 2)
    content.seek(0)
    return Sound(name, kind.content_type, content, size, sha256)


@contextmanager
def on_disk(upload):
    """The path of an upload; one that is in memory is written to disk for the length of the block."""
    if hasattr(upload, "temporary_file_path"):
        yield upload.temporary_file_path()
        return
    with NamedTemporaryFile() as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        yield file.name


def draw(what, kind, path, to):
    """Let the drawing program work on a file, apart from us. Raises Refused."""
    command = [sys.executable, "-I", drawing.__file__, what, kind, str(path), str(to)]
    try:
        done = subprocess.run(  # noqa: S603 – our own program, and paths that we made
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS, env={}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Refused(BROKEN) from None
    if done.returncode == drawing.TOO_BIG:
        raise Refused(TOO_MANY_PIXELS)
    if done.returncode:
        raise Refused(BROKEN)
