"""PDFs set by Typst, with tags (PDF/UA-1). Facts go in as data, never as source."""

import json
from functools import cache, partial
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from web import region

EMBLEM = Path(__file__).parent / "emblem.typ"
FLAG = settings.BASE_DIR / "static" / "img" / "eu.svg"


def pdf_of(source, facts):
    """The PDF of a source (a path) with its `facts`; it finds them as `facts`, and what the programme period asks for
    beside the flag of the Union as `emblem`.

    Where a name has letters that no font here knows, as 😀, there are boxes in their place, and the PDF does not claim
    the standard, which forbids them.
    """
    import typst  # noqa: PLC0415 – 6 MB that a worker which only sends mail never needs

    inputs = {"facts": json.dumps({**_common(), **facts}), "flag": _read(FLAG).decode()}
    made = partial(typst.compile, _read(EMBLEM) + _read(source), sys_inputs=inputs, format="pdf")
    try:
        return made(pdf_standards=["ua-1"])
    except typst.TypstError:
        return made()


@cache
def _read(path):
    return path.read_bytes()


def _common():
    here = region.current()
    return {
        "language": (get_language() or "sv")[:2],
        "project": ", ".join(filter(None, [str(here.project.name or ""), str(here.project.period or "")])),
        "emblem": str(here.emblem.text or ""),
        "flag": _("The flag of the European Union"),
    }
