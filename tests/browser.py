"""A real Chromium for tests: it sees what a person sees, and remembers what a page must never do."""

import os
import time
from functools import cache
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from tests.chromium import find_chromium

AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN_AXE = """tags => {
  if (!window.axe) return null;
  const asks = rules => [...rules].some(rule => /orientation/i.test(rule.media?.mediaText)
    || asks(rule.styleSheet?.cssRules || rule.cssRules || []));
  const again = [...document.styleSheets].some(sheet => asks(sheet.cssRules))
    || [...document.querySelectorAll('*')].some(one => one.shadowRoot);
  return axe.run(document, {
    runOnly: {type: 'tag', values: tags}, reporter: 'no-passes', preload: again,
    rules: {'target-size': {enabled: true}, 'css-orientation-lock': {enabled: again}}
  }).then(result => result.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(' | ')));
}"""
WATCH = """window.__refused = [];
addEventListener('securitypolicyviolation', e => window.__refused.push(e.violatedDirective + ' ' + e.blockedURI));"""
SETTLED = """() => new Promise(done => {
  const look = () => document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')
    ? setTimeout(look, 10) : requestAnimationFrame(() => setTimeout(done));
  look();
})"""
PATIENCE = 15  # seconds for a page and for what it asks for
QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    # A page lives for a second: machine code that is made for it beside costs more than it spares.
    "--js-flags=--no-opt --no-maglev --no-flush-bytecode",
]


def launch(playwright):
    """Start Chromium with its sandbox, except as root, who may not have one; it makes no connections of its own."""
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=find_chromium(), args=[*flags, *QUIET])


class Visitor:
    """One browser window at one site. `faults` collects foreign requests, refused resources and console errors.

    Expected console errors (a page that is meant to answer 404) are named in `expected`, by a part of their text.
    """

    def __init__(self, browser, site, **options):
        self.site = site
        self.faults = []
        self.expected = []
        self.requests = []
        self.under_way = set()
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        self.scripts = options.get("java_script_enabled", True)
        self.context.set_default_timeout(PATIENCE * 1000)
        self.page = self.context.new_page()
        self.page.add_init_script(WATCH)
        self.page.on("request", self._asked)
        self.page.on("response", lambda response: self.under_way.discard(response.request))
        self.page.on("requestfailed", lambda request: self.under_way.discard(request))
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"error {error}"))

    def _asked(self, request):
        self.requests.append(request.url)
        self.under_way.add(request)
        if urlsplit(request.url).scheme in {"http", "https", "ws"} and not request.url.startswith(self.site):
            self.faults.append(f"foreign request {request.url}")

    def _said(self, message):
        if message.type == "error" and not any(part in message.text for part in self.expected):
            self.faults.append(f"console {message.text}")

    def go(self, path):
        """Open `path` of the site and wait until it is quiet; returns the answer."""
        self.check()
        answer = self.page.goto(urljoin(self.site, path), wait_until="load")
        self.settle()
        return answer

    def press(self, what):
        """Press a button or follow a link that leads to a page, and wait until that is quiet; returns the answer."""
        self.check()
        target = self.page.locator(what).first if isinstance(what, str) else what
        with self.page.expect_navigation(wait_until="load") as led:
            target.click()
        self.settle()
        return led.value

    def settle(self):
        """Wait for whatever the page has asked for, and until htmx has put in what came."""
        end = time.monotonic() + PATIENCE
        while self.under_way:
            assert time.monotonic() < end, f"never quiet: {[request.url for request in self.under_way]}"
            self.page.wait_for_timeout(10)
        if self.scripts:
            self.page.evaluate(SETTLED)
        self.check()

    def check(self):
        """Take in what the page's security policy has refused since it was opened."""
        if self.scripts:
            refused = self.page.evaluate("(window.__refused || []).splice(0)")
            self.faults += [f"refused {what}" for what in refused]

    def close(self):
        self.settle()
        self.context.close()


class Keyboard:
    """A person without a mouse: Tab to what is needed, type, Enter."""

    def __init__(self, window):
        self.window, self.page, self.keys = window, window.page, window.page.keyboard

    def reach(self, selector, *, within=80):
        """Press Tab until the focus stands on `selector`."""
        for _press in range(within):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            self.keys.press("Tab")
        raise AssertionError(f"{selector} is not reached by Tab")

    def write(self, selector, text):
        """Put `text` into a field in place of what stands there."""
        self.reach(selector)
        self.keys.press("ControlOrMeta+a")
        self.keys.type(text)

    def enter(self, selector=None):
        """Press Enter (on `selector`) and wait for the page that it leads to."""
        if selector:
            self.reach(selector)
        with self.page.expect_navigation(wait_until="load"):
            self.keys.press("Enter")
        self.window.check()


@cache
def axe_source():
    return AXE.read_text() + ";0"


def axe(page):
    """What axe-core finds on the page as it stands now: a list, empty when all is well.

    One rule reads style sheets as text, and axe fetches them all once more for it (and media for another, which never
    says more than "look yourself"). It does so only where there is something to judge: where a sheet asks for the
    orientation, or where sheets hide in a shadow tree.

    The script goes in through devtools, so that the page's own security policy stays in force.
    """
    found = page.evaluate(RUN_AXE, TAGS)
    if found is None:
        page.evaluate(axe_source())
        found = page.evaluate(RUN_AXE, TAGS)
    return found


def scrolls_sideways(page):
    """Whether something sticks out to the right of the window."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
