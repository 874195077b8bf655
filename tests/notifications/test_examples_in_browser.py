"""Every kind of mail in a real Chromium: no barrier, and nothing wider than a phone, by day and by night."""

from itertools import groupby
from operator import attrgetter

import pytest

from notifications import examples
from notifications.composing import LOOKS, as_page
from tests.browser import axe, scrolls_sideways

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 800}
IN = {"sv": "light", "en": "dark"}  # each language and each look meets every template


def each_template(language):
    """The first and the last example of each: the fullest, and the most awkward."""
    for _template, cases in groupby(examples.examples(language), key=attrgetter("template")):
        found = list(cases)
        yield from {found[0].case: found[0], found[-1].case: found[-1]}.values()


@pytest.mark.parametrize("language", IN)
def test_every_mail_is_without_barriers_and_fits_a_phone(chromium, language):
    page, wrong = chromium.new_page(viewport=PHONE), {}
    for one in each_template(language):
        page.set_content(as_page(examples.show(one, language).mail.html, IN[language]))
        problems = axe(page) + (["scrolls sideways"] if scrolls_sideways(page) else [])
        if problems:
            wrong[one.key] = problems
    page.close()
    assert set(IN.values()) == set(LOOKS)
    assert wrong == {}
