"""What the browser of the tests holds against a page, proved on pages that do it."""

import pytest

from tests.browser import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LATER = "setTimeout(() => { %s }, 150)"
BAD = {
    "console": "console.error('late')",
    "error": "throw new Error('late')",
    "refused": "document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')",
    "foreign request": "location.href = 'https://example.org/'",
}


@pytest.mark.parametrize("kind", BAD)
def test_a_late_fault_is_held_against_the_page_that_is_left(chromium, live_server, settings, kind):
    settings.ALLOWED_HOSTS = ["*"]
    window = Visitor(chromium, live_server.url)
    window.page.route("https://example.org/**", lambda route: route.fulfill(body="not here"))
    window.go("/kakor/")
    window.page.evaluate(LATER % BAD[kind])
    window.page.wait_for_timeout(300)

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
