"""The preview of all mails: for staff only, closed to everybody else, harmless in the browser, and no mail leaves."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from notifications import examples
from notifications.models import DigestSetting, Email, Mute
from tests.factories import make_user
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
URLS = [
    reverse("mail_preview"),
    reverse("mail_preview_one", args=["digest", "full", "sv"]),
    reverse("mail_preview_html", args=["digest", "full", "sv", "dark"]),
]


@pytest.fixture
def staff(client):
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_email"))
    return sign_in(client, user)


def test_it_is_there_for_staff_who_see_the_ledger_and_for_nobody_else(client, staff):
    assert [client.get(url).status_code for url in URLS] == [200, 200, 200]

    client.force_login(make_user())
    assert [client.get(url).status_code for url in URLS] == [404, 404, 404]
    sign_in(client, make_user(is_staff=True))
    assert [client.get(url).status_code for url in URLS] == [404, 404, 404]


@pytest.mark.parametrize(
    "wrong",
    [
        ("mail_preview_one", "nothing", "full", "sv"),
        ("mail_preview_one", "digest", "nothing", "sv"),
        ("mail_preview_one", "digest", "full", "de"),
        ("mail_preview_html", "digest", "full", "sv", "pink"),
    ],
    ids=str,
)
def test_what_there_is_no_example_of_is_not_there(client, staff, wrong):
    name, *args = wrong
    assert client.get(reverse(name, args=args)).status_code == 404


def test_every_example_is_listed_and_can_be_looked_at_and_none_is_sent(client, staff, django_assert_max_num_queries):
    with django_assert_max_num_queries(15):
        page = client.get(URLS[0]).content.decode()
    for one in examples.examples("sv"):
        assert f'href="{reverse("mail_preview_one", args=[one.template, one.case, "sv"])}"' in page
    for language in ("sv", "en"):
        one = client.get(reverse("mail_preview_one", args=["digest", "full", language]))
        assert one.status_code == 200
    assert not Email.objects.exists()


def test_one_shows_headers_size_text_and_the_mail_by_day_and_by_night(client, staff):
    example = examples.show(examples.find("digest", "full", "sv"), "sv")
    page = client.get(URLS[1]).content.decode()

    assert all(f"<dt>{name}</dt>" in page for name, _value in example.headers)
    assert example.mail.text.split("\n")[0] in page
    for look in ("light", "dark"):
        assert f'src="{reverse("mail_preview_html", args=["digest", "full", "sv", look])}"' in page
    assert page.count("<iframe") == page.count(" sandbox ") == 2


def test_a_frame_may_do_nothing_and_stand_on_our_pages_only(client, staff):
    light = client.get(reverse("mail_preview_html", args=["digest", "full", "sv", "light"]))
    dark = client.get(URLS[2])
    around = client.get(URLS[1])

    for answer in (light, dark):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("sandbox; default-src 'none'")
        assert "script-src" not in policy and "frame-ancestors 'self'" in policy
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "prefers-color-scheme" not in answer.content.decode()
    assert "@media all" in dark.content.decode() and "@media not all" in light.content.decode()
    assert "frame-src 'self'" in around.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in around.headers["Content-Security-Policy"]


def test_the_links_of_an_example_end_nobody_s_mails(client):
    make_user(pk=1)
    for one in examples.examples("sv"):
        if stop := examples.show(one, "sv").mail.headers.get("List-Unsubscribe"):
            client.post(urlsplit(stop.strip("<>")).path, {"List-Unsubscribe": "One-Click"})
    assert not DigestSetting.objects.exists() and not Mute.objects.exists()
