"""The whole chain with everything real: Chromium, PostgreSQL, Valkey, a Celery worker of its own, and a mail server.

Nothing here reaches into the database for a code: it is read from the mail that arrived.
"""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings as configured
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import expect

from insight import news
from insight.models import Subscription
from notifications import bell
from tests.actors.journeys import DETAILS, NUMBER
from tests.browser import Keyboard
from tests.factories import make_actor, make_area, make_curator, verified
from tests.notifications.conftest import Valkey, mail_server
from tests.notifications.test_killed import environment, wait_until, worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CODE = re.compile(r"^\s*([A-Z0-9]{3,4}[- ]?[A-Z0-9]{3,4})\s*$", re.M)
STAFF = "cilla@region.example"


@pytest.fixture
def sink(live_server, settings, monkeypatch, tmp_path):
    """A worker that hears the bell through Valkey, and sends to the mail server that this is."""
    settings.SITE_URL = live_server.url
    with mail_server() as sink, Valkey(tmp_path) as valkey:
        monkeypatch.setattr(bell, "broker", lambda: valkey.broker_url)
        monkeypatch.setattr(bell, "_quiet_until", 0.0)
        key = configured.SECRET_KEY  # what a mail leads to is proven with it
        own = environment(sink, REDIS_URL=valkey.broker_url, SITE_URL=live_server.url, SECRET_KEY=key)
        with worker(env=own, cwd=configured.BASE_DIR):
            yield sink


def next_mail(sink, to):
    """The text of the next mail to `to`, when it has arrived."""
    read = sink.__dict__.setdefault("read", [])

    def fresh():
        return [taken for taken in list(sink.taken) if taken.to == [to] and taken not in read]

    wait_until(fresh, 20, f"a mail to {to}")
    read.append(fresh()[0])
    return read[-1].message.get_body(("plain",)).get_content()


def code(sink, to):
    return CODE.search(next_mail(sink, to))[1]


def address(name):
    with override("en"):
        return reverse(name)


def one_time_code(secret):
    now = list(totp.yield_hotp_counters_from_time())[1]
    return totp.format_hotp_value(totp.hotp_value(secret, now))


def search_and_read(window, words, found):
    """From the front page to the page of `found`, which it returns the text of."""
    reader = Keyboard(window)
    window.go(address("start"))
    reader.write("main [name=q]", words)
    reader.enter()
    window.page.get_by_role("link", name=found).focus()
    reader.enter()
    assert window.page.locator("h1").inner_text() == found
    return window.page.inner_text("main")


def register(window, sink):
    """From the number to the queue, by keyboard alone."""
    company = Keyboard(window)
    window.go(address("registration_start"))
    company.write("[name=query]", NUMBER)
    company.enter()
    company.write("[name=name]", DETAILS["name"])
    company.reach("[name=kind]")
    company.keys.press("ArrowDown")
    company.write("[name=person]", DETAILS["person"])
    company.write("[name=email]", DETAILS["email"])
    company.enter()
    company.write("[name=code]", code(sink, DETAILS["email"]))
    company.enter()
    company.write("[name=offers_en]", "Trials of instruments in brackish water")
    company.enter("main form button.btn")
    company.enter("a.btn[href*=where]")
    company.enter("a.btn[href*=preview]")
    company.enter("main form .btn")
    assert window.page.locator("h1").inner_text() == "Sent for review"


def sign_in_with_second_factor(window, sink, secret):
    staff = Keyboard(window)
    window.go(address("account_login"))
    staff.write("[name=login]", STAFF)
    staff.enter()
    staff.write("[name=code]", code(sink, STAFF))
    staff.enter()
    staff.write("[name=code]", one_time_code(secret))
    staff.enter()
    return staff


def publish(window, sink, secret):
    """From the sign-in page to a published actor, by keyboard alone."""
    curator = sign_in_with_second_factor(window, sink, secret)
    curator.enter("header a[href$='/admin/']")
    curator.enter("a.button.rv-go")
    expect(window.page.locator("h1", has_text=DETAILS["name"])).to_be_visible()
    curator.write("#text-publish", "Welcome aboard.")
    curator.enter("#choice-publish button.rv-go")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_company_registers_staff_publish_and_everybody_finds_it(open_window, sink, scripts):
    make_actor("Old Harbour", offers_en="A basin for trials")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(verified(make_curator(STAFF, language="en")), secret)
    who = SimpleNamespace(
        **{name: open_window(java_script_enabled=scripts) for name in ("reader", "company", "curator")}
    )

    assert "A basin for trials" in search_and_read(who.reader, "basin", "Old Harbour")
    register(who.company, sink)
    assert DETAILS["name"] in next_mail(sink, DETAILS["email"])
    publish(who.curator, sink, secret)
    mail = next_mail(sink, DETAILS["email"])

    assert "Welcome aboard." in mail
    assert re.search(r"https?://\S+", mail)[0].startswith(who.reader.site)
    page = search_and_read(who.reader, "brackish", DETAILS["name"])
    assert "Trials of instruments in brackish water" in page
    assert DETAILS["person"] not in page and DETAILS["email"] not in page
    assert [fault for window in vars(who).values() for fault in window.faults] == []


# ── News by mail ─────────────────────────────────────────────────────────────────────────────────────────────────────
READER = "reader@example.org"


def make_due():
    """Tuesday has come, eight days after the last mail."""
    now = timezone.now()
    Subscription.objects.update(told_until=now - timedelta(days=8), next_at=now)
    return news.queue_due()


def first_address(text, part):
    """The first address in a mail that has `part` in it."""
    return next(found for found in re.findall(r"https?://\S+", text) if part in found)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_without_an_account_asks_for_news_gets_it_and_ends_it(open_window, sink, scripts):
    sea = make_area("sea", name_en="Marine technology")
    make_actor("Old Harbour", areas=[sea], published_at=timezone.now() - timedelta(hours=1))
    make_actor("Dry Land", areas=[make_area("land")], published_at=timezone.now() - timedelta(hours=1))
    window = open_window(java_script_enabled=scripts)
    reader = Keyboard(window)

    window.go(address("actor_list") + "?area=sea")
    reader.enter("main a[href*='/news/']")
    reader.write("main [name=email]", READER)
    reader.enter()
    window.go(first_address(next_mail(sink, READER), "/confirm/"))
    reader.enter("main form .btn")
    assert "Marine technology" in window.page.inner_text("main")

    assert make_due() == 1
    mail = next_mail(sink, READER)
    assert "Old Harbour" in mail and "Dry Land" not in mail
    window.go(first_address(mail, "/actors/"))
    assert window.page.locator("h1").inner_text() == "Old Harbour"
    window.go(first_address(mail, "/news/"))
    reader.enter("main form.panel .btn")
    assert window.page.locator("h1").inner_text() == "You get no more news"
    assert (make_due(), Subscription.objects.count()) == (0, 0)
