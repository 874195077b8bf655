"""PDFs set by Typst, with tags (PDF/UA-1). Facts go in as data, never as source."""

import json
from functools import partial


def pdf_of(source, facts, **more):
    """The PDF of a source (bytes) with `facts`, and `more` inputs as text.

    Where a name has letters that no font here knows, as 😀, there are boxes in their place, and the PDF does not claim
    the standard, which forbids them.
    """
    import typst  # noqa: PLC0415 – 6 MB that a worker which only sends mail never needs

    made = partial(typst.compile, source, sys_inputs={"facts": json.dumps(facts), **more}, format="pdf")
    try:
        return made(pdf_standards=["ua-1"])
    except typst.TypstError:
        return made()
