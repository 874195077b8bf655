"""Every page of the hub in a real Chromium, empty, filled, with errors and with many rows: no barrier on any of them.

`tests.tour` says in which looks each page is judged. Each walk, here and in the other `test_tour_*`, answers for the
templates and addresses that `SHOWS` and `LEADS_TO` give it: one that it did not come past fails, and so does one that
no walk answers for.
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group
from django.urls import path
from django.utils import timezone

from accounts.models import AuditEntry, User
from actors import actions
from actors.actions import freshness
from actors.models import Actor, Competence, Merge, Reviewing, TwinPair
from actors.views import export
from insight.actions import CONFIRM, MANAGE
from insight.models import Subscription
from notifications.models import Email, EmailState, Suppression
from notifications.tokens import token
from s3hub.urls import handler400, handler403, handler404, handler500  # noqa: F401 (Django reads them here)
from s3hub.urls import urlpatterns as real
from tests.actors.journeys import DETAILS, NUMBER, code_for
from tests.actors.test_admin_in_browser import queue_of
from tests.factories import (
    make_actor,
    make_area,
    make_claim,
    make_curator,
    make_municipality,
    make_subscription,
    make_theme,
    make_user,
    verified,
)
from tests.notifications.conftest import queue
from tests.tour import fitting, named_addresses, pages_and_parts
from tests.touring import LEADS_TO, SHOWS, never_a_page, words
from tests.web.test_errors import break_down, overload, refuse
from web import region

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]
PASSWORD = "a-long-password-here"
urlpatterns = [
    *(path(f"{prefix}broken/", break_down) for prefix in ("", "en/")),
    *(path(f"{prefix}overloaded/", overload) for prefix in ("", "en/")),
    *(path(f"{prefix}refused/", refuse) for prefix in ("", "en/")),
    *real,
]


def test_every_template_and_every_address_is_on_some_walk():
    pages, names = pages_and_parts(), named_addresses()
    for patterns in words(SHOWS).values():
        pages -= fitting(pages, patterns)
    for patterns in [never_a_page(), *words(LEADS_TO).values()]:
        names -= fitting(names, patterns)
    assert (pages, names) == (set(), set())


def test_the_tables_name_nothing_that_is_gone():
    for patterns in words(SHOWS).values():
        assert [one for one in patterns if not fitting(pages_and_parts(), [one])] == []
    for patterns in [never_a_page(), *words(LEADS_TO).values()]:
        assert [one for one in patterns if not fitting(named_addresses(), [one])] == []
    files = Path(__file__).parent.glob("test_tour*.py")
    walks = {name for file in files for name in re.findall(r"def test_walk_(\w+)\(", file.read_text())}
    assert {**SHOWS, **LEADS_TO}.keys() - walks == set()


# ── Readers ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def fill_the_register():
    """Thirty actors in every municipality of the region, and one of each kind that looks different."""
    places = [
        make_municipality(feature["properties"]["code"], name=feature["properties"]["name"])
        for feature in region.current().chart["borders"]["features"]
    ]
    sea = make_area("sea", name_sv="Marin teknik", name_en="Marine technology")
    sub = make_area("deep", name_sv="Djuphav", name_en="Deep sea", parent=sea)
    water, skill = make_theme("water"), Competence.objects.create(slug="weld", name_sv="Svetsning", name_en="Welding")
    for number in range(30):
        make_actor(
            f"Harbour {number:02}",
            kind="sme" if number % 3 else "public",
            areas=[sea, sub],
            themes=[water],
            competences=[skill],
            municipality=places[number % len(places)],
            description_sv="De svetsar skrov och seglar med den som frågar. " * 3,
            description_en="They weld hulls and sail with whoever asks. " * 3,
        )
    full = make_actor(
        "Örlogsvarvets utvecklings- och serviceaktiebolag i Karlskrona",
        areas=[sea, sub],
        themes=[water],
        competences=[skill],
        municipality=places[0],
        organisation_number="5560360793",
        legal_name="Varvet i Karlskrona AB",
        size="small",
        sni_code="30.110",
        website="https://ett-mycket-langt-namn-for-ett-varv.example.org/om-oss",
        contact_email="ett-mycket-langt-namn-for-en-adress@varvet.example.org",
        offers_sv="En bassäng",
        offers_en="A basin",
        seeks_sv="Prov",
        seeks_en="Trials",
        certainty="low",
        source="https://example.org/a/source/with/a/long/address/that/is/cut",
    )
    bare = make_actor("Bare")
    return full, bare


def test_walk_reading(walk, monkeypatch):
    for name in ("start", "actor_list", "actor_chart"):
        walk.see(name)
    full, bare = fill_the_register()
    returned = make_actor(status="returned", status_reason="Mer, tack.", representatives=[make_user()])
    gone = make_actor("Gone", status="archived")

    for name in ("start", "actor_list", "actor_chart", "open_data"):
        walk.see(name)
    for query in ("?q=harbour&kind=sme&area=sea&sort=name", "?q=harbuor", "?q=qqqq&theme=water", "?page=2"):
        walk.see("actor_list", query=query)
    walk.see("actor_list", query="?foo=1&page=x", status=400)
    walk.see("actor", full.slug)
    walk.see("actor", bare.slug)
    monkeypatch.setattr(export, "XLSX_ROWS", 1)
    walk.see("actor_export", "xlsx", status=400)
    for name in ("about", "accessibility", "privacy", "cookies", "styleguide", "contact"):
        walk.see(name)
    walk.fill(email="no address")
    walk.press("main form .btn", shows=".summary")
    walk.fill(email="eva@example.org", message="Hej!")
    walk.press("main form .btn", shows=".messages")
    walk.enter(returned.representatives.get().user)
    walk.see("start")
    walk.see("actor", returned.slug)
    walk.enter(make_curator())
    Actor.objects.filter(pk=returned.pk).update(status="submitted")
    walk.see("start")
    walk.see("actor", gone.slug)


def test_walk_registering(walk):
    taken = make_actor("Havsvarvet", organisation_number="5560360793")
    hidden = make_actor("Hemligt", organisation_number="2321000081", status="draft")
    button = "main form .btn"

    def ask(query, **how):
        walk.window.go(walk.address("registration_start"))
        walk.fill(query=query)
        walk.press(button, **how)

    walk.see("registration_start")
    ask("850709-9805", shows=".summary")
    ask(taken.name)
    ask(taken.organisation_number)
    ask(hidden.organisation_number)
    ask(NUMBER, shows="[name=name]")
    Actor.objects.filter(pk=hidden.pk).update(organisation_number=NUMBER.replace("-", ""))
    walk.see("registration_taken")
    Actor.objects.filter(pk=hidden.pk).update(organisation_number="")
    walk.see("registration_details")
    walk.press(button, shows=".summary")
    walk.fill(name=DETAILS["name"], person=DETAILS["person"], email=DETAILS["email"])
    walk.page.locator("[name=kind]").first.check()
    walk.press(button, shows="[name=code]")
    walk.fill(code="BBBB-BBBB")
    walk.press(button, shows=".summary")
    walk.fill(code=code_for(DETAILS["email"]))
    walk.press(button, shows="[name^=offers]")
    walk.press("main form a.btn", shows="[name^=seeks]")
    walk.press("main form a.btn", shows="[name=municipality]")
    walk.fill(website="no address")
    walk.press(button, shows=".summary")
    walk.press("main form a.btn", shows=".actor")
    walk.press(button)
    ask("Något annat", shows="[name=name]")
    walk.see("actor_claim", taken.slug)
    walk.press(button, shows="h1")
    walk.leave()
    walk.see("actor_claim", taken.slug)
    walk.press(button, shows=".summary")
    walk.fill(person="Bo Bok", email="bo@havsprov.example", message="Jag är vd.")
    walk.press(button, shows="[name=code]")
    walk.fill(code=code_for("bo@havsprov.example"))
    walk.press(button, shows="h1")


def test_walk_news(walk):
    button = "main form.form .btn"
    sea, deep = make_area("sea", name_en="Marine technology"), make_theme("water")
    make_area("deep", name_en="Deep sea and everything else that is far below", parent=sea)
    walk.see("news", query="?area=sea")
    walk.press(button, shows=".summary")
    walk.fill(email="eva@example.org")
    walk.press(button, shows="h1")
    asked = Subscription.objects.get()
    walk.see("news_confirm", token(CONFIRM, asked.pk))
    walk.press(button, shows=".facts")
    walk.see("news_manage", token(MANAGE, asked.pk))
    walk.page.evaluate("for (const one of document.querySelectorAll('[name=rhythm]')) one.checked = false")
    walk.press(button, shows=".summary")
    row = make_subscription("rut@example.org", areas=[sea], themes=[deep])
    walk.enter(make_user("rut@example.org", name="Rut", is_staff=True, is_superuser=True))
    walk.see("news")
    walk.see("admin:insight_subscription_changelist")
    walk.see("admin:insight_subscription_change", row.pk)
    walk.leave()
    walk.window.go(walk.address("news_manage", token(MANAGE, row.pk)))
    walk.press("main form.panel .btn", shows="h1")
    walk.see("news_confirm", token(CONFIRM, row.pk), status=410)


# ── Members ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_walk_mine(walk):
    eva, button = verified(make_user("eva@example.org", name="Eva Ek")), "main form.form .btn"
    walk.enter(eva)
    walk.see("my_page")
    actors = {
        status: make_actor(f"{status} {'mycket' * 9} långt", representatives=[eva], status=status, **more)
        for status, more in {
            "draft": {},
            "submitted": {"submitted_at": timezone.now()},
            "returned": {"status_reason": "Skriv vad ni gör."},
            "published": {"confirmed_at": timezone.now()},
            "archived": {"status_reason": "Nedlagt."},
        }.items()
    }
    make_claim(actors["published"], make_user(name="Bo Bok"), message="Jag är vd.")
    make_claim(make_actor(), eva)
    make_claim(make_actor(), eva, state="refused", reason="Nej.", decided_at=timezone.now())
    Suppression.objects.create(address=eva.email)
    walk.see("my_page")
    walk.press("form[action*='/stammer/'] .btn, form[action*='/still-right/'] .btn", shows=".messages")
    walk.see("my_person")
    walk.fill(name="")
    walk.press(button)
    for status in ("draft", "published"):
        walk.see("actor", actors[status].slug)
    walk.press("form[action$='/folj/'] .btn, form[action$='/follow/'] .btn", shows=".messages")
    walk.see("my_page")
    walk.see("actor_edit", actors["published"].slug)
    walk.fill(website="no address", description_sv="Vi bygger master.")
    walk.press(button, shows=".summary")
    walk.fill(website="https://mast.example")
    make_actor()
    newest = Actor.objects.get(pk=actors["published"].pk)
    newest.description_sv = "Vi bygger segel."
    newest.save()
    walk.press(button, shows="table", status=409)
    walk.press("main form .btn", shows="h1")
    walk.see("close_account")
    walk.press(button, shows=".summary")
    walk.fill(email=eva.email)
    walk.press(button, shows="h1")


def test_walk_answering(walk):
    eva, bo = make_user("eva@example.org", name="Eva Ek"), make_user("bo@example.org", name="Bo Bok")
    long_ago, button = timezone.now() - timedelta(days=300), "main form.form .btn"
    for name in ("Mast AB", "Segel AB", "Örlogsvarvets utvecklings- och serviceaktiebolag"):
        actor = make_actor(name, representatives=[eva, bo], description_sv="Vi bygger master. " * 9)
        Actor.objects.filter(pk=actor.pk).update(updated_at=long_ago)
    freshness.ask_due()
    for one in freshness.open_questions(eva.pk)[:2]:
        key = freshness.answer_path(one, eva.pk).split("/")[-2]
        walk.see("still_right", key)
        walk.press(button, shows="h1")
        walk.see("still_right", key)
        walk.see("still_right_left", key)
        walk.press(button, shows="h1")
        walk.see("still_right", key, status=410)


def sent_code():
    return Email.objects.filter(template="account_code").latest("pk").secret["code"]


def show_the_code(walk, right="main form.form .btn", **how):
    """A wrong code, then the one from the mail."""
    walk.fill(code="BBBB-BBBB")
    walk.press(right, shows=".summary")
    walk.fill(code=sent_code())
    walk.press(right, **how)


def test_walk_signing_in(walk):
    button = "main form.form .btn"
    eva = verified(make_user("eva@example.org", name="Eva Ek", password=PASSWORD))
    for name in ("account_login", "account_request_login_code", "account_signup", "account_reset_password"):
        walk.see(name)
        walk.press(button, shows=".summary")
    walk.see("account_inactive")
    walk.window.go(walk.address("account_signup"))
    walk.fill(name="Bo Bok", email="bo@example.org")
    walk.press(button, shows="[name=code]")
    show_the_code(walk)
    walk.see("account_set_password")
    walk.fill(password1="short", password2="shorter")
    walk.press(button, shows=".summary")
    walk.see("account_logout")
    walk.leave()
    walk.window.go(walk.address("account_login"))
    walk.fill(login=eva.email)
    walk.press(button, shows="[name=code]")
    show_the_code(walk)
    set_another_password(walk, eva, button)
    change_the_account(walk, User.objects.get(pk=eva.pk), button)


def set_another_password(walk, person, button):
    walk.leave()
    walk.window.go(walk.address("account_reset_password"))
    walk.fill(email=person.email)
    walk.press(button, shows="[name=code]")
    show_the_code(walk, shows="[name=password1]")
    walk.fill(password1="short", password2="shorter")
    walk.press(button, shows=".summary")
    walk.fill(password1=PASSWORD + "!", password2=PASSWORD + "!")
    walk.press(button)
    walk.see("account_password_reset_completed")


def change_the_account(walk, person, button):
    walk.enter(person, reauthenticated=False)
    walk.see("account_reauthenticate")
    walk.press(button, shows=".summary")
    walk.enter(person)
    walk.see("account_change_password")
    walk.press(button, shows=".summary")
    walk.see("account_email")
    walk.fill(email=person.email)
    walk.press(button, shows=".summary")
    walk.fill(email="eva.ek@example.org")
    walk.press(button, shows="[name=code]")


def with_a_key(page):
    """A security key that Chromium plays."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    can = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True, **can}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_walk_second_factor(walk):
    eva, button = verified(make_user("eva@example.org", name="Eva Ek")), "main form.form .btn"
    walk.enter(eva, second_factor_next="/admin/")
    for name in ("mfa_index", "mfa_list_webauthn", "mfa_activate_totp"):
        walk.see(name)
    walk.press(button, shows=".summary")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(eva, secret)
    RecoveryCodes.activate(eva)
    walk.enter(eva, second_factor_next="/admin/")
    for name in ("mfa_index", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"):
        walk.see(name)
    with_a_key(walk.page)
    walk.see("mfa_add_webauthn")
    walk.page.locator("[name=passwordless]").check()
    walk.press("#mfa_webauthn_add", shows="h1")
    walk.see("mfa_list_webauthn")
    key = eva.authenticator_set.get(type="webauthn")
    walk.see("mfa_edit_webauthn", key.pk)
    walk.fill(name="")
    walk.press(button, shows=".summary")
    walk.see("mfa_remove_webauthn", key.pk)
    walk.see("mfa_index")
    walk.enter(eva, reauthenticated=False)
    walk.see("mfa_reauthenticate")
    walk.press(button, shows=".summary")
    walk.see("mfa_reauthenticate_webauthn")
    walk.leave()
    walk.window.go(walk.address("account_login"))
    walk.fill(login=eva.email)
    walk.press(button, shows="[name=code]", judge=False)
    walk.fill(code=sent_code())
    walk.press(button, shows="[name=code]")
    walk.press(button, shows=".summary")


# ── Staff ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_walk_deciding(walk):
    cilla, go = make_curator(name="Cilla"), "#content button.rv-go"
    walk.enter(cilla)
    for name in ("admin:index", "admin:actors_actor_queue", "admin:actors_twinpair_changelist"):
        walk.see(name)
    twin, waiting = queue_of(5)
    Reviewing.objects.look(waiting[1], by=make_curator(name="Anna"))
    actions.return_for_changes(waiting[2], by=cilla, reason="More, please.")
    Reviewing.objects.filter(by=cilla).delete()
    for name in ("admin:index", "admin:actors_actor_queue"):
        walk.see(name)
    for actor in waiting[:3]:
        walk.see("admin:actors_actor_review", actor.pk)
    walk.see("admin:actors_actor_history", waiting[2].pk)
    review_with_errors(walk, waiting[0])
    decide_on_several(walk, go)
    claim = make_claim(twin, message="Jag är vd.")
    walk.see("admin:actors_claim_changelist")
    walk.see("admin:actors_claim_change", claim.pk)
    walk.press("#content button[value=refuse]", shows="[aria-invalid=true]")
    actions.refuse_claim(claim, by=cilla, reason="Nej.")
    walk.see("admin:actors_claim_change", claim.pk)
    merge_twins(walk, twin, waiting[0], go)


def review_with_errors(walk, actor):
    give_back = "#choice-return_for_changes .rv-acts button:not(.rv-again)"
    walk.window.go(walk.address("admin:actors_actor_review", actor.pk))
    walk.page.locator("#choice-return_for_changes > summary").click()
    walk.press(give_back, shows="[aria-invalid=true]")
    Actor.objects.filter(pk=actor.pk).update(description_sv="Nyare ord.")
    walk.page.locator("#choice-return_for_changes textarea").fill("Mer, tack.")
    walk.press(give_back, status=409, shows="[role=alert]")


def decide_on_several(walk, go):
    walk.window.go(walk.address("admin:actors_actor_queue"))
    walk.page.locator("input[name=ids]").last.check()
    walk.press("button[value=return_for_changes]")
    walk.press(go, shows="[aria-invalid=true]")
    walk.page.fill("textarea", "More.")
    walk.press(go)


def merge_twins(walk, winner, loser, go):
    walk.see("admin:actors_twinpair_changelist")
    walk.see("admin:actors_twinpair_change", TwinPair.objects.get(second=loser).pk)
    for both in (winner, loser):
        both.representatives.create(user=make_user(), role="owner")
    walk.see("admin:actors_actor_merge", winner.pk, loser.pk)
    walk.press(go, shows="[role=alert]")
    Actor.objects.filter(pk=loser.pk).update(size="small")
    walk.page.fill("#mg-reason", "Samma företag.")
    walk.press(go, shows="[role=alert]", status=409)
    walk.press(go, shows="h1")
    walk.see("admin:actors_merge_changelist")
    Actor.objects.filter(pk=winner.pk).update(size="large")
    walk.press(f"#result_list a[href*='/{Merge.objects.get().pk}/change/']", judge=False)
    walk.press("form.rv-acts button", shows="[role=alert]")
    Actor.objects.filter(pk=winner.pk).update(size="small")
    walk.press("form.rv-acts button", shows=".messagelist")


def test_walk_ledger(walk):
    walk.enter(make_user(name="Rut", is_staff=True, is_superuser=True))
    mails = [queue(key=f"k{number}", to=f"person{number}@example.org", language=walk.language) for number in range(3)]
    Email.objects.filter(pk=mails[1].pk).update(state=EmailState.FAILED, answer="550 5.1.1 No such user", attempts=3)
    Email.objects.filter(pk=mails[2].pk).update(state=EmailState.SENT, sent_at=timezone.now(), subject="Hej")
    stopped = Suppression.objects.create(address="gone@example.org", reason="550 5.1.1 No such user")
    entry = AuditEntry.objects.record(by=make_user(), verb="actor.publish", target=make_actor(), reason="Välkommen.")
    for model in ("notifications_email", "notifications_suppression", "accounts_auditentry"):
        walk.see(f"admin:{model}_changelist")
    walk.see("admin:notifications_email_changelist", query="?trouble=yes&q=person")
    for mail in mails:
        walk.see("admin:notifications_email_change", mail.pk)
    walk.see("admin:notifications_suppression_change", stopped.pk)
    walk.see("admin:accounts_auditentry_change", entry.pk)
    walk.read("admin:notifications_email_html", mails[2].pk)


def test_walk_previewing(walk):
    walk.enter(make_user(name="Rut", is_staff=True, is_superuser=True))
    walk.see("mail_preview")
    walk.see("mail_preview_one", "digest", "long-words", walk.language)
    for look in ("light", "dark"):
        walk.read("mail_preview_html", "digest", "full", walk.language, look)


def one_of_each_table():
    """One row of every model whose table a superuser changes, by the name that its addresses begin with."""
    person = verified(make_user("eva@example.org", name="Eva Ek"))
    totp.TOTP.activate(person, totp.generate_totp_secret())
    actor = make_actor("Mast AB", representatives=[person], description_sv="Vi bygger. " * 40)
    make_claim(actor)
    return {
        "actors_actor": actor,
        "actors_area": make_area(),
        "actors_theme": make_theme(),
        "actors_municipality": make_municipality(),
        "actors_competence": Competence.objects.create(slug="c", name_sv="C"),
        "accounts_user": person,
        "mfa_authenticator": person.authenticator_set.get(),
        "auth_group": Group.objects.get_or_create(name="curators")[0],
    }


@pytest.fixture
def superuser():
    return verified(make_user("rut@example.org", name="Rut", is_staff=True, is_superuser=True))


def test_walk_tables(walk, superuser):
    rows = one_of_each_table()
    walk.enter(superuser)
    for name, row in rows.items():
        walk.see(f"admin:{name}_changelist")
        if name != "mfa_authenticator":
            walk.see(f"admin:{name}_add")
        walk.see(f"admin:{name}_change", row.pk)
    walk.see("admin:app_list", "actors")
    walk.see("admin:password_change")
    walk.see("admin:password_change_done")


def test_walk_tables_in_other_states(walk, superuser):
    rows, save = one_of_each_table(), "#content input[name=_save]"
    walk.enter(superuser)
    walk.see("admin:actors_area_history", rows["actors_area"].pk)
    walk.see("admin:actors_area_delete", rows["actors_area"].pk)
    walk.see("admin:auth_group_delete", rows["auth_group"].pk)
    walk.go(walk.address("admin:index") + "nowhere/", status=404)
    for _number in range(60):
        make_actor(municipality=rows["actors_municipality"])
    walk.see("admin:actors_actor_changelist")
    walk.see("admin:actors_actor_changelist", query="?q=nobody&status__exact=draft")
    walk.window.go(walk.address("admin:actors_area_changelist"))
    walk.page.locator("input.action-select").first.check()
    walk.page.locator("select[name=action]").select_option("delete_selected")
    walk.press("#content button[name=index]", shows="h1")
    walk.see("admin:actors_actor_add")
    walk.press(save, shows=".errornote")
    walk.window.go(walk.address("admin:actors_actor_change", rows["actors_actor"].pk))
    walk.page.locator("#representatives-group .add-row a").click()
    walk.judge("one more representative")
    walk.page.locator("#representatives-group .inline-deletelink").last.click()
    Actor.objects.filter(pk=rows["actors_actor"].pk).update(name="Master AB")
    walk.press(save, shows=".errornote", status=409)
    walk.press(save, shows=".messagelist")


# ── Errors ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_walk_errors(walk):
    gone = make_actor("Gone", status="archived", published_at=timezone.now())
    start = walk.address("start")
    walk.go(start + "?q=%00", status=400)
    walk.go(start + "no-such-page/", status=404)
    walk.see("actor", gone.slug, status=410)
    walk.go(start + "refused/", status=429)
    walk.go(start + "broken/", status=500)
    walk.go(start + "overloaded/", status=503)
    walk.window.go(walk.address("contact"))
    walk.leave()
    walk.press("main form .btn", status=403)
    walk.enter(make_user())
    walk.see("admin:index", status=403)
