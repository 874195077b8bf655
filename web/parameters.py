"""Parameters of an address that are whole numbers: known and within bounds, or refused."""

from django.core.exceptions import BadRequest


def whole_numbers(query, **bounds):
    """Name → number (None when absent) for each of `bounds`, which are (least, most).

    Raises BadRequest (400) for a parameter that has no bounds here, comes twice, or is no number within them.
    """
    found = dict.fromkeys(bounds)
    for name, texts in query.lists():
        text = texts[-1]
        if name not in bounds or len(texts) != 1 or not (text.isascii() and text.isdigit() and len(text) < 10):
            raise BadRequest(name)
        least, most = bounds[name]
        if not least <= int(text) <= most:
            raise BadRequest(name)
        found[name] = int(text)
    return found
