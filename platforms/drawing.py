"""Read a picture or a PDF from a stranger: a program of its own, with little time, memory and disk.

    drawing.py reencode FORMAT FROM TO      the picture again, without what its camera noted
    drawing.py pages FORMAT FROM TO         pictures TO.1.webp, TO.2.webp … of its pages, for the screen

It knows nothing of the hub: a decoder that is made to misbehave here finds no database, no settings and no memory.
Ends with 0, with TOO_BIG for too many pixels, with BROKEN for what cannot be read.
"""

import os
import resource
import sys
from contextlib import suppress

TOO_BIG, BROKEN = 3, 4
SECONDS, MEMORY, DISK = 20, 1024**3, 64 * 1024**2
MAX_PIXELS = 40_000_000
MAX_PAGES, PAGE_WIDTH, PAGE_HEIGHT, PICTURE = 20, 1200, 3600, 1600
EXTRA = {"JPEG": {"quality": 90, "optimize": True}, "PNG": {"optimize": False}, "WEBP": {"quality": 90}}


def hold_back():
    limits = {"CPU": SECONDS, "AS": MEMORY, "FSIZE": DISK, "NOFILE": 64, "CORE": 0}
    for name, most in limits.items():
        with suppress(ValueError, OSError):  # not every system knows every limit
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def picture(kind, path):
    """The picture as pixels the right way up, with its colours and nothing else."""
    from PIL import Image, ImageOps  # noqa: PLC0415 – only in the program, never in a web process

    Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit warns first; ours does not
    image = Image.open(path, formats=[kind])
    if image.width * image.height > MAX_PIXELS:
        sys.exit(TOO_BIG)
    image.load()
    image = ImageOps.exif_transpose(image)
    colours = image.info.get("icc_profile")
    image.info.clear()
    return image, {"icc_profile": colours} if colours else {}


def reencode(kind, path, to):
    image, colours = picture(kind, path)
    image.save(to, format=kind, **EXTRA[kind], **colours)


def for_the_screen(image, to, **more):
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGBA" if "A" in image.getbands() or image.mode == "P" else "RGB")
    image.save(to, format="WEBP", quality=80, **more)


def pages(kind, path, to):
    if kind == "PDF":
        return pages_of_a_pdf(path, to)
    image, colours = picture(kind, path)
    image.thumbnail((PICTURE, PICTURE))
    return for_the_screen(image, f"{to}.1.webp", **colours)


def pages_of_a_pdf(path, to):
    import pypdfium2  # noqa: PLC0415 – the same

    document = pypdfium2.PdfDocument(path)
    for number in range(min(len(document), MAX_PAGES)):
        page = document[number]
        width, height = page.get_size()
        scale = min(PAGE_WIDTH / max(width, 1), PAGE_HEIGHT / max(height, 1))
        for_the_screen(page.render(scale=scale).to_pil(), f"{to}.{number + 1}.webp")
        page.close()


def main(what, kind, path, to):
    hold_back()
    try:
        {"reencode": reencode, "pages": pages}[what](kind, path, to)
    except Exception:  # noqa: BLE001 – whatever a decoder says of a broken file, the answer is the same
        sys.exit(BROKEN)


if __name__ == "__main__":
    os.nice(5)
    main(*sys.argv[1:])
