"""What the browser of the tests holds against a page, proved on pages that do it."""

import pytest

from tests.browser import Visitor, axe
from tests.tour import Guide

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FOREIGN = "https://example.org/"
LATER = "setTimeout(() => { document.documentElement.dataset.late = 1; %s }, 150)"
BAD = {
    "console": "console.error('late')",
    "error": "throw new Error('late')",
    "refused": "document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')",
    "foreign request": f"location.href = '{FOREIGN}'",
}


@pytest.mark.parametrize("kind", BAD)
def test_a_late_fault_is_held_against_the_page_that_is_left(chromium, live_server, settings, kind):
    settings.ALLOWED_HOSTS = ["*"]
    window = Visitor(chromium, live_server.url)
    window.page.route(f"{FOREIGN}**", lambda route: route.fulfill(body="not here"))
    window.go("/kakor/")
    window.page.evaluate(LATER % BAD[kind])
    if kind == "foreign request":
        window.page.wait_for_url(FOREIGN)
    else:
        window.page.locator("html[data-late]").wait_for()

    window.go("/om/")
    window.close()

    assert [fault for fault in window.faults if fault.startswith(kind)] != []


def test_a_page_is_quiet_only_when_its_last_request_is_answered(chromium, live_server, settings):
    settings.ALLOWED_HOSTS = ["*"]
    window = Visitor(chromium, live_server.url)
    window.go("/kakor/")
    window.page.evaluate("void fetch('/health/').then(() => console.error('answered'))")

    window.close()

    assert "console answered" in window.faults


PAGE = """<!doctype html><html lang="%s"><title>Page</title><meta name="viewport" content="width=device-width">
<style>body { background: white; color: black } %s</style><main><h1>Words</h1>%s</main></html>"""
WIDE, NARROW = "sv 1280 light", "sv 320 dark"
NARROW_TOO, WIDE_TOO = "en 320 light", "en 1280 dark"
PALE = "@media (prefers-color-scheme: %s) { h1 { color: #ccc } }"
SMALL = "@media (max-width: 400px) { button { width: 9px; height: 9px; padding: 0; border: 0; margin: 0 } }"
PLANTED = {  # what is wrong: style, body in Swedish and in English, the rule, where it must be found
    "nothing": ("", "", "", None, set()),
    "pale by day": (PALE % "light", "", "", "color-contrast", {WIDE, NARROW_TOO}),
    "pale by night": (PALE % "dark", "", "", "color-contrast", {NARROW, WIDE_TOO}),
    "nameless in Swedish": ("", "<input>", "<input aria-label=Name>", "label", {WIDE, NARROW}),
    "nameless in English": ("", "<input aria-label=Namn>", "<input>", "label", {WIDE_TOO, NARROW_TOO}),
    "small when narrow": (SMALL, *2 * ["<button>a</button><button>b</button>"], "target-size", {NARROW, NARROW_TOO}),
    "too wide when narrow": ("div { width: 600px }", *2 * ["<div>.</div>"], "scrolls sideways", {NARROW, NARROW_TOO}),
    "nameless when narrow": (
        "@media (min-width: 400px) { input { display: none } }", "<input>", "<input>", "label", {NARROW, NARROW_TOO}
    ),
    "locked upright": (
        "@media (orientation: landscape) { html { transform: rotate(90deg) } }", "", "", "css-orientation-lock",
        {WIDE, NARROW, WIDE_TOO, NARROW_TOO},
    ),
}  # fmt: skip


def judged(window, language, style, body):
    guide = Guide(window, language)
    window.page.goto("about:blank")
    window.page.set_content(PAGE % (language, style, body))
    guide.judge(language)
    return guide.wrong


@pytest.mark.parametrize("fault", PLANTED)
def test_the_tour_finds_a_fault_in_every_look_that_has_it(open_window, fault):
    window = open_window()
    style, swedish, english, rule, places = PLANTED[fault]

    wrong = judged(window, "sv", style, swedish) | judged(window, "en", style, english)

    assert {place: found[0].split(":")[0] for place, found in wrong.items()} == dict.fromkeys(places, rule)


LOCK = "@media (orientation: landscape) { p { transform: rotate(90deg) } }"
LOCKED = {  # its files, by name
    "in an imported sheet": {"": "<link rel=stylesheet href=one.css>", "one.css": "@import 'two.css'", "two.css": LOCK},
    "in a shadow tree": {
        "": f"<div></div><script>document.querySelector('div').attachShadow({{mode: 'open'}})"
        f".innerHTML = '<style>{LOCK}</style><p>.</p>'</script>"
    },
}


@pytest.mark.parametrize("where", LOCKED)
def test_a_page_that_is_locked_upright_is_found_wherever_it_says_so(open_window, where):
    window = open_window()
    for name, body in LOCKED[where].items():
        kind = "text/css" if name else "text/html"
        body = body if name else PAGE % ("sv", "", f"<p>.</p>{body}")
        window.page.route(
            f"**/planted/{name}", lambda route, kind=kind, body=body: route.fulfill(body=body, content_type=kind)
        )
    window.go("/planted/")

    assert [found.split(":")[0] for found in axe(window.page)] == ["css-orientation-lock"]
