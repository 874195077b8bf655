"""Real files for tests, made on the spot."""

import io
import zipfile
from functools import cache

from PIL import Image

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def picture(kind="JPEG", size=(40, 20), **more):
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, kind, **more)
    return file.getvalue()


def photo():
    """A picture that says which camera took it, and that it lies on its side."""
    noted = Image.Exif()
    noted[0x010F], noted[0x0112] = "SecretCamera", 6
    return picture(exif=noted)


@cache
def pdf(pages=2, size=(200, 300)):
    file = io.BytesIO()
    first, *rest = [Image.new("RGB", size, "white") for _ in range(pages)]
    first.save(file, "PDF", save_all=True, append_images=rest)
    return file.getvalue()


def zipped(parts, **more):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **more) as box:
        for name, content in parts.items():
            box.writestr(name, content)
    return file.getvalue()


def docx(**more):
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{WORD}"/></Types>'
    return zipped({"[Content_Types].xml": types, "word/document.xml": "<w/>", **more})


def odt(**more):
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<o/>", **more})
