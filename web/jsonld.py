"""Facts about a page for machines, as a block of data that no browser runs."""

import json

from django.utils.safestring import mark_safe

_UNSAFE = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def script(facts):
    """A JSON-LD element for `facts`; what people wrote can not end it."""
    return mark_safe(
        f'<script type="application/ld+json">{json.dumps(facts, ensure_ascii=False).translate(_UNSAFE)}</script>'
    )
