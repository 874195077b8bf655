"""All mails at once, as their examples: each template has one, and each obeys what holds for every mail."""

import re
from functools import cache
from html import unescape

import pytest
from django.conf import settings as configured
from django.template import engines
from django.utils import translation

from notifications import examples, wishes
from notifications.models import EmailKind
from notifications.rendering import in_lines
from web import region

FOLDERS = {path.parent.name for path in (configured.BASE_DIR / "templates" / "mail").glob("*/subject.txt")}
ALL = {(language, one.template, one.case): one for language in ("sv", "en") for one in examples.examples(language)}
EVERY = pytest.mark.parametrize(("language", "template", "case"), ALL)
UNSUBSCRIBE = {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"}


@cache
def shown(language, template, case):
    """A mail is made once for all that is asked of it."""
    return examples.show(ALL[language, template, case], language)


def words(language):
    """What the region calls itself in `language`: site name and the text of the emblem."""
    with translation.override(language):
        return region.current().site_name, region.current().emblem.text


def preheader(html):
    return unescape(re.search(r'<div class="preheader"[^>]*>(.*?)</div>', html, re.DOTALL)[1]).strip()


def test_every_template_has_an_example_in_each_language_and_none_is_of_a_template_that_is_gone():
    for language in ("sv", "en"):
        assert {template for one, template, _case in ALL if one == language} == FOLDERS


def test_every_kind_that_can_be_declined_is_shown_as_one():
    reminders = {one.template for one in examples.examples("sv") if one.kind == EmailKind.REMINDER}
    assert reminders == {kind for kind, _label in wishes.kinds()}


@EVERY
def test_an_example_has_every_value_that_its_mail_shows(language, template, case, monkeypatch):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "NOTHING-%s")
    mail = examples.show(ALL[language, template, case], language).mail
    assert "NOTHING-" not in mail.subject + mail.text + mail.html


@EVERY
def test_every_mail_carries_the_emblem_stays_small_and_asks_nothing_of_the_net(language, template, case):
    found = shown(language, template, case)
    mail, (name, text) = found.mail, words(language)

    assert words("sv") != words("en")
    assert name in mail.text and name in mail.html
    assert text in mail.text and text in mail.html
    assert f'<html lang="{language}">' in mail.html
    assert re.findall(r'<img[^>]* src="([^"]*)"[^>]* alt="([^"]+)"', mail.html) == [("cid:emblem", FLAG[language])]
    assert re.findall(r'src="([^"]*)"', mail.html) == ["cid:emblem"]
    assert "url(" not in mail.html and "@import" not in mail.html and "<link" not in mail.html
    assert len(found.raw) <= 60_000


FLAG = {"sv": "Europeiska unionens flagga", "en": "The flag of the European Union"}
# Words that somebody typed may lead elsewhere.
TYPED = ("mailto:bo@example.org", "https://hub.example/", "https://example.org/")


@EVERY
def test_links_lead_to_the_site(language, template, case):
    links = re.findall(r'href="([^"]*)"', shown(language, template, case).mail.html)
    assert all(link.startswith((configured.SITE_URL + "/", *TYPED)) for link in links)


@EVERY
def test_the_text_is_read_in_lines_that_no_window_breaks(language, template, case):
    lines = shown(language, template, case).mail.text.split("\n")
    assert [line for line in lines if len(line) > 78 and " " in line.strip()] == []


def test_lines_keep_their_indent_and_long_addresses_stay_whole():
    address = "https://hub.example.org/" + "a" * 90
    text = "  * " + "word " * 30 + "\n-- \n" + address

    lines = in_lines(text).split("\n")

    assert [line[:4] for line in lines[:2]] == ["  * ", "  wo"]
    assert lines[-2:] == ["-- ", address]
    assert " ".join(in_lines(text).split()) == " ".join(text.split())


@EVERY
def test_what_a_list_of_mails_shows_beside_the_subject_says_something_and_no_code(language, template, case):
    found = shown(language, template, case)
    said = preheader(found.mail.html)
    assert len(said) > 10 and said != found.mail.subject
    assert not any(secret in said + found.mail.subject for secret in found.example.secret.values())


@EVERY
def test_the_headers_say_who_sends_what_and_that_no_machine_should_answer(language, template, case):
    found = shown(language, template, case)
    headers = dict(found.headers)

    assert len(headers) == len(found.headers), "no header stands twice"
    assert words(language)[0] in headers["From"] and configured.DEFAULT_FROM_EMAIL in headers["From"]
    assert headers["Message-ID"].endswith(f"@{configured.MAIL_DOMAIN}>")
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Content-Language"] == language


@EVERY
def test_what_can_be_declined_says_so_to_mail_programs_and_nothing_else_does(language, template, case):
    found = shown(language, template, case)
    headers = dict(found.headers)
    kind = found.example.kind
    is_followed = template == "talk_post" and bool(found.example.live["stop"])

    if kind in (EmailKind.REMINDER, EmailKind.DIGEST) or is_followed:
        assert headers.keys() >= UNSUBSCRIBE
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        address = headers["List-Unsubscribe"].strip("<>")
        assert address.startswith(configured.SITE_URL + "/")
        assert address in found.mail.text and address in found.mail.html, "a person can do the same"
        assert re.fullmatch(rf"<[a-z0-9-]+\.{re.escape(configured.MAIL_DOMAIN)}>", headers["List-Id"])
    else:
        assert not UNSUBSCRIBE & headers.keys()


def test_each_list_has_a_name_of_its_own():
    found = {}
    for one in examples.examples("sv"):
        if list_id := dict(examples.show(one, "sv").headers).get("List-Id"):
            found.setdefault(list_id.strip("<>").removesuffix(f".{configured.MAIL_DOMAIN}"), set()).add(one.template)
    own = ("space_silent", "space_rests", "actor_still_right", "representative_left", "digest", "news")
    own += ("ability_reminder", "meeting_follow_up")
    assert found == {name.replace("_", "-"): {name} for name in own} | {"space-0": {"talk_post"}}
