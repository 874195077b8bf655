"""Every address of the hub, read from the code: its name, its path in each language, its methods, and who may ask."""

import json
import re

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import URLResolver, get_resolver
from django.utils.translation import override

ANYONE, SIGNED_IN, STAFF = "anyone", "signed in", "staff"


def layers(view):
    """The view and every function that its decorators wrap, outermost first."""
    while view is not None:
        yield view
        view = getattr(view, "__wrapped__", None)


def closed_over(view, name):
    """The value that a decorator of `view` keeps under `name`, or None."""
    for layer in layers(view):
        code = getattr(layer, "__code__", None)
        if code and layer.__closure__ and name in code.co_freevars:
            return layer.__closure__[code.co_freevars.index(name)].cell_contents
    return None


def view_class(view):
    return getattr(view, "view_class", None) or getattr(view, "cls", None)


def methods(view):
    """What `require_http_methods` or the handlers of a class let through; without either, any method."""
    allowed = closed_over(view, "request_method_list")
    handler = view_class(view)
    if allowed is None and handler is not None:
        allowed = [name.upper() for name in handler.http_method_names if hasattr(handler, name)]
    return sorted(set(allowed) - {"OPTIONS"}) if allowed is not None else ["ANY"]


def who(view, namespaces):
    """Who gets past the door: what a view does with rows that are not the reader's is its own queryset's matter."""
    if not getattr(view, "login_required", True):
        return ANYONE
    return STAFF if "admin" in namespaces else SIGNED_IN


def walk(patterns, parents=(), namespaces=()):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from walk(pattern.url_patterns, (*parents, pattern.pattern), inner)
        else:
            yield pattern, (*parents, pattern.pattern), namespaces


def path_in(language, parts):
    with override(language):
        return "/" + re.sub(r"^\^|(?<=/)\^|\$$|\\Z$", "", "".join(str(part) for part in parts))


def routes():
    """One dict for each address, sorted by name: `name`, `sv`, `en` …, `methods`, `who`."""
    found = []
    for pattern, parts, namespaces in walk(get_resolver().url_patterns):
        paths = {language: path_in(language, parts) for language, _name in settings.LANGUAGES}
        name = ":".join((*namespaces, pattern.name or f"({paths['en']})"))
        view = pattern.callback
        found.append({"name": name, **paths, "methods": methods(view), "who": who(view, namespaces)})
    return sorted(found, key=lambda route: (route["name"], route["en"]))


class Command(BaseCommand):
    help = "Lists every address: name, path in each language, methods, who may."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON list, not a table")

    def handle(self, *, as_json, **options):
        self.stdout.write(_as_json() if as_json else _as_table())


def _as_json():
    return json.dumps(routes(), ensure_ascii=False, indent=1)


def _as_table():
    languages = [language for language, _name in settings.LANGUAGES]
    rows = [
        [route["name"], *(route[language] for language in languages), " ".join(route["methods"]), route["who"]]
        for route in routes()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
