"""The guide of the tour: opens a page as a person, judges it in every look, and remembers what was shown.

A page is judged four times: in Swedish at 1280 pixels by day and at 320 by night, in English the other way round. So
each width, each scheme and each language meets every page, and any two of them meet on it.
"""

import time
from contextlib import contextmanager
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY as WHOSE
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as METHODS
from django.conf import settings
from django.test import Client
from django.test.signals import template_rendered
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import override

from actors import why
from actors.views import register
from events.views import overview
from s3hub.management.commands.routes import routes
from tests.browser import axe, axe_source, scrolls_sideways
from tests.staff import sign_in

LOOKS = {"sv": [(1280, "light"), (320, "dark")], "en": [(320, "light"), (1280, "dark")]}
HEIGHT = 900
TEMPLATES = settings.BASE_DIR / "templates"
KEPT = (
    register._facet_form,
    why._row,
    overview._facet_form,
    overview._row_html,
)  # parts of a page that are rendered once and kept


@cache
def pages_and_parts():
    """Every template of ours that a browser shows, as it is named below templates/."""
    names = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    return frozenset(name for name in names if not name.startswith("mail/"))


@cache
def named_addresses():
    """The names of the addresses that can answer a GET or a form with a page."""
    return frozenset(route["name"] for route in routes() if "(" not in route["name"])


def fitting(names, patterns):
    return {name for name in names if any(fnmatch(name, pattern) for pattern in patterns)}


class Guide:
    """One walk in one language: `wrong` holds the faults by place, `templates` and `addresses` what was shown."""

    def __init__(self, window, language):
        self.window, self.page, self.language = window, window.page, language
        self.looks = list(LOOKS[language])
        self.wrong, self.templates, self.addresses = {}, set(), set()
        self.page.add_init_script(axe_source())  # sent once, and read once by the browser
        self._show(*self.looks[0])

    @contextmanager
    def noting(self):
        """Remember every template of ours that the site renders meanwhile."""
        for kept in KEPT:
            kept.cache_clear()
        template_rendered.connect(self._note)
        try:
            yield self
        finally:
            template_rendered.disconnect(self._note)

    def _note(self, template, **_more):
        path = Path(template.origin.name)
        if path.is_relative_to(TEMPLATES):
            self.templates.add(str(path.relative_to(TEMPLATES)))

    def address(self, name, *args, query=""):
        with override(self.language):
            return reverse(name, args=args) + query

    def enter(self, user, *, reauthenticated=True, **session):
        """Be `user`, with the second factor shown if they are staff; `session` holds more for the session."""
        client = Client()
        sign_in(client, user, second_factor=user.is_staff)
        stored = client.session
        records = stored.get(METHODS, [{"method": "code", "at": time.time()}])
        records[-1]["reauthenticated"] = reauthenticated
        stored.update({METHODS: records, WHOSE: str(user.pk), **session})
        stored.save()
        self.leave()
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.window.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.window.site}])

    def leave(self):
        """Be nobody again."""
        self.window.context.clear_cookies()

    @contextmanager
    def _meant(self, status):
        """A page that is meant to answer an error makes Chromium say so in its console."""
        said = f"the server responded with a status of {status}"
        self.window.expected += [said] if status >= 400 else []
        yield
        if status >= 400:
            self.window.expected.remove(said)

    def go(self, path, status=200):
        """Open `path`, which must answer itself and not lead elsewhere, and judge it."""
        with self._meant(status):
            answer = self.window.go(path)
        assert (answer.url, answer.status) == (urljoin(self.window.site, path), status), path
        self.judge(path)

    def see(self, name, *args, query="", status=200):
        """Open the page called `name`, and judge it."""
        self.go(self.address(name, *args, query=query), status)

    def read(self, name, *args):
        """Judge a page that may run no script, as the HTML of a mail is, by its text in an empty window."""
        answer = self.page.goto(urljoin(self.window.site, self.address(name, *args)))
        assert answer.status == 200, answer.url
        self._remember_the_address()
        html = answer.text()
        self.page.goto("about:blank")
        self.page.set_content(html)
        self.judge(name)

    def press(self, what, *, shows=None, status=200, judge=True):
        """Press or follow `what` to a page on which `shows` can be seen, and judge that."""
        with self._meant(status):
            answer = self.window.press(what)
        assert answer.status == status, (what, answer.url, answer.status)
        if shows:
            self.page.locator(shows).first.wait_for()
        if judge:
            self.judge(f"{urlsplit(self.page.url).path} after {what}")

    def fill(self, **values):
        for name, value in values.items():
            self.page.locator(f"main [name={name}], #content [name={name}]").first.fill(value)

    def judge(self, place):
        """Look at the page as it stands in each look of this language, the one it stands in first."""
        assert self.page.evaluate("document.documentElement.lang") == self.language, place
        self._remember_the_address()
        for look in list(self.looks):
            width, scheme = look
            if look != self.looks[0]:
                self._show(*look)
            problems = axe(self.page)
            problems += ["scrolls sideways"] if scrolls_sideways(self.page) else []
            if problems:
                self.wrong[f"{place} {width} {scheme}"] = problems
        self.looks.reverse()

    def _show(self, width, scheme):
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.emulate_media(color_scheme=scheme)

    def _remember_the_address(self):
        try:
            with override(self.language):
                self.addresses.add(resolve(urlsplit(self.page.url).path).view_name)
        except Resolver404:
            pass
