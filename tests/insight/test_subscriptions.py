"""Asking for news by mail, saying yes, changing, ending: with no account, and nothing told of whose address it is."""

import re
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts import mine
from accounts.actions import close_account
from accounts.models import AuditEntry
from accounts.purge import purge_now
from insight import actions, subscriptions
from insight.actions import CONFIRM, MANAGE
from insight.models import Rhythm, Subscription
from notifications import live
from notifications.models import Email, EmailKind, EmailState
from notifications.rendering import render
from notifications.tokens import token
from tests.factories import make_area, make_curator, make_subscription, make_theme, make_user, verified
from tests.staff import sign_in

pytestmark = pytest.mark.django_db
ADDRESS = "eva@example.org"


def path(name, *args, language="en"):
    with override(language):
        return reverse(name, args=args)


def ask(client, email=ADDRESS, language="en", **data):
    return client.post(path("news", language=language), {"email": email, "rhythm": "weekly", **data})


def mails():
    return Email.objects.filter(template="news_confirm")


def words(mail):
    return render(mail, live=live.read(mail))


def link(name):
    """The path that the newest question leads to."""
    return path(name, token(CONFIRM, mails().latest("pk").context["subscription"]))


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_question_goes_to_the_address_and_nothing_else_until_somebody_says_yes(client):
    sea, water = make_area("sea"), make_theme("water")
    answer = ask(client, "Eva@Example.org", areas=["sea"], themes=["water"], rhythm="monthly")

    row = Subscription.objects.get()
    assert (answer.status_code, row.email, row.rhythm, row.language) == (200, ADDRESS, "monthly", "en")
    assert (list(row.areas.all()), list(row.themes.all())) == ([sea], [water])
    assert (row.confirmed_at, row.next_at) == (None, None)
    mail = mails().get()
    assert (mail.to, mail.kind, mail.context, mail.secret) == (
        ADDRESS,
        EmailKind.TRANSACTIONAL,
        {"subscription": row.pk},
        {},
    )
    assert configured.SITE_URL + link("news_confirm") in words(mail).text
    assert configured.SITE_URL + link("news_confirm") in words(mail).html


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_language_of_the_page_is_that_of_the_news(client, language):
    ask(client, language=language)

    assert (Subscription.objects.get().language, mails().get().language) == (language, language)


def test_the_answer_is_the_same_whether_or_not_the_address_is_known(client):
    make_user("person@example.org")
    make_subscription("reader@example.org")
    pages = {
        ask(client, address).content.replace(address.encode(), b"")
        for address in ("new@example.org", "person@example.org", "reader@example.org")
    }

    assert len(pages) == 1
    assert mails().count() == 3


def test_what_was_typed_stays_when_it_cannot_be(client):
    make_area("sea")
    answer = ask(client, "no address", areas=["sea", "nowhere"], rhythm="daily")

    form = answer.context["form"]
    assert (answer.status_code, set(form.errors)) == (200, {"email", "areas", "rhythm"})
    assert re.search(r'value="sea"[^>]* checked', answer.content.decode())
    assert 'value="no address"' in answer.content.decode()
    assert not Subscription.objects.exists()


def test_asking_again_changes_the_wish_and_a_double_click_is_one_mail(client):
    make_area("sea")
    ask(client)
    ask(client, areas=["sea"])

    assert Subscription.objects.get().areas.count() == 1
    assert mails().count() == 1


def test_one_address_is_asked_three_times_a_day_at_most_and_nobody_is_told(client):
    for asked in (1, 1, 1, 0):
        answer = ask(client)
        assert (answer.context["what"], mails().count()) == ("asked", asked)
        mails().delete()


def test_from_one_client_so_many_are_taken_in_an_hour_and_what_was_typed_stays(client):
    for number in range(subscriptions.PER_CLIENT):
        assert ask(client, f"a{number}@example.org").status_code == 200
    answer = ask(client)

    assert (answer.status_code, answer.context["form"]["email"].value()) == (429, ADDRESS)
    assert Subscription.objects.count() == subscriptions.PER_CLIENT


def test_nobody_changes_the_news_of_another_by_asking(client):
    make_area("sea")
    held = make_subscription(ADDRESS)
    ask(client, areas=["sea"], rhythm="monthly")

    held.refresh_from_db()
    assert (held.rhythm, held.areas.count()) == (Rhythm.WEEKLY, 0)


def test_the_register_leads_here_with_its_areas_and_themes_chosen(client):
    make_area("sea")
    make_theme("water")
    page = client.get(path("actor_list") + "?area=sea&theme=water&kind=sme").content.decode()
    assert f'href="{path("news")}?area=sea&amp;theme=water"' in page
    assert "News of Sea, Water by mail" in page

    form = client.get(path("news") + "?area=sea&theme=water&area=nowhere").content.decode()
    assert form.count("checked") == 3  # and once a week


# ── Somebody with an account ─────────────────────────────────────────────────────────────────────────────────────────
def test_who_is_signed_in_with_a_proven_address_says_yes_by_asking(client):
    eva = verified(make_user(ADDRESS))
    client.force_login(eva)
    assert client.get(path("news")).context["form"]["email"].value() == ADDRESS
    ask(client)

    assert Subscription.objects.get().confirmed_at
    assert not mails().exists()


@pytest.mark.parametrize("proven", [True, False])
def test_another_s_address_and_one_that_is_not_proven_are_asked(client, proven):
    eva = make_user(ADDRESS)
    client.force_login(verified(eva) if proven else eva)
    ask(client, "bo@example.org" if proven else ADDRESS)

    assert not Subscription.objects.confirmed().exists()
    assert mails().count() == 1


def test_who_has_news_already_finds_the_choice_and_the_way_to_end_it(client):
    eva, sea = verified(make_user(ADDRESS)), make_area("sea")
    row = make_subscription(ADDRESS, areas=[sea], rhythm=Rhythm.MONTHLY)
    client.force_login(eva)
    answer = client.get(path("news"))

    assert answer.context["form"].initial["areas"] == ["sea"]
    assert path("news_manage", token(MANAGE, row.pk)) in answer.content.decode()
    ask(client)
    row.refresh_from_db()
    assert (row.rhythm, row.areas.count(), Subscription.objects.count()) == (Rhythm.WEEKLY, 0, 1)


# ── Saying yes ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_following_the_link_changes_nothing_and_the_button_says_yes(client):
    ask(client)
    address = link("news_confirm")
    for method in (client.get, client.head, client.options):
        method(address)
    assert Subscription.objects.get().confirmed_at is None

    strict = type(client)(enforce_csrf_checks=True)
    answer = strict.post(address)
    row = Subscription.objects.get()
    assert (answer.status_code, answer.cookies) == (200, {})
    assert row.confirmed_at and row.told_until == row.confirmed_at
    assert timezone.localtime(row.next_at).strftime("%a %H:%M") == "Tue 08:00"
    for method in (client.get, client.post):  # once more
        assert method(address).context["what"] == "settled"


def test_saying_yes_anew_takes_over_the_wish_and_keeps_what_was_told_and_where_older_mails_lead(client):
    sea = make_area("sea")
    held = make_subscription(ADDRESS)
    ask(client, areas=["sea"], rhythm="monthly", language="sv")
    client.post(link("news_confirm"))

    row = Subscription.objects.get()
    assert (row.pk, row.told_until, row.rhythm, row.language) == (held.pk, held.told_until, Rhythm.MONTHLY, "sv")
    assert list(row.areas.all()) == [sea]
    assert client.get(link("news_confirm")).status_code == 410


def test_what_nobody_said_yes_to_is_deleted_after_a_week_with_the_address(client):
    ask(client)
    asked_at = timezone.now() - timedelta(days=7, minutes=1)
    kept = make_subscription("kept@example.org", asked_at=asked_at)
    purge_now()
    assert Subscription.objects.count() == 2
    Subscription.objects.update(asked_at=asked_at)
    address = link("news_confirm")
    purge_now()

    assert list(Subscription.objects.all()) == [kept]
    assert not Email.objects.filter(to=ADDRESS).exists()
    assert client.post(address).status_code == 410


def test_a_question_that_was_answered_meanwhile_is_not_sent(client):
    ask(client)
    actions.confirm(Subscription.objects.get().pk)

    with pytest.raises(live.NoLonger):
        live.read(mails().get())


@pytest.mark.parametrize("made", ["x", "1-aaaaaaaaaaaaaaaaaaaaaaaaaa", token("something else", 1)])
def test_a_link_that_we_did_not_make_leads_nowhere(client, made):
    for name in ("news_confirm", "news_manage"):
        assert client.get(path(name, made)).status_code == 404
        assert client.post(path(name, made), {"end": "1"}).status_code == 404


def test_a_key_of_one_kind_opens_nothing_of_the_other(client):
    row = make_subscription()
    assert client.post(path("news_manage", token(CONFIRM, row.pk)), {"end": "1"}).status_code == 404
    assert client.post(path("news_confirm", token(MANAGE, row.pk))).status_code == 404


# ── Changing and ending ──────────────────────────────────────────────────────────────────────────────────────────────
def manage(row):
    return path("news_manage", token(MANAGE, row.pk))


def test_the_choice_is_changed_without_signing_in(client):
    sea, row = make_area("sea"), make_subscription(next_at=timezone.now() + timedelta(days=1))
    client.post(manage(row), {"areas": ["sea"], "rhythm": "weekly"})
    same = Subscription.objects.get()
    assert (list(same.areas.all()), same.next_at) == ([sea], row.next_at)

    client.post(manage(row), {"rhythm": "monthly"})
    changed = Subscription.objects.get()
    assert (changed.areas.count(), changed.rhythm) == (0, Rhythm.MONTHLY)
    assert timezone.localtime(changed.next_at).day <= 7


def test_what_cannot_be_chosen_is_said_and_changes_nothing(client):
    row = make_subscription(areas=[make_area("sea")])
    answer = client.post(manage(row), {"areas": ["nowhere"], "rhythm": "hourly"})

    assert set(answer.context["form"].errors) == {"areas", "rhythm"}
    assert Subscription.objects.get().areas.count() == 1


@pytest.mark.parametrize("how", [{"end": "1"}, {"List-Unsubscribe": "One-Click"}])
def test_one_click_ends_it_without_signing_in_and_takes_the_address_and_what_waits_away(client, how):
    row = make_subscription(ADDRESS)
    for key, state in (("now", EmailState.QUEUED), ("before", EmailState.SENT)):
        Email.objects.create(
            key=f"{row.keys}{key}",
            kind="digest",
            to=ADDRESS,
            language="en",
            template="news",
            state=state,
            answer=ADDRESS,
        )
    Email.objects.create(key=f"news:{row.pk}0:x", kind="digest", to="bo@example.org", language="en", template="news")
    for method in (client.get, client.head):
        method(manage(row))
    assert Subscription.objects.exists()

    strict = type(client)(enforce_csrf_checks=True)
    answer = strict.post(manage(row), how)

    assert (answer.status_code, answer.context["what"]) == (200, "ended")
    assert not Subscription.objects.exists()
    gone = f"ended-{row.pk}@news.invalid"
    assert list(Email.objects.order_by("pk").values_list("to", "state", "answer")) == [
        (gone, EmailState.WITHDRAWN, ""),
        (gone, EmailState.SENT, ""),
        ("bo@example.org", EmailState.QUEUED, ""),
    ]
    assert client.post(manage(row), how).context["what"] == "ended"  # from an older mail


def test_an_address_has_one_that_holds_and_one_wish_at_most():
    make_subscription(ADDRESS)
    Subscription.objects.create(email=ADDRESS, language="sv")
    for fields in ({"confirmed_at": None}, {"confirmed_at": timezone.now()}):
        times = {"told_until": timezone.now(), "next_at": timezone.now()} if fields["confirmed_at"] else {}
        with pytest.raises(IntegrityError, match="once"), transaction.atomic():
            Subscription.objects.create(email=ADDRESS, language="sv", **fields, **times)
    with pytest.raises(IntegrityError, match="told_when"), transaction.atomic():
        Subscription.objects.create(email="new@example.org", language="sv", next_at=timezone.now())
    with pytest.raises(IntegrityError, match="lower"), transaction.atomic():
        Subscription.objects.create(email="New@example.org", language="sv")


# ── Personal data, staff ─────────────────────────────────────────────────────────────────────────────────────────────
def test_my_data_tells_of_it_and_closing_the_account_ends_it_and_says_so_before(client):
    eva, sea = make_user(ADDRESS), make_area("sea")
    make_subscription(ADDRESS, areas=[sea])
    other = make_subscription("bo@example.org")
    part = next(part for part in mine.parts() if part.key == "news")

    assert [(row["address"], row["areas"], row["rhythm"]) for row in part.data(eva)["news"]] == [
        (ADDRESS, ["sea"], "weekly")
    ]
    assert len(part.warnings(eva)) == 1 and part.warnings(make_user()) == []
    close_account(by=eva)
    assert list(Subscription.objects.all()) == [other]


def test_staff_find_an_address_see_how_many_hear_of_what_and_end_it_on_request(client):
    cilla, sea = make_curator(), make_area("sea", name_en="The sea")
    row, other = make_subscription(ADDRESS, areas=[sea]), make_subscription("bo@example.org", areas=[sea])
    sign_in(client, cilla)
    page = path("admin:insight_subscription_changelist")
    assert "The sea (2)" in client.get(page).content.decode()
    found = client.get(page, {"q": "eva@"})
    assert ADDRESS in found.content.decode() and "bo@example.org" not in found.content.decode()
    client.post(page, {"action": "end", "_selected_action": row.pk})

    assert list(Subscription.objects.all()) == [other]
    entry = AuditEntry.objects.get(verb="subscription.end")
    assert (entry.by, ADDRESS in entry.target_label) == (cilla, False)


def test_without_the_right_nobody_ends_it_for_others(client):
    row = make_subscription()
    with pytest.raises(PermissionDenied):
        actions.end_for(row, by=make_user(is_staff=True))


def test_the_list_of_staff_asks_the_same_for_one_and_for_three(client, django_assert_num_queries):
    sign_in(client, make_user(is_staff=True, is_superuser=True))
    page = path("admin:insight_subscription_changelist")
    make_subscription()
    client.get(page)
    with CaptureQueriesContext(connection) as first:
        client.get(page)
    make_subscription()
    make_subscription()
    with django_assert_num_queries(len(first)):
        client.get(page)


def test_nothing_is_changed_in_the_administration():
    shown = admin.site._registry[Subscription]
    assert not any(may(None) for may in (shown.has_add_permission, shown.has_change_permission))
